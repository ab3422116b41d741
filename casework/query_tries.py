"""How often query codes may be tried: wrong ones slow down who tries, without shutting the case's owner out.

All doors count in the same windows. A code has 49 bits, so that fifty tries in a quarter of an hour find nothing.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from casework.ports import Doors

WINDOW = timedelta(minutes=15)
FROM_ONE_SOURCE = 5
"""Wrong codes that one conversation or address may try for one case."""
FROM_AN_ADDRESS = 40
"""Wrong codes that one source may try in all; an office or a carrier has many people behind one address."""
FOR_A_CASE = 50
"""Wrong codes that a case takes from everybody together."""


def may_try(doors: Doors, reference: str, source: str, *, now: datetime) -> bool:
    """Whether `source` (a conversation, a client's address) may try another code for `reference`."""
    return all(doors.hits(bucket, now=now, window=WINDOW) < most for bucket, most in _buckets(reference, source))


def count_wrong(doors: Doors, reference: str, source: str, *, now: datetime) -> None:
    """Remember a wrong code, or a code for a case that does not exist: both count alike."""
    for bucket, _ in _buckets(reference, source):
        doors.hit(bucket, now=now, window=WINDOW)


def _buckets(reference: str, source: str) -> tuple[tuple[str, int], ...]:
    return (
        (_bucket("both", f"{reference} {source}"), FROM_ONE_SOURCE),
        (_bucket("from", source), FROM_AN_ADDRESS),
        (_bucket("case", reference), FOR_A_CASE),
    )


def _bucket(kind: str, value: str) -> str:
    """Sources are addresses: only their digest is kept."""
    return f"query-code:{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"
