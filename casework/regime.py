"""The rules by which a kind of case is timed, as data: which article, how many days of what sort, and who owes it.

A regime is one version of one law. A case keeps the regime that was law when it was opened. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from casework.bureau import Commitment, Words
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.kinds import CaseKind
from casework.working_days import DayUnit, WorkCalendar


class RuleUnit(StrEnum):
    """How the days of a rule are counted."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    """Every day, wherever the last one falls."""
    NATURAL_DAY = "natural_day"
    """Every day; a last day off is moved to the next working day. What `DayUnit` calls a calendar day."""


class Owed(StrEnum):
    """Who must do something by a deadline."""

    BUREAU = "bureau"
    APPLICANT = "applicant"
    THIRD_PARTY = "third_party"
    OTHER_ORGAN = "other_organ"


class ReceiptChannel(StrEnum):
    """How an application came, for what counts as its receipt."""

    IN_PERSON = "in_person"
    SIGNED_POST = "signed_post"
    ORDINARY_POST = "ordinary_post"
    WEB = "web"
    FAX = "fax"


class SupplementEffect(StrEnum):
    """What a supplement does to the time for the reply."""

    RESTART = "restart"
    PAUSE = "pause"
    NOTHING = "nothing"


class FeeEffect(StrEnum):
    """What a fee notice does to the time for the reply."""

    PAUSE = "pause"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a regime."""

    name: str
    article: str
    owed_by: Owed
    words: Words
    number: int | None = None
    """So many days; 0 is the day of the event itself, None is a rule without a number."""
    unit: RuleUnit = RuleUnit.WORKING_DAY
    cap: int | None = None
    """The most days by which it may be extended in all."""
    times: int | None = None
    """How often it may be used."""
    confirmed: bool = False
    """Read in the law, or confirmed by the bureau; otherwise a default that the bureau must confirm."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """How days are counted where the law leaves it open. Each is a setting of the regime, with this default."""

    event_day_counts: bool = False
    """The day of an event is day one; otherwise the next day that counts is."""
    day_off_event_moves: bool = False
    """What happens on a day off counts as if it had happened on the next working day."""
    consultation_pauses: bool = True
    """The time in which third parties and other organs are asked does not count."""
    pause_from_day_asked: bool = False
    """A pause begins on the day of the question; otherwise on the day after it."""
    pause_to_day_answered: bool = True
    """A pause ends with the day of the answer; otherwise with the day before."""
    silence_ends_pause: bool = True
    """Who does not answer ends the pause with the last day for the answer."""
    late_answer_pauses: bool = True
    """An answer after its last day still pauses up to its own day."""
    supplement_effect: SupplementEffect = SupplementEffect.RESTART
    """A supplement starts the count anew from the day on which it is received."""
    late_notice_restarts: bool = True
    """A supplement that was asked for too late starts the count anew all the same."""
    unsupplemented_is_abandoned: bool = True
    """Who does not supplement in time has given the application up."""
    late_supplement_restarts: bool = False
    """A supplement after its last day is taken as if in time; otherwise only one that is marked excused."""
    extension_survives_restart: bool = True
    """Days by which the reply was extended before the count began anew are kept."""
    extension_after_due: bool = False
    """The reply may be extended after its last day has passed."""
    fee_notice: FeeEffect = FeeEffect.NOTHING
    """A fee notice stops the time until the fee is paid."""
    transfer_ends: bool = False
    """Who hands an application on owes no reply any more."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for which the law lets or makes the bureau keep something back."""

    name: str
    article: str
    mark: str
    """What stands on a covered place, in letters that every font has."""
    words: Words
    confirmed: bool = False
    """Read in the law; otherwise the bureau must confirm it before it relies on it."""


Choice = TypeVar("Choice", bound=StrEnum)
_NAMES = tuple(each.name for each in fields(Conventions))


