"""What a letter tells: what the case and the bureau say by themselves, what a clerk adds, and how each is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from casework.bureau import Bureau, Unit
from casework.case import Case
from casework.errors import CaseworkRejected
from casework.fees import ChargedBy
from casework.letter import LetterKind
from casework.party import Language
from casework.redaction import Withheld, withheld_by_ground
from casework.regime import Regime
from casework.wording import Wording
from casework.working_days import DayUnit, TimeLimit

BLANK: Final = "＿＿＿＿"
"""What stands in a letter where a fact is missing; a letter that still has one is not issued."""


class FactKind(StrEnum):
    """What sort of fact a clerk adds, which decides how it is asked for and how it is written."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    """In fen."""

    @property
    def is_personal(self) -> bool:
        """Whether it holds free words, which stay out of the ledger."""
        return self in (FactKind.LINE, FactKind.TEXT)


_LINE, _TEXT, _DATE, _NUMBER, _MONEY = FactKind
GIVEN: Final[Mapping[LetterKind, Mapping[str, FactKind]]] = MappingProxyType(
    {
        LetterKind.RECEIPT: {"until": _DATE},
        LetterKind.SUPPLEMENT: {"missing": _TEXT, "working_days": _NUMBER, "until": _DATE},
        LetterKind.EXTENSION: {"reason": _LINE, "days": _NUMBER, "until": _DATE},
        LetterKind.THIRD_PARTY: {"whom": _LINE, "about": _TEXT},
        LetterKind.ORGAN: {"whom": _LINE, "about": _TEXT},
        LetterKind.FEE: {"amount": _MONEY, "reckoning": _LINE, "until": _DATE, "payment": _LINE},
        LetterKind.TRANSFER: {"to": _LINE},
        LetterKind.ACCEPTANCE: {"way": _LINE, "until": _DATE},
        LetterKind.NON_ACCEPTANCE: {"reason": _TEXT, "where": _LINE},
        LetterKind.DECISION: {"answer": _TEXT},
        LetterKind.OPINION: {"request": _TEXT, "found": _TEXT, "decision": _TEXT, "basis": _LINE},
        LetterKind.REVIEW: {"found": _TEXT},
        LetterKind.NOT_PROCESSED_AGAIN: {"earlier": _TEXT},
        LetterKind.WITHDRAWN: {"on": _DATE},
    }
)
"""What a clerk adds to each kind of letter, in the order in which it is asked for."""

TO_OTHERS: Final = frozenset({LetterKind.THIRD_PARTY, LetterKind.ORGAN})
"""Letters that do not go to whoever wrote to us, and so tell neither their name nor their words."""
_OF_THE_BUREAU = frozenset(
    {"reference", "today", "bureau", "unit", "unit_telephone", "telephone", "address", "review_organ", "petition_organ"}
)
_OF_THE_WRITER = frozenset({"party", "subject", "received"})
_OVERRIDING = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def known_facts(kind: LetterKind) -> frozenset[str]:
    """Every placeholder that the wording of a kind of letter may use."""
    told = _OF_THE_BUREAU if kind in TO_OTHERS else _OF_THE_BUREAU | _OF_THE_WRITER
    return told | frozenset(GIVEN[kind])


def known_in(key: str) -> frozenset[str] | None:
    """The placeholders that may stand in the text of a key; None when the text of the product says which."""
    match key.split("."):
        case ["letter", "body" | "form", kind, *_]:
            return known_facts(LetterKind(kind))
        case ["letter", "reckoning", _]:
            return frozenset({"count", "earlier"})
        case ["letter", "opening" | "remedies", _]:
            return _OF_THE_BUREAU | _OF_THE_WRITER
    return None


def gather_facts(
    kind: LetterKind,
    case: Case,
    given: Mapping[str, object],
    *,
    wording: Wording,
    bureau: Bureau,
    party_name: str | None,
    language: Language,
    today: date,
) -> Mapping[str, str]:
    """Every fact of a letter in words, with a blank for each that is missing; CaseworkRejected for one unknown."""
    if strangers := set(given) - set(GIVEN[kind]):
        raise CaseworkRejected(f"a letter of kind {kind.value} does not tell {', '.join(sorted(strangers))}")
    facts = dict.fromkeys(GIVEN[kind], BLANK)
    for name, value in {**_assumed(kind, case, given, bureau, today), **given}.items():
        if value is not None:
            facts[name] = write_fact(GIVEN[kind][name], value, wording, language) or BLANK
    told = _told(case, wording, bureau, language, today)
    if kind not in TO_OTHERS:
        received = case.received_on or bureau.calendar.local_date(case.opened_at)
        told |= {
            "party": clean_line(party_name or "") or wording.say(f"letter.addressee.{case.kind.value}", language),
            "subject": clean_line(case.subject) or BLANK,
            "received": write_date(received, wording, language),
        }
    return {**told, **facts}


def write_fact(kind: FactKind, value: object, wording: Wording, language: Language) -> str:
    """A fact as it stands in a letter; CaseworkRejected when it is of another sort."""
    if kind is FactKind.DATE and isinstance(value, date):
        return write_date(value, wording, language)
    if kind is FactKind.NUMBER and isinstance(value, int):
        return str(value)
    if kind is FactKind.MONEY and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    if kind.is_personal and isinstance(value, str):
        # A line stands within a sentence, which has a full stop of its own.
        return clean_line(value).rstrip("。.；; ") if kind is FactKind.LINE else clean_text(value)
    raise CaseworkRejected(f"a {kind.value} of a letter cannot be a {type(value).__name__}")


def write_reckoning(by: ChargedBy, count: int, earlier: int, wording: Wording, language: Language) -> str:
    """How a fee comes about, within a sentence."""
    return wording.say(f"letter.reckoning.{by.value}", language, count=count, earlier=earlier)


def write_withheld(
    files: Mapping[str, Iterable[Withheld]], regime: Regime, wording: Wording, language: Language
) -> list[str]:
    """What was covered in documents, by the name of each: a title, and a line for each document and ground."""
    between = wording.say("letter.withheld.between_pages", language)
    lines = [wording.say("letter.withheld.title", language)]
    rows = [(file, *one) for file, withheld in files.items() for one in withheld_by_ground(withheld).items()]
    for file, name, (pages, boxes) in rows:
        ground = regime.grounds[name]
        lines.append(
            wording.say(
                "letter.withheld.row",
                language,
                file=file,
                pages=between.join(map(str, pages)),
                boxes=boxes,
                ground=ground.words.in_(language),
                regime=regime.name.in_(language),
                article=ground.article,
            )
        )
    return lines


def write_date(day: date, wording: Wording, language: Language) -> str:
    """A date as letters write it."""
    month = wording.say(f"letter.month.{day.month}", language)
    return wording.say("letter.date", language, year=day.year, month=month, day=day.day)


def clean_text(text: str) -> str:
    """Words without characters that a paper cannot hold or that turn the direction of what follows; lines are kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n").split("\n")
    return "\n".join(clean_line(line) for line in lines).strip("\n")


