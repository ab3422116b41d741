"""The command that measures how well questions are answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from knowledge.errors import KnowledgeUnavailable

if TYPE_CHECKING:
    from knowledge.meaning import Embedder
    from knowledge.measures import Asked, Tally

FIGURES: Mapping[str, str] = {
    "p_at_1": "% of questions in scope whose first match is right (P@1)",
    "mrr_at_10": "% mean reciprocal rank of the first right match among ten (MRR@10)",
    "recall_at_5": "% of the right entries that are among the first five (R@5)",
    "auroc": "% that confidence tells a question in scope from one out of scope (AUROC)",
    "cov90": "% of all questions that some threshold answers with 90 % right (cov90)",
    "cov95": "% of all questions that some threshold answers with 95 % right (cov95)",
    "precision": "% of the answers given that are right, at the thresholds in force",
    "coverage": "% of all questions that are answered, at the thresholds in force",
    "p50_ms": "ms for a question at the median",
    "p99_ms": "ms for the slowest question in a hundred",
}
_COLUMNS = ("questions", "p_at_1", "answered", "right", "asked_back", "handed_over")


def evaluate(
    faq: Annotated[Path | None, typer.Option(help="Entries, an object of JSON a line.")] = None,
    queries: Annotated[Path | None, typer.Option(help="Labelled questions, an object of JSON a line.")] = None,
    calibrate: Annotated[Path | None, typer.Option(help="Other labelled questions, to fit confidence on.")] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of the bureau to measure when no files are named; the demo otherwise.")
    ] = None,
    dense: Annotated[Path | None, typer.Option(help="Folder of a sentence-transformers model to compare by.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write what was found, a line a question.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure how well labelled questions are answered: those of files, or the bureau's own.

    The bureau's own are asked in two halves, each after confidence was fitted on the other half alone.
    """
    if (faq is None) != (queries is None):
        raise typer.BadParameter("--faq and --queries go together: name both files, or neither for the bureau's own")
    if calibrate is not None and faq is None:
        raise typer.BadParameter("--calibrate goes with --faq and --queries: the bureau's own are fitted by halves")
    try:
        embedder = _load_model(dense)
        asked, kinds = _ask_files(faq, queries, calibrate, embedder) if faq and queries else _ask_own(bundle, embedder)
    except KnowledgeUnavailable as error:
        typer.echo(f"sunwindow: {error}", err=True)
        raise typer.Exit(2) from error
    if out:
        out.write_text("".join(f"{line}\n" for line in _lines(asked)), encoding="utf-8")
    _print(asked, kinds, as_json=as_json)


def add_commands(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("eval")(evaluate)


def _load_model(folder: Path | None) -> Embedder | None:
    from knowledge.dense import load_sentence_model

    return load_sentence_model(folder) if folder else None


def _ask_files(
    faq: Path, queries: Path, calibrate: Path | None, embedder: Embedder | None
) -> tuple[list[Asked], Mapping[str, str]]:
    from knowledge.finder import Finder
    from knowledge.measures import ask_all
    from knowledge.question_set import read_entries, read_questions

    entries = read_entries(faq)
    slugs = {entry.slug for entry in entries}
    questions = read_questions(queries, slugs)
    known = read_questions(calibrate, slugs) if calibrate else ()
    finder = Finder(entries, labelled=[question.known for question in known], embedder=embedder)
    return ask_all(finder, questions), {}


def _ask_own(bundle: Path | None, embedder: Embedder | None) -> tuple[list[Asked], Mapping[str, str]]:
    """What becomes of the bureau's own questions, and the kind of each by its id."""
    from knowledge.effect import labels_of
    from knowledge.measures import ask_in_halves
    from knowledge.question_set import Question
    from runtime.bundle import QUESTIONS, load_bundle
    from runtime.furnishing import know

    loaded = load_bundle(bundle)
    if not loaded.questions:
        raise KnowledgeUnavailable(f"the bureau has no labelled questions: write some into {QUESTIONS} of its bundle")
    knowledge = know(loaded, embedder)
    labels = labels_of(loaded.labelled, knowledge.library)
    questions = [
        Question(str(number), label.question, dict.fromkeys(sorted(label.slugs), 1.0))
        for number, label in enumerate(labels, start=1)
    ]
    kind_of = {labelled.text: labelled.kind.value for labelled in loaded.questions}
    return ask_in_halves(knowledge.finder, questions), {one.id: kind_of[one.text] for one in questions}


def _print(asked: Sequence[Asked], kinds: Mapping[str, str], *, as_json: bool) -> None:
    from knowledge.measures import measure

    figures = measure(asked)
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, meaning in FIGURES.items():
        typer.echo(f"{name:<12} {_shown(figures[name]):>7} {meaning}")
    typer.echo()
    typer.echo(f"{'':<14}" + "".join(f"{name:>13}" for name in _COLUMNS))
    for name, row in _tallies(asked, kinds):
        typer.echo(f"{name:<14}" + "".join(f"{_shown(getattr(row, column)):>13}" for column in _COLUMNS))


def _tallies(asked: Sequence[Asked], kinds: Mapping[str, str]) -> Iterator[tuple[str, Tally]]:
    """Rows for all questions, for each language, and for each kind where kinds are known."""
    from knowledge.measures import tally
    from knowledge.normalise import language_of

    yield "all", tally(asked)
    for language in ("zh", "en"):
        yield language, tally([one for one in asked if language_of(one.question.text) == language])
    for kind in dict.fromkeys(kinds.values()):
        yield kind, tally([one for one in asked if kinds[one.question.id] == kind])


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def _lines(asked: Sequence[Asked]) -> Iterator[str]:
    for one in asked:
        row = {
            "id": one.question.id,
            "ranked": [{"id": match.slug, "score": match.score} for match in one.finding.matches],
            "confidence": one.finding.confidence,
            "decision": one.finding.decision.value,
        }
        yield json.dumps(row, ensure_ascii=False)