@dataclass(frozen=True)
class Regime:
    """One version of the rules for some kinds of case."""

    slug: str
    name: Words
    jurisdiction: str
    kinds: tuple[CaseKind, ...]
    in_force_from: date
    in_force_until: date | None
    country: str
    subdivision: str | None
    time_zone: ZoneInfo
    channels: Mapping[ReceiptChannel, str]
    """The rule by which an application that came so counts as received."""
    rules: Mapping[str, Rule]
    conventions: Conventions = field(default_factory=Conventions)
    confirmed_settings: frozenset[str] = frozenset()
    grounds: Mapping[str, Ground] = field(default_factory=dict)
    """On what ground something may be covered in a document that is given out, by name."""

    def rule(self, name: str) -> Rule | None:
        """The rule, when this regime has it."""
        return self.rules.get(name)

    def in_force_on(self, day: date) -> bool:
        """Whether this version was law on a day."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)

    def unconfirmed(self) -> tuple[str, ...]:
        """What the bureau must still confirm: `rules.…` and `settings.…`."""
        rules = [f"rules.{name}" for name, rule in self.rules.items() if not rule.confirmed]
        return (*rules, *(f"settings.{name}" for name in _NAMES if name not in self.confirmed_settings))

    def calendar(self, calendar: WorkCalendar) -> WorkCalendar:
        """The calendar to count by: the bureau's own, or with the public holidays of the country of this regime."""
        if (calendar.country, calendar.subdivision) == (self.country, self.subdivision):
            return calendar
        return WorkCalendar(
            self.time_zone,
            calendar.hours,
            calendar.closing_days,
            country=self.country,
            subdivision=self.subdivision,
        )

    def with_commitment(self, commitment: Commitment) -> Regime:
        """The regime with a commitment of the bureau as the limit of its reply, which confirms it."""
        reply = self.rules.get("reply")
        if reply is None or reply.confirmed:
            raise CaseworkRejected(f"{self.slug}: a commitment cannot take the place of what the law says")
        working = commitment.limit.unit is DayUnit.WORKING_DAY
        rule = replace(
            reply,
            number=commitment.limit.number,
            unit=RuleUnit.WORKING_DAY if working else RuleUnit.NATURAL_DAY,
            words=commitment.basis,
            confirmed=True,
        )
        return replace(self, rules={**self.rules, "reply": rule})

    def with_overrides(self, overrides: Mapping[str, object]) -> Regime:
        """The regime as a bureau confirms it: `settings` and `rules` that replace what was unconfirmed.

        Named without a change, they are confirmed as they stand. CaseworkRejected names what is law or is not known.
        """
        if strange := sorted(set(overrides) - {"rules", "settings"}):
            raise CaseworkRejected(f"{self.slug}: {strange[0]} is neither rules nor settings")
        settings = table(overrides.get("settings", {}), f"{self.slug}: settings")
        for name in settings:
            if name in self.confirmed_settings:
                raise CaseworkRejected(f"{self.slug}: settings.{name} is law and cannot be set")
        return replace(
            self,
            rules=_override_rules(self, table(overrides.get("rules", {}), f"{self.slug}: rules")),
            conventions=set_conventions(self.conventions, settings, self.slug),
            confirmed_settings=self.confirmed_settings | set(settings),
        )


def set_conventions(conventions: Conventions, settings: Mapping[str, object], place: str) -> Conventions:
    """The conventions with some set anew; CaseworkRejected names one that there is not, or that has no such value."""
    changed: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in _NAMES:
            raise CaseworkRejected(f"{place}: there is no setting {name!r}; settings are {', '.join(_NAMES)}")
        usual = getattr(conventions, name)
        if isinstance(usual, bool):
            if not isinstance(value, bool):
                raise CaseworkRejected(f"{place}: settings.{name} is true or false, not {value!r}")
            changed[name] = value
        else:
            changed[name] = member(type(usual), value, f"{place}: settings.{name}")
    return replace(conventions, **changed)


def regime_for(kind: CaseKind, on: date, regimes: Mapping[str, Regime], jurisdiction: str = "CN") -> Regime:
    """The regime that was law on a day for a kind of case; CaseworkNotFound when there was none."""
    for regime in regimes.values():
        if regime.jurisdiction == jurisdiction and kind in regime.kinds and regime.in_force_on(on):
            return regime
    raise CaseworkNotFound(f"no regime of {jurisdiction} for {kind.value} was in force on {on.isoformat()}")


def _override_rules(regime: Regime, tables: Mapping[str, object]) -> Mapping[str, Rule]:
    rules = dict(regime.rules)
    for name, said in tables.items():
        rule = rules.get(name)
        if rule is None:
            raise CaseworkRejected(f"{regime.slug}: there is no rule {name!r}; rules are {', '.join(rules)}")
        if rule.confirmed:
            raise CaseworkRejected(f"{regime.slug}: rules.{name} is law (article {rule.article}) and cannot be set")
        rules[name] = _override_rule(rule, table(said, f"{regime.slug}: rules.{name}"), f"{regime.slug}: rules.{name}")
    return rules


def _override_rule(rule: Rule, said: Mapping[str, object], place: str) -> Rule:
    if strange := sorted(set(said) - {"number", "cap", "unit"}):
        raise CaseworkRejected(f"{place}.{strange[0]} cannot be set; number, cap and unit can")
    numbers: dict[str, Any] = {name: days(said[name], f"{place}.{name}") for name in ("number", "cap") if name in said}
    unit = member(RuleUnit, said["unit"], f"{place}.unit") if "unit" in said else rule.unit
    return replace(rule, **numbers, unit=unit, confirmed=True)


def days(value: object, place: str) -> int:
    """A number of days from 0; CaseworkRejected names the place."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 3650:
        raise CaseworkRejected(f"{place} is a number of days from 0 to 3650, not {value!r}")
    return value


def table(value: object, place: str) -> Mapping[str, object]:
    """A table of such a file; CaseworkRejected names the place."""
    if not isinstance(value, Mapping):
        raise CaseworkRejected(f"{place} is a table, not {value!r}")
    return value


def member(choices: type[Choice], value: object, place: str) -> Choice:
    """One of a list of words; CaseworkRejected names the place and the words."""
    try:
        return choices(str(value))
    except ValueError as error:
        raise CaseworkRejected(f"{place} is one of {', '.join(choices)}, not {value!r}") from error
