"""The two small models that are fitted when an index is built: which view counts how much, and how sure one may be.

Both are logistic, a handful of weights each, held near given ones by a penalty and solved by Newton's method; results
are rounded so that no process differs from another in the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_STEPS = 30
_DIGITS = 4
_SMALLEST = 1e-8
_NOISE = 1e-12
_SHARES = (1.0, 0.5, 0.25, 0.125, 0.03125, 0.0078125)


def fit_choice(choices: Sequence[tuple[Matrix, int]], prior: Vector, penalty: float) -> Vector:
    """Weights under which the right one of several candidates is likeliest; each choice is a row a candidate."""

    def cost(weights: Vector) -> float:
        return sum(_surprise(rows @ weights, right) for rows, right in choices) + _pull(weights, prior, penalty)

    weights = prior.astype(np.float64)
    for _ in range(_STEPS):
        slope = penalty * (weights - prior)
        bend = penalty * np.eye(len(prior))
        for rows, right in choices:
            shares = softmax(rows @ weights)
            mean = shares @ rows
            slope += mean - rows[right]
            bend += (rows * shares[:, None]).T @ rows - np.outer(mean, mean)
        weights, is_there = _step(weights, np.asarray(np.linalg.solve(bend, slope), np.float64), cost)
        if is_there:
            break
    return np.round(weights, _DIGITS)


def fit_likelihood(rows: Matrix, right: Vector, importance: Vector, prior: Vector, penalty: Vector) -> Vector:
    """Weights under which a row, times them, is the log-odds of being right."""

    def cost(weights: Vector) -> float:
        odds = rows @ weights
        return float(importance @ (np.logaddexp(0, odds) - right * odds)) + _pull(weights, prior, penalty)

    weights = prior.astype(np.float64)
    for _ in range(_STEPS):
        likelihood = sigmoid(rows @ weights)
        slope = rows.T @ (importance * (likelihood - right)) + penalty * (weights - prior)
        bend = (rows * (importance * likelihood * (1 - likelihood))[:, None]).T @ rows + np.diag(penalty)
        weights, is_there = _step(weights, np.asarray(np.linalg.solve(bend, slope), np.float64), cost)
        if is_there:
            break
    return np.round(weights, _DIGITS)


def _step(weights: Vector, step: Vector, cost: Callable[[Vector], float]) -> tuple[Vector, bool]:
    """As much of a Newton step as makes things better, and whether there is nothing left to gain."""
    before = cost(weights)
    # So near the best point that rounding hides whether things get better, a step is taken all the same: processes
    # whose sums differ in the last bit must end in one point.
    most = before + _NOISE * (1 + abs(before))
    for share in _SHARES:
        moved = weights - share * step
        if cost(moved) <= most:
            return moved, bool(np.abs(share * step).max() < _SMALLEST)
    return weights, True


def _pull(weights: Vector, prior: Vector, penalty: Vector | float) -> float:
    return float((penalty * (weights - prior) ** 2).sum() / 2)


def _surprise(scores: Vector, right: int) -> float:
    highest = scores.max()
    return float(highest + np.log(np.exp(scores - highest).sum()) - scores[right])


def softmax(scores: Vector) -> Vector:
    """Shares that sum to 1."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def sigmoid(odds: Vector) -> Vector:
    """Likelihoods of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))
