"""A ledger made to the figures that the bureau reported for 2012; nobody who applied or complained is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from casework.annual.entries import ComplaintEntry, Entry, ItemCategory, ItemEntry, LedgerEntry, Level, Way
from casework.reply_kinds import ApplicantKind

YEAR = 2012
ITEMS: Mapping[ItemCategory, int] = {
    ItemCategory.INSTITUTIONAL: 170,
    ItemCategory.POLICY: 583,
    ItemCategory.PLANNING: 18,
    ItemCategory.LICENSING: 267,
    ItemCategory.OTHER: 7472,
}
"""8,510 in all, as the report says."""
APPLICATIONS: Mapping[Way, int] = {Way.ONLINE: 191, Way.LETTER: 21, Way.ON_SITE: 16, Way.OTHER: 39}
"""267 in all; the report leaves the last number to be computed."""
COMPLAINTS: Mapping[Level, int] = {Level.OWN: 88, Level.LOWER: 30}
"""118 in all."""


def seed_ledger() -> Iterator[Entry]:
    """Every entry, spread evenly over the days of the year."""
    for place, category in enumerate(Counter(ITEMS).elements(), 1):
        yield ItemEntry(f"GK-{YEAR}-{place:05}", _day(place), category)
    for place, way in enumerate(Counter(APPLICATIONS).elements(), 1):
        yield LedgerEntry(f"SQ-{YEAR}-{place:04}", ApplicantKind.NATURAL_PERSON, _day(place), channel=way.value)
    for place, level in enumerate(Counter(COMPLAINTS).elements(), 1):
        yield ComplaintEntry(f"TS-{YEAR}-{place:04}", _day(place), level)


def _day(place: int) -> date:
    return date(YEAR, 1, 1) + timedelta(days=place * 7 % 366)
