"""The bureau as data: names, units, telephone numbers, calendar and commitments, as its bundle states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from casework.errors import CaseworkNotFound
from casework.kinds import CaseKind
from casework.party import Language
from casework.working_days import TimeLimit, WorkCalendar

USUALLY_PUBLISHED = frozenset({CaseKind.SUGGESTION, CaseKind.CONSULTATION})
"""Kinds whose results most bureaus make public by class; of all others only by the citizen's consent."""
USUALLY_WRONG = 0.05
"""One answer in twenty."""


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in a language."""
        return self.zh if language == "zh" else self.en


SPAM_HEADERS = (
    "X-Spam-Flag",
    "X-Spam-Status",
    "X-Spam",
    "X-SES-Spam-Verdict",
    "X-MS-Exchange-Organization-SCL",
    "X-Forefront-Antispam-Report",
    "X-Barracuda-Spam-Status",
    "X-Bogosity",
    "X-DSPAM-Result",
)
"""Header lines in which widespread filters write that a mail is spam."""


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """What the bureau settles about its mailbox."""

    automatic_answers: int = 10
    """So many automatic mails go to one address, or about one case, within `automatic_hours`."""
    automatic_hours: int = 3
    answered_days: int = 15
    """So many days a letter back goes on with a question that was answered by itself; then it is closed for good."""
    spam_headers: tuple[str, ...] = SPAM_HEADERS
    """Header lines of filters whose verdict is believed; what they call spam waits for a clerk."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the personal text of a kind of case is kept: so many years from its closing, and on what ground."""

    years: int
    basis: Words

    def closed_before(self, today: date) -> date:
        """Cases closed before this day have been kept long enough."""
        year = today.year - self.years
        try:
            return today.replace(year=year)
        except ValueError:
            # 29 February of a year without one: rather a day longer than one too short.
            return date(year, 2, 28)


Lines = Mapping[Language, tuple[str, ...]]
"""As many lines in each language."""


@dataclass(frozen=True, slots=True)
class Publicity:
    """What a unit publishes of itself, of the eight that the law of the house asks for; None is not published yet.

    The two others, procedures with their basis and charges, are read from the published entries of the unit.
    """

    duties: Lines | None = None
    rights: Lines | None = None
    """Rights and obligations of those who come."""
    posts: Lines | None = None
    """Who is responsible for what."""
    commitments: Lines | None = None
    results: Lines | None = None
    """How and where results are made known."""
    supervision: Lines | None = None
    """Who supervises, and under which numbers."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the bureau that handles cases or offers procedures."""

    slug: str
    name: Words
    kind: str
    """`bureau`, `police_station`, `window` or `office`."""
    parent: str | None = None
    address: Words | None = None
    telephone: str = ""
    mail: str = ""
    """Where new work is announced."""
    handles: tuple[CaseKind, ...] = ()
    keywords: tuple[str, ...] = ()
    """Words in a citizen's text that point to this unit."""
    publicity: Publicity = field(default_factory=Publicity)


@dataclass(frozen=True, slots=True)
class Commitment:
    """Within which time the bureau handles a kind of case, and on what ground."""

    limit: TimeLimit
    basis: Words


@dataclass(frozen=True, slots=True)
class Telephone:
    """A published number."""

    name: Words
    number: str


@dataclass(frozen=True, slots=True)
class Bureau:
    """Everything that casework and the doors need to know of the bureau."""

    slug: str
    name: Words
    reference_prefix: str
    calendar: WorkCalendar
    units: tuple[Unit, ...]
    commitments: Mapping[CaseKind, Commitment]
    mail_domain: str = ""
    mailboxes: tuple[str, ...] = ()
    """Addresses that accept citizens' mail; the first is the mass mailbox that replies come from."""
    mail_policy: MailPolicy = field(default_factory=MailPolicy)
    telephones: tuple[Telephone, ...] = ()
    emergency: tuple[Telephone, ...] = ()
    embed_origins: tuple[str, ...] = ()
    """Origins of sites that may show the chat in a frame."""
    retention: Mapping[CaseKind, Retention] = field(default_factory=dict)
    """How long personal text is kept; a kind that is not named is kept without end."""
    office_hours: Words = field(default_factory=lambda: Words("", ""))
    """The opening hours in words."""
    regimes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Settings and rules of regimes that the bureau has confirmed, by the regime's slug."""
    redoes_poor: bool = True
    """Whether a case that the citizen rated poor is opened again."""
    published_kinds: frozenset[CaseKind] = USUALLY_PUBLISHED
    """Kinds of cases whose results, names removed, are made public by class, without the citizen's consent."""
    may_be_wrong: float = USUALLY_WRONG
    """The share of answers, 0 to 1, that may be wrong; the surer one must be, the more questions go to a person."""

    @property
    def root(self) -> Unit:
        """The bureau itself."""
        return next(unit for unit in self.units if unit.parent is None)

    def unit(self, slug: str) -> Unit:
        """The unit; CaseworkNotFound."""
        for unit in self.units:
            if unit.slug == slug:
                return unit
        raise CaseworkNotFound(f"there is no unit {slug!r} in this bureau; see units.toml")

    def unit_for(self, kind: CaseKind, text: str) -> Unit:
        """The unit in charge of a new case: one whose keyword stands in the text, else the first for the kind."""
        folded = text.casefold()
        able = [unit for unit in self.units if kind in unit.handles]
        named = [unit for unit in able if any(word.casefold() in folded for word in unit.keywords)]
        return (named or able or [self.root])[0]

    def under(self, slug: str) -> tuple[str, ...]:
        """Slugs of a unit and of everything below it."""
        found = [slug]
        for unit in self.units:
            if unit.parent in found and unit.slug not in found:
                found.append(unit.slug)
        return tuple(found)
