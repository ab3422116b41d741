"""Where one deadline stands on a day."""

from __future__ import annotations

from datetime import date

from casework.clocks.deadline import DeadlineState


def stand(due_on: date | None, *, done_on: date | None, ended_on: date | None, today: date) -> DeadlineState:
    """Whether it was met, missed, has fallen away with the end of the case, or is still running."""
    if done_on is not None:
        return DeadlineState.MET if due_on is None or done_on <= due_on else DeadlineState.MISSED
    if ended_on is not None:
        return DeadlineState.MISSED if due_on is not None and ended_on > due_on else DeadlineState.VOID
    return DeadlineState.MISSED if due_on is not None and today > due_on else DeadlineState.RUNNING
