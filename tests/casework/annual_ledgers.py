"""Random ledgers of a year, and faults planted in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from casework.annual.entries import Entry, FaultyEntry, LastYear, LedgerEntry, RemedyEntry, RemedyOutcome, Route
from casework.annual.findings import FindingKind
from casework.reply_kinds import ApplicantKind, ReplyKind

YEAR = 2025
NEW_YEAR = date(YEAR, 1, 1)
CHANNELS = ("web_chat", "email", "letter", "on_site", "telephone", "fax")


@dataclass
class RandomLedger:
    """A sound ledger, with what last year left."""

    entries: list[Entry]
    last: LastYear


def a_ledger(random: Random, size: int) -> RandomLedger:
    """`size` applications received from the autumn before to the spring after, and a few reviews."""
    entries = [_an_application(random, number) for number in range(size)]
    left = {
        entry.reference: entry.applicant
        for entry in entries
        if entry.received_on < NEW_YEAR and (entry.ended_on is None or entry.ended_on >= NEW_YEAR)
    }
    carried = {kind: sum(1 for found in left.values() if found is kind) for kind in ApplicantKind}
    remedies = [_a_remedy(random, number) for number in range(size // 100)]
    mixed: list[Entry] = [*entries, *remedies]
    random.shuffle(mixed)
    return RandomLedger(mixed, LastYear(carried, left))


def _an_application(random: Random, number: int) -> LedgerEntry:
    received = date(YEAR - 1, 10, 1) + timedelta(days=random.randrange(550))
    ended = received + timedelta(days=random.randrange(60)) if random.random() < 0.95 else None
    return LedgerEntry(
        reference=f"ZMD-{received.year}-{number:06}",
        applicant=random.choice(list(ApplicantKind)),
        received_on=received,
        ended_on=ended,
        reply=random.choice(list(ReplyKind)) if ended else None,
        channel=random.choice(CHANNELS),
        fee_fen=random.choice((0, 0, 0, 4000)),
    )


def _a_remedy(random: Random, number: int) -> RemedyEntry:
    filed = date(YEAR - 1, 10, 1) + timedelta(days=random.randrange(450))
    ended = filed + timedelta(days=random.randrange(90)) if random.random() < 0.8 else None
    outcomes = (RemedyOutcome.UPHELD, RemedyOutcome.CORRECTED, RemedyOutcome.OTHER)
    outcome = random.choice(outcomes) if ended else None
    return RemedyEntry(f"FY-{number:05}", random.choice(list(Route)), filed, ended, outcome)


PLANTED = (
    FindingKind.CLOSED_TWICE,
    FindingKind.REPEATED_REFERENCE,
    FindingKind.REPLY_WITHOUT_END,
    FindingKind.END_WITHOUT_REPLY,
    FindingKind.END_BEFORE_RECEIPT,
    FindingKind.UNKNOWN_APPLICANT,
    FindingKind.UNKNOWN_REPLY,
    FindingKind.NEGATIVE_FEE,
    FindingKind.CARRIED_OVER_MISSING,
    FindingKind.CARRIED_OVER_UNKNOWN,
    FindingKind.APPLICANT_CHANGED,
)


def plant(kind: FindingKind, ledger: RandomLedger, random: Random, *, spared: set[str]) -> str:
    """Put one fault into the ledger, in a case that has none yet, and name the case."""
    places = [
        (place, entry)
        for place, entry in enumerate(ledger.entries)
        if isinstance(entry, LedgerEntry) and entry.reference not in spared and _suits(kind, entry, ledger)
    ]
    place, entry = random.choice(places)
    changed = _spoilt(kind, entry)
    match kind:
        case FindingKind.CLOSED_TWICE | FindingKind.REPEATED_REFERENCE:
            ledger.entries.append(changed)
        case FindingKind.CARRIED_OVER_MISSING:
            del ledger.entries[place]
        case _:
            ledger.entries[place] = changed
    if kind is FindingKind.CARRIED_OVER_UNKNOWN:
        _forget(entry, ledger)
    spared.add(entry.reference)
    return entry.reference


def _suits(kind: FindingKind, entry: LedgerEntry, ledger: RandomLedger) -> bool:
    assert ledger.last.open_cases is not None
    match kind:
        case FindingKind.REPLY_WITHOUT_END | FindingKind.REPEATED_REFERENCE:
            return entry.ended_on is None
        case FindingKind.CARRIED_OVER_MISSING | FindingKind.CARRIED_OVER_UNKNOWN | FindingKind.APPLICANT_CHANGED:
            return entry.reference in ledger.last.open_cases
    return entry.ended_on is not None


def _spoilt(kind: FindingKind, entry: LedgerEntry) -> Entry:
    match kind:
        case FindingKind.CLOSED_TWICE:
            assert entry.ended_on is not None
            return replace(entry, ended_on=entry.ended_on + timedelta(days=3), reply=ReplyKind.REPEATED)
        case FindingKind.REPLY_WITHOUT_END:
            return replace(entry, reply=ReplyKind.DISCLOSED)
        case FindingKind.END_WITHOUT_REPLY:
            return replace(entry, reply=None)
        case FindingKind.END_BEFORE_RECEIPT:
            return replace(entry, ended_on=entry.received_on - timedelta(days=1))
        case FindingKind.UNKNOWN_APPLICANT | FindingKind.UNKNOWN_REPLY:
            return FaultyEntry(entry.reference, kind, "a stranger")
        case FindingKind.NEGATIVE_FEE:
            return replace(entry, fee_fen=-1)
        case FindingKind.APPLICANT_CHANGED:
            others = [kind for kind in ApplicantKind if kind is not entry.applicant]
            return replace(entry, applicant=others[0])
    return entry


def _forget(entry: LedgerEntry, ledger: RandomLedger) -> None:
    left = dict(ledger.last.open_cases or {})
    carried = dict(ledger.last.carried_out)
    del left[entry.reference]
    carried[entry.applicant] -= 1
    ledger.last = LastYear(carried, left)
