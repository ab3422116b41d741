"""Opening hours: read from the spans of a bundle, and said in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from itertools import pairwise

from casework.party import Language
from casework.wording import Wording

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As `date.weekday` counts them."""

Span = tuple[time, time]

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def parse_spans(texts: Sequence[str]) -> tuple[Span, ...]:
    """The opening spans of a day, e.g. of `["09:00-12:00", "13:30-17:30"]`; ValueError says what is wrong."""
    spans = tuple(_parse_span(text) for text in texts)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise ValueError(f"a span starts at {start:%H:%M}, before the one ahead of it ends at {end:%H:%M}")
    return spans


def _parse_span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no span of hours; write it like 09:00-12:00")
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start >= end:
        raise ValueError(f"{text!r} ends before it starts")
    return start, end


def compose_hours(hours: Mapping[int, tuple[Span, ...]], language: Language, words: Wording) -> str:
    """The opening hours in words, days with the same hours in one group: "Monday to Friday 09:00–17:30"."""
    lines = []
    for first, last, spans in _groups(hours):
        names = [words.say(f"weekday.{WEEKDAYS[day]}", language) for day in (first, last)]
        days = names[0] if first == last else words.say("hours.days", language, first=names[0], last=names[1])
        said = [words.say("hours.span", language, start=f"{a:%H:%M}", end=f"{b:%H:%M}") for a, b in spans]
        joined = words.say("hours.between_spans", language).join(said)
        lines.append(words.say("hours.line", language, days=days, spans=joined))
    return words.say("hours.between_lines", language).join(lines)


def _groups(hours: Mapping[int, tuple[Span, ...]]) -> list[tuple[int, int, tuple[Span, ...]]]:
    groups: list[tuple[int, int, tuple[Span, ...]]] = []
    for day in sorted(hours):
        if not hours[day]:
            continue
        if groups and groups[-1][1] == day - 1 and groups[-1][2] == hours[day]:
            groups[-1] = (groups[-1][0], day, hours[day])
        else:
            groups.append((day, day, hours[day]))
    return groups
