"""The bureau out of its bundle: `bureau.toml` and `units.toml` become one value, or every fault that they have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casework.bundle_file import BundleFile, Fault, read_bundle_file
from casework.bundle_regimes import read_regimes
from casework.bundle_retention import read_retention
from casework.bundle_units import MAIL, SLUG, SLUG_SHAPE, TELEPHONE, read_units
from casework.bureau import USUALLY_PUBLISHED, USUALLY_WRONG, Bureau, Commitment, MailPolicy, Telephone, Words
from casework.kinds import CaseKind
from casework.office_hours import WEEKDAYS, Span, compose_hours, parse_spans
from casework.wording import Wording, load_wording
from casework.working_days import DayUnit, TimeLimit, WorkCalendar

__all__ = ["Fault", "load_bureau"]

_KEYS = (
    "slug",
    "name",
    "reference_prefix",
    "time_zone",
    "embed_origins",
    "closing_days",
    "mail",
    "telephones",
    "office_hours",
    "commitments",
    "emergency",
    "answers",
    "ratings",
    "results",
    "regimes",
    "retention",
)
_ORIGIN = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?|http://(?:localhost|127\.0\.0\.1)(?::\d+)?")
_DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_POLICY_BOUNDS = {"automatic_answers": (1, 1_000), "automatic_hours": (1, 168), "answered_days": (1, 30)}
_POLICY = (*_POLICY_BOUNDS, "spam_headers")
LEAST_WRONG, MOST_WRONG = 0.005, 0.3
"""Bounds of the share of answers that may be wrong: nobody can promise none, and more is no help to anybody."""


def load_bureau(folder: Path | Traversable) -> tuple[Bureau | None, tuple[Fault, ...]]:
    """The bureau that a folder describes, and every fault found; None when there is any."""
    units_file = read_bundle_file(folder, "units.toml")
    units = read_units(units_file)
    file = read_bundle_file(folder, "bureau.toml")
    if file.faults:
        return None, tuple(file.faults + units_file.faults)
    file.only((), _KEYS)
    words = load_wording(files("casework") / "words")
    slug = file.text(("slug",), pattern=SLUG, shape=SLUG_SHAPE)
    prefix = file.text(("reference_prefix",), pattern=r"[A-Z]{2,8}", shape="2 to 8 capital letters")
    name, calendar, mail = file.words(("name",)), _read_calendar(file), _read_mail(file)
    telephones = _read_telephones(file)
    emergency = _read_emergency(file, words)
    commitments = _read_commitments(file)
    retention = read_retention(file)
    origins = _read_origins(file)
    policy = _read_mail_policy(file)
    may_be_wrong = _read_may_be_wrong(file)
    redoes_poor, published_kinds = _read_redo_poor(file), _read_published_kinds(file)
    regimes = read_regimes(file)
    faults = tuple(file.faults + units_file.faults)
    if faults or not (slug and prefix and name and calendar and mail):
        return None, faults
    hours = Words(zh=compose_hours(calendar.hours, "zh", words), en=compose_hours(calendar.hours, "en", words))
    bureau = Bureau(
        slug,
        name,
        prefix,
        calendar,
        units,
        commitments,
        mail_domain=mail[0],
        mailboxes=mail[1],
        mail_policy=policy,
        telephones=telephones,
        emergency=emergency,
        embed_origins=origins,
        retention=retention,
        office_hours=hours,
        redoes_poor=redoes_poor,
        published_kinds=published_kinds,
        may_be_wrong=may_be_wrong,
        regimes=regimes,
    )
    return bureau, ()


def _read_calendar(file: BundleFile) -> WorkCalendar | None:
    zone = _read_time_zone(file)
    file.only(("office_hours",), WEEKDAYS)
    hours: dict[int, tuple[Span, ...]] = {}
    for day, weekday in enumerate(WEEKDAYS):
        spans = file.texts(("office_hours", weekday))
        if spans and day >= 5:
            file.fault(
                ("office_hours", weekday),
                f"hours on {weekday} are never kept: a weekend is worked only when the State Council's notice says so, "
                "and then with Monday's hours",
            )
        try:
            hours[day] = parse_spans(spans)
        except ValueError as error:
            file.fault(("office_hours", weekday), f"office_hours.{weekday}: {error}")
    if not file.texts(("office_hours", "monday")):
        file.fault(("office_hours",), "office_hours.monday is missing: a make-up working weekend has Monday's hours")
    closing = _read_closing_days(file)
    return WorkCalendar(zone, {day: spans for day, spans in hours.items() if spans}, closing) if zone else None


def _read_time_zone(file: BundleFile) -> ZoneInfo | None:
    name = file.text(("time_zone",))
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        file.fault(("time_zone",), f"{name!r} is no time zone of the IANA database; write it like Asia/Shanghai")
        return None


def _read_closing_days(file: BundleFile) -> frozenset[date]:
    found = file.get(("closing_days",))
    if found is None:
        return frozenset()
    days = found if isinstance(found, list) else [found]
    if any(not isinstance(day, date) or isinstance(day, datetime) for day in days):
        file.fault(("closing_days",), "closing_days must be a list of dates, written like 2026-11-23 without quotes")
        return frozenset()
    return frozenset(days)


def _read_mail(file: BundleFile) -> tuple[str, tuple[str, ...]] | None:
    """Domain and mailboxes, the one that replies come from first."""
    file.only(("mail",), ("domain", "mailboxes", "from_address", *_POLICY))
    domain = file.text(("mail", "domain"), pattern=_DOMAIN, shape="a domain such as gaj.example")
    mailboxes = file.texts(("mail", "mailboxes"))
    sender = file.text(("mail", "from_address"), pattern=MAIL, shape="an e-mail address")
    if not mailboxes:
        file.fault(("mail", "mailboxes"), "mail.mailboxes is missing: list the addresses that take citizens' mail")
    for mailbox in mailboxes:
        _check_mailbox(file, mailbox, domain)
    if len({mailbox.lower() for mailbox in mailboxes}) < len(mailboxes):
        file.fault(("mail", "mailboxes"), "mail.mailboxes names one address twice: keep it once")
    if sender and mailboxes and sender not in mailboxes:
        message = f"replies would come from {sender!r}, which takes no mail: name one of mail.mailboxes"
        file.fault(("mail", "from_address"), message)
    if not (domain and sender):
        return None
    return domain, (sender, *(mailbox for mailbox in mailboxes if mailbox != sender))


def _read_mail_policy(file: BundleFile) -> MailPolicy:
    """What the bureau settles about its mailbox; the usual where it says nothing."""
    usual = MailPolicy()
    numbers: dict[str, int] = {}
    for name, (least, most) in _POLICY_BOUNDS.items():
        said = file.get(("mail", name))
        if said is None:
            numbers[name] = getattr(usual, name)
        elif isinstance(said, bool) or not isinstance(said, int) or not least <= said <= most:
            file.fault(("mail", name), f"mail.{name} must be a whole number from {least} to {most}")
        else:
            numbers[name] = said
    headers = usual.spam_headers
    if file.get(("mail", "spam_headers")) is not None:
        headers = file.texts(("mail", "spam_headers"))
    return replace(usual, spam_headers=headers, **numbers)


def _check_mailbox(file: BundleFile, mailbox: str, domain: str | None) -> None:
    if not re.fullmatch(MAIL, mailbox):
        file.fault(("mail", "mailboxes"), f"{mailbox!r} is no e-mail address")
    elif domain and mailbox.rpartition("@")[2].lower() != domain.lower():
        file.fault(("mail", "mailboxes"), f"{mailbox!r} lies outside the domain {domain!r}")


def _read_telephones(file: BundleFile) -> tuple[Telephone, ...]:
    found = [_read_telephone(file, ("telephones", key)) for key in file.table(("telephones",))]
    return tuple(telephone for telephone in found if telephone)


def _read_telephone(file: BundleFile, key: tuple[str, ...]) -> Telephone | None:
    file.only(key, ("zh", "en", "number"))
    name = file.words(key)
    number = file.text((*key, "number"), pattern=TELEPHONE, shape="a telephone number")
    return Telephone(name, number) if name and number else None


def _read_emergency(file: BundleFile, words: Wording) -> tuple[Telephone, ...]:
    """The numbers to call at once; police, fire, medical and traffic are known by name, others bring their own."""
    found = list[Telephone | None]()
    for service, said in file.table(("emergency",)).items():
        key = ("emergency", service)
        if isinstance(said, Mapping):
            found.append(_read_telephone(file, key))
        elif f"emergency.{service}" not in words.keys():  # noqa: SIM118 - a method of ours, no mapping
            file.fault(key, f"{service!r} is not known by name: write it as a table with zh, en and number")
        elif number := file.text(key, pattern=TELEPHONE, shape="a telephone number in quotes"):
            name = Words(words.say(f"emergency.{service}", "zh"), words.say(f"emergency.{service}", "en"))
            found.append(Telephone(name, number))
    if not found:
        file.fault(("emergency",), "[emergency] is missing: the numbers to call at once, such as police")
    return tuple(telephone for telephone in found if telephone)


def _read_commitments(file: BundleFile) -> Mapping[CaseKind, Commitment]:
    file.only(("commitments",), tuple(CaseKind))
    found: dict[CaseKind, Commitment] = {}
    for kind in CaseKind:
        if commitment := _read_commitment(file, ("commitments", kind.value)):
            found[kind] = commitment
    return found


def _read_commitment(file: BundleFile, key: tuple[str, ...]) -> Commitment | None:
    if not file.table(key):
        file.fault(key, f"[{'.'.join(key)}] is missing: within which time is such a case handled, and on what ground")
        return None
    file.only(key, ("number", "unit", "basis"))
    number = file.get((*key, "number"))
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        file.fault((*key, "number"), f"{'.'.join(key)}.number must be a number of days from 1")
        number = 0
    unit = file.text((*key, "unit"), pattern="|".join(DayUnit), shape=f"one of {', '.join(DayUnit)}")
    basis = file.words((*key, "basis"))
    return Commitment(TimeLimit(number, DayUnit(unit)), basis) if number and unit and basis else None


def _read_origins(file: BundleFile) -> tuple[str, ...]:
    origins = file.texts(("embed_origins",))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            message = (
                f"{origin!r} is no origin: write https:// and the host, without a path (http:// for localhost only)"
            )
            file.fault(("embed_origins",), message)
    return origins


def _read_may_be_wrong(file: BundleFile) -> float:
    """How often an answer may be wrong; the usual one in twenty where the bureau says nothing."""
    file.only(("answers",), ("may_be_wrong",))
    said = file.get(("answers", "may_be_wrong"))
    if said is None:
        return USUALLY_WRONG
    if isinstance(said, bool) or not isinstance(said, int | float) or not LEAST_WRONG <= said <= MOST_WRONG:
        message = f"answers.may_be_wrong must be a share from {LEAST_WRONG} to {MOST_WRONG}, such as 0.05 for one in 20"
        file.fault(("answers", "may_be_wrong"), message)
        return USUALLY_WRONG
    return float(said)


def _read_redo_poor(file: BundleFile) -> bool:
    """Whether a case that its citizen rated poor is opened again; it is where the bureau says nothing."""
    file.only(("ratings",), ("redo_poor",))
    said = file.get(("ratings", "redo_poor"))
    if said is None or isinstance(said, bool):
        return True if said is None else said
    file.fault(("ratings", "redo_poor"), f"ratings.redo_poor must be true or false, not {said!r}")
    return True


def _read_published_kinds(file: BundleFile) -> frozenset[CaseKind]:
    """Kinds whose results are made public by class; the usual where the bureau says nothing."""
    file.only(("results",), ("kinds",))
    if file.get(("results", "kinds")) is None:
        return USUALLY_PUBLISHED
    named = file.texts(("results", "kinds"))
    for unknown in (kind for kind in named if kind not in set(CaseKind)):
        file.fault(("results", "kinds"), f"{unknown!r} is no kind of case: choose from {', '.join(CaseKind)}")
    return frozenset(CaseKind(kind) for kind in named if kind in set(CaseKind))
