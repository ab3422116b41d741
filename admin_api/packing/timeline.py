"""What happened to a case, in sentences: for people as HTML in both languages, and for machines as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from admin_api.packing.veil import Veil
from admin_api.pages import compose_document, texts
from casework.bureau import Bureau
from casework.case import Case
from casework.events import CaseEvent
from casework.message import Message
from casework.party import Language, Party

_OF_UNIT: Final = ("unit", "to", "from")
"""Facts that name a unit by its slug, when they name one."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event in a sentence."""

    number: int
    at: str
    who: str
    says: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one case, on the clock and in the words of its bureau."""

    bureau: Bureau
    staff: Mapping[str, str]
    """Names of colleagues by actor."""
    veil: Veil

    def tell(self, events: Sequence[CaseEvent], language: Language) -> list[Told]:
        """Each event in a sentence of a language."""
        return [
            Told(
                event.number,
                self.moment(event.at),
                self._who(event, language),
                self._says(event, language),
                self.veil.text(event.text) if event.text is not None else None,
            )
            for event in events
        ]

    def moment(self, at: datetime) -> str:
        """An instant on the bureau's clock."""
        return f"{at.astimezone(self.bureau.calendar.time_zone):%Y-%m-%d %H:%M:%S %z}"

    def _who(self, event: CaseEvent, language: Language) -> str:
        known = texts().texts[language]
        return self.staff.get(event.actor) or known.get(f"actor.{event.actor.partition(':')[0]}", event.actor)

    def _says(self, event: CaseEvent, language: Language) -> str:
        """The sentence of the console for this event; the event's own name where there is none yet."""
        known = texts().texts[language]
        sentence = known.get(f"event.{event.name.value}")
        if sentence is None:
            return event.name.value
        units = {unit.slug: unit.name.in_(language) for unit in self.bureau.units}
        said: dict[str, object] = defaultdict(str, event.facts)
        for name in _OF_UNIT:
            value = str(event.facts.get(name, ""))
            said[name] = self.staff.get(f"staff:{value}", units.get(value, value))
        said["origin"] = said["from"]
        if "disposition" in event.facts:
            disposition = str(event.facts["disposition"])
            said["disposition"] = known.get(f"disposition.{disposition}", disposition)
        return sentence.format_map(said)


def compose_timeline(
    case: Case,
    language: Language,
    *,
    teller: Teller,
    party: Party | None,
    events: Sequence[CaseEvent],
    messages: Sequence[Message],
    derivations: Sequence[Mapping[str, object]],
) -> str:
    """The timeline as a page that stands alone."""
    known = texts().texts[language]
    return compose_document(
        "case_file/timeline.html",
        language,
        case=case,
        bureau=teller.bureau,
        unit=teller.bureau.unit(case.unit).name.in_(language),
        writer=party.name if party else None,
        events=teller.tell(events, language),
        messages=[(teller.moment(one.created_at), one, teller.veil.text(one.text)) for one in messages],
        derivations=derivations,
        subject=teller.veil.text(case.subject),
        disposition=known.get(f"disposition.{case.disposition}", "") if case.disposition else "",
        opened_at=teller.moment(case.opened_at),
    )
