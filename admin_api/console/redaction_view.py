"""The redacted documents of a case as its pages show them: original, what was made of it, and what is withheld why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from admin_api.pages import Visit
from casework.case import Case
from casework.case_clock import regime_of
from casework.events import CaseEvent
from casework.message import Attachment
from casework.ports import UnitOfWork
from casework.redaction import Redaction, Withheld, name_redacted, redactions_of
from casework.regime import Ground, Regime
from casework.standing import Draft, standing_of


@dataclass(frozen=True, slots=True)
class WithheldView:
    """One row of the table: a page, why something is covered there, and in how many places."""

    page: int
    ground: str
    article: str
    boxes: int


@dataclass(frozen=True, slots=True)
class RedactionView:
    """One document, laid out to be covered."""

    redaction: Redaction
    original: Attachment
    name: str
    """How the redacted document is called."""
    withheld: Sequence[WithheldView]
    goes_out: bool
    """Whether it goes with the reply that is under review."""

    @property
    def made(self) -> str:
        """SHA-256 of the redacted document; empty when none was made."""
        return self.redaction.redacted.sha256 if self.redaction.redacted else ""


def compose_redactions(
    case: Case, ledger: Sequence[CaseEvent], uow: UnitOfWork, *, visit: Visit
) -> Sequence[RedactionView]:
    """The documents in the order in which they were begun; none of a case whose files were erased."""
    if case.erased_at is not None:
        return []
    regime = regime_of(case.kind, case.regime, visit.context.office.bureau)
    going = _going_out(standing_of(ledger).draft)
    return [
        RedactionView(
            redaction,
            uow.threads.get_attachment(redaction.message, document),
            name_redacted(case.reference, document, ledger),
            _rows(redaction.redacted.withheld if redaction.redacted else (), regime, visit),
            redaction.redacted is not None and redaction.redacted.sha256 in going,
        )
        for document, redaction in redactions_of(ledger).items()
    ]


def ground_in_words(ground: Ground, visit: Visit) -> str:
    """A ground with its mark, and whether the bureau must still confirm it."""
    words = f"{ground.mark} {ground.words.in_(visit.language)}"
    return words if ground.confirmed else words + visit.say("redaction.unconfirmed")


def _rows(withheld: Iterable[Withheld], regime: Regime | None, visit: Visit) -> list[WithheldView]:
    if regime is None:
        return []
    return [
        WithheldView(row.page, ground.words.in_(visit.language), _article(ground, regime, visit), row.boxes)
        for row in withheld
        if (ground := regime.grounds.get(row.ground)) is not None
    ]


def _article(ground: Ground, regime: Regime, visit: Visit) -> str:
    return visit.say("redaction.article", regime=regime.name.in_(visit.language), article=ground.article)


def _going_out(draft: Draft | None) -> Sequence[str]:
    named = draft.facts.get("redacted") if draft is not None else None
    return [str(digest) for digest in named] if isinstance(named, list) else []