def clean_line(text: str) -> str:
    """The same in one line."""
    spaced = (" " if character in "\t\n\r\v\f\u2028\u2029" else character for character in text)
    return "".join(character for character in spaced if _may_stand(character)).strip()


def unit_in_charge(case: Case, bureau: Bureau) -> Unit:
    """The unit that a letter names."""
    return bureau.unit(case.unit)


def telephone_of(unit: Unit, bureau: Bureau) -> str:
    """The number of a unit, or else of the bureau; empty when none is published."""
    published = next((telephone.number for telephone in bureau.telephones), "")
    return unit.telephone or bureau.root.telephone or published


def address_of(unit: Unit, bureau: Bureau, language: Language) -> str:
    """The address of a unit, or else of the bureau; empty when none is published."""
    address = unit.address or bureau.root.address
    return address.in_(language) if address else ""


def _assumed(
    kind: LetterKind, case: Case, given: Mapping[str, object], bureau: Bureau, today: date
) -> Mapping[str, object]:
    """What follows without a clerk's word, and is told unless the clerk says otherwise."""
    days = given.get("working_days")
    if kind is LetterKind.RECEIPT:
        return {"until": case.due_on}
    if kind is LetterKind.SUPPLEMENT and isinstance(days, int) and days > 0:
        return {"until": bureau.calendar.due_on(today, TimeLimit(days, DayUnit.WORKING_DAY))}
    if kind is LetterKind.OPINION:
        return {"request": case.subject}
    return {}


def _told(case: Case, wording: Wording, bureau: Bureau, language: Language, today: date) -> dict[str, str]:
    unit = unit_in_charge(case, bureau)
    return {
        "reference": case.reference,
        "today": write_date(today, wording, language),
        "bureau": bureau.name.in_(language),
        "unit": unit.name.in_(language),
        "unit_telephone": telephone_of(unit, bureau),
        "telephone": telephone_of(bureau.root, bureau),
        "address": address_of(unit, bureau, language),
        "review_organ": wording.say("letter.review_organ", language),
        "petition_organ": wording.say("letter.petition_organ", language),
    }


def _may_stand(character: str) -> bool:
    is_broken = unicodedata.category(character) in ("Cc", "Cs") or character in ("\ufffe", "\uffff")
    return not is_broken and character not in _OVERRIDING
