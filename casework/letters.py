"""Composing the letters of a case: from what the law asks for and what the clerk adds to the words that go out.

Nothing is read or kept here. A clerk is shown the words and may mend them; the number comes when the letter is issued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files

from casework.bureau import Bureau
from casework.case import Case
from casework.disposition import ALLOWED, Disposition
from casework.errors import CaseworkRejected
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.letter_facts import (
    BLANK,
    GIVEN,
    TO_OTHERS,
    address_of,
    clean_line,
    clean_text,
    gather_facts,
    telephone_of,
    unit_in_charge,
    write_date,
)
from casework.party import Language
from casework.reply_kinds import ReplyKind
from casework.wording import Wording, load_wording

REVIEW_ENDINGS = ("first_upheld", "first_changed", "second_upheld", "second_changed")
_ONLY: Mapping[LetterKind, frozenset[CaseKind]] = {
    **dict.fromkeys(
        (LetterKind.SUPPLEMENT, LetterKind.FEE, LetterKind.DECISION, *TO_OTHERS),
        frozenset({CaseKind.DISCLOSURE_APPLICATION}),
    ),
    LetterKind.EXTENSION: frozenset({CaseKind.DISCLOSURE_APPLICATION, CaseKind.COMPLAINT}),
    LetterKind.ACCEPTANCE: frozenset({CaseKind.COMPLAINT}),
    LetterKind.NON_ACCEPTANCE: frozenset({CaseKind.COMPLAINT}),
    LetterKind.OPINION: frozenset({CaseKind.COMPLAINT, CaseKind.SUGGESTION}),
    LetterKind.REVIEW: frozenset({CaseKind.COMPLAINT}),
}
"""The kinds of case that a letter belongs to; one that is not named belongs to all."""
_FORMS = frozenset({LetterKind.SUPPLEMENT, LetterKind.THIRD_PARTY, LetterKind.ORGAN})
_ANSWERS = frozenset({LetterKind.DECISION, LetterKind.OPINION, LetterKind.REVIEW})


@dataclass(frozen=True, slots=True)
class LetterForm:
    """A form that goes with a letter, to be filled in and sent back."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """Label, and what is printed beside it; nothing is a blank."""


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter in words, before it is numbered and set."""

    kind: LetterKind
    language: Language
    title: str
    salutation: str
    body: str
    remedies: str
    closing: str
    contact: str
    signature: str
    dated: str
    on: date
    ending: str = ""
    """Which reply, opinion or review it is; empty for kinds that have one wording."""
    form: LetterForm | None = None
    number: str = ""
    told: Mapping[str, object] = field(default_factory=dict)
    """What the clerk added and is nobody's words: dates, numbers, amounts."""

    def __repr__(self) -> str:
        """Keep the words out of logs."""
        return f"LetterText({self.kind.value}, {self.number!r})"

    @property
    def words(self) -> str:
        """Everything that a clerk may mend: the body, what can be done against it, and the last line."""
        return "\n".join(part for part in (self.body, self.remedies, self.closing) if part)

    @property
    def is_complete(self) -> bool:
        """Whether no fact is missing any more."""
        return bool(self.body.strip()) and BLANK not in f"{self.salutation}\n{self.words}"

    def reworded(self, words: str) -> LetterText:
        """The letter with the words that the clerk mended or the review let pass."""
        return replace(self, body=clean_text(words).strip(), remedies="", closing="")

    def numbered(self, number: str) -> LetterText:
        """The letter under its number."""
        return replace(self, number=number)

    def plain(self) -> str:
        """The letter as a chat or a mail shows it."""
        head = [part for part in (self.title, self.number) if part]
        foot = [part for part in (self.contact, self.signature, self.dated) if part]
        return "\n".join([*head, "", self.salutation, self.words, "", *foot])


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around every letter of the bureau."""

    bureau: str
    address: str
    """One line with address and telephone; empty when the bureau publishes neither."""
    seal: str
    footer: str
    """Says the page; `{page}` and `{pages}` are filled in where there are pages."""


@cache
def letter_words() -> Wording:
    """The letters in the product's own words; a bureau's are laid over them."""
    return load_wording(files("casework") / "letter_words")


def kinds_for(case_kind: CaseKind) -> tuple[LetterKind, ...]:
    """The letters that a kind of case knows."""
    return tuple(kind for kind in LetterKind if case_kind in _ONLY.get(kind, frozenset(CaseKind)))


def endings_of(kind: LetterKind, case_kind: CaseKind) -> tuple[str, ...]:
    """The endings that a kind of letter has a wording for; empty when it has one wording."""
    if kind is LetterKind.DECISION:
        return tuple(reply.value for reply in ReplyKind)
    if kind is LetterKind.OPINION:
        return tuple(ending.value for ending in ALLOWED[case_kind])
    return REVIEW_ENDINGS if kind is LetterKind.REVIEW else ()


def compose_letter(
    kind: LetterKind,
    case: Case,
    facts: Mapping[str, object],
    *,
    wording: Wording,
    bureau: Bureau,
    party_name: str | None,
    language: Language,
    today: date,
    ending: str = "",
) -> LetterText:
    """The letter; CaseworkRejected when the kind of case, the ending or a fact does not fit it.

    `ending` is a reply kind for a decision, a disposition for an opinion, and one of REVIEW_ENDINGS for a review.
    Where a fact is missing stands a blank, and the letter cannot be issued before it is filled.
    """
    _check(kind, case, ending)
    said = gather_facts(
        kind, case, facts, wording=wording, bureau=bureau, party_name=party_name, language=language, today=today
    )
    parts = [wording.say(f"letter.body.{_body_key(kind, case, ending)}", language, **said)]
    if kind not in TO_OTHERS:
        parts.insert(0, wording.say(f"letter.opening.{case.kind.value}", language, **said))
    remedies = _remedies_key(kind, ending)
    addressee = said["whom"] if kind in TO_OTHERS else said["party"]
    return LetterText(
        kind,
        language,
        wording.say(f"letter.title.{_title_key(kind, case, ending)}", language),
        wording.say("letter.salutation", language, addressee=addressee),
        "\n".join(part.strip("\n") for part in parts),
        wording.say(f"letter.remedies.{remedies}", language, **said) if remedies else "",
        wording.say(f"letter.closing.{_closing_key(kind)}", language),
        wording.say("letter.contact", language, **said) if said["unit_telephone"] else "",
        bureau.name.in_(language),
        write_date(today, wording, language),
        today,
        ending=ending,
        form=_form(kind, said, wording, language),
        told={name: _kept(value) for name, value in facts.items() if not GIVEN[kind][name].is_personal},
    )


def number_letter(
    kind: LetterKind, place: int, year: int, *, wording: Wording, bureau: Bureau, language: Language
) -> str:
    """The number under which a letter is issued, such as `ZMD-补正告知〔2026〕12号`."""
    series = wording.say(f"letter.series.{kind.value}", language)
    return wording.say("letter.number", language, prefix=bureau.reference_prefix, series=series, year=year, place=place)


def compose_letterhead(case: Case, *, wording: Wording, bureau: Bureau, language: Language) -> Letterhead:
    """What stands around a letter of this case."""
    unit = unit_in_charge(case, bureau)
    address, telephone = address_of(unit, bureau, language), telephone_of(unit, bureau)
    line = wording.say("letter.address", language, address=address, telephone=telephone) if address else ""
    footer = wording.say("letter.footer", language, page="{page}", pages="{pages}")
    return Letterhead(bureau.name.in_(language), line, wording.say("letter.seal", language), footer)


def _check(kind: LetterKind, case: Case, ending: str) -> None:
    if kind not in kinds_for(case.kind):
        raise CaseworkRejected(f"a {case.kind.value} knows no letter of kind {kind.value}")
    known = endings_of(kind, case.kind)
    if (ending or known) and ending not in known:
        raise CaseworkRejected(f"a letter of kind {kind.value} in a {case.kind.value} cannot end as {ending!r}")


def _body_key(kind: LetterKind, case: Case, ending: str) -> str:
    if ending:
        return f"{kind.value}.{ending}"
    if kind is LetterKind.RECEIPT:
        is_open = case.kind is CaseKind.DISCLOSURE_APPLICATION and case.received_on is None
        return f"receipt.{'unconfirmed' if is_open else case.kind.value}"
    if kind is LetterKind.EXTENSION:
        return f"extension.{case.kind.value}"
    if kind is LetterKind.NOT_PROCESSED_AGAIN:
        has_law = case.kind in (CaseKind.DISCLOSURE_APPLICATION, CaseKind.COMPLAINT)
        return f"not_processed_again.{case.kind.value if has_law else 'other'}"
    return kind.value


def _title_key(kind: LetterKind, case: Case, ending: str) -> str:
    if kind is LetterKind.EXTENSION:
        return f"extension_{case.kind.value}"
    if kind is LetterKind.OPINION:
        return "opinion_complaint" if case.kind is CaseKind.COMPLAINT else "opinion_suggestion"
    if kind is LetterKind.REVIEW:
        return f"review_{ending.partition('_')[0]}"
    return kind.value


def _remedies_key(kind: LetterKind, ending: str) -> str:
    """What can be done against a letter: by the group of a reply, by the level of a petition; empty for the rest."""
    if kind is LetterKind.DECISION:
        return ReplyKind(ending).group.value
    if kind is LetterKind.OPINION:
        return "opinion" if ending in (Disposition.UPHELD, Disposition.NOT_UPHELD, Disposition.ANSWERED) else ""
    if kind is LetterKind.REVIEW:
        return "final" if ending.startswith("second") else "review"
    return ""


def _closing_key(kind: LetterKind) -> str:
    if kind in TO_OTHERS:
        return "asked"
    return "answered" if kind in _ANSWERS else "told"


def _form(kind: LetterKind, said: Mapping[str, str], wording: Wording, language: Language) -> LetterForm | None:
    if kind not in _FORMS:
        return None
    # The form is cut into rows before the facts come in, for a bar in a fact parts nothing.
    rows = wording.texts[language][f"letter.form.{kind.value}.rows"].strip("\n").split("\n")
    cells = (row.partition("|") for row in rows)
    return LetterForm(
        wording.say(f"letter.form.{kind.value}.title", language),
        tuple((label.strip(), clean_line(beside.format_map(said))) for label, _, beside in cells),
    )


def _kept(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
