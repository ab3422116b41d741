"""One measured figure beside its baseline, and how it is judged and printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, what the bare baseline reached in the same run, and what must be reached."""

    name: str
    value: float
    unit: str
    baseline: float
    target: float
    """For the ratio of value to baseline when `judges_ratio`, otherwise for the value itself."""
    judges_ratio: bool = False
    less_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        """The value over the baseline."""
        return self.value / self.baseline if self.baseline else 0.0

    @property
    def ok(self) -> bool:
        """Whether the target is reached."""
        reached = self.ratio if self.judges_ratio else self.value
        return reached <= self.target if self.less_is_better else reached >= self.target

    def line(self) -> str:
        """The figure as a person reads it."""
        sign = "≤" if self.less_is_better else "≥"
        wanted = f"ratio {sign} {self.target:g}" if self.judges_ratio else f"{sign} {self.target:g} {self.unit}"
        verdict = "ok  " if self.ok else "MISS"
        return (
            f"{verdict} {self.name:<14} {self.value:>9.1f} {self.unit:<8} baseline {self.baseline:>9.1f}"
            f"  ratio {self.ratio:>6.3f}  wanted {wanted}  {self.note}"
        )

    def row(self) -> dict[str, float | bool]:
        """The figure as the JSON file keeps it."""
        return {
            "value": round(self.value, 4),
            "baseline": round(self.baseline, 4),
            "ratio": round(self.ratio, 4),
            "target": self.target,
            "ok": self.ok,
        }
