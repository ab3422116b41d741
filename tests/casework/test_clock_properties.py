"""What holds for every case, whatever happens in it, tried on many that nobody made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.clocks.counting import Counter, Span
from casework.regime import Conventions, RuleUnit
from tests.casework.clock_cases import CALENDAR, count, reply_of, timed, works, written

STARTS = st.dates(date(2025, 1, 1), date(2026, 8, 31))
NUMBERS = st.integers(1, 40)
COUNTER = Counter(CALENDAR, Conventions())
MANY = settings(max_examples=150, deadline=None, derandomize=True)
FEW = settings(max_examples=60, deadline=None, derandomize=True)


def day(start: date, offset: int) -> str:
    return (start + timedelta(days=offset)).isoformat()


@st.composite
def courses(draw: st.DrawFn) -> dict[str, object]:
    """A case with a receipt, perhaps a supplement, pauses, extensions and an end, on days in any order."""
    start = draw(STARTS)
    channel = draw(st.sampled_from(["in_person", "signed_post", "ordinary_post", "web", "fax"]))
    events = [f"received {start.isoformat()}"]
    if draw(st.booleans()):
        events.append(f"confirmed {day(start, draw(st.integers(0, 9)))}")
    optional = (
        ("supplement_requested", " 10"), ("supplement_received", ""), ("third_party_asked", ""),
        ("third_party_answered", ""),
        ("organ_asked", ""), ("organ_answered", ""), ("extended", " 11"), ("extended", " 9"),
        ("transferred", ""),
        ("replied", ""), ("withdrawn", ""),
    )  # fmt: skip
    for name, given_days in optional:
        if draw(st.booleans()):
            events.append(f"{name} {day(start, draw(st.integers(0, 60)))}{given_days}")
    return written(*draw(st.permutations(events)), channel=channel, today=day(start, draw(st.integers(0, 90))))


@MANY
@given(start=STARTS, number=NUMBERS)
def test_days_are_counted_as_the_notices_alone_would_have_it(start: date, number: int) -> None:
    assert COUNTER.due_on(start, number, RuleUnit.WORKING_DAY) == count(start, number)


@MANY
@given(start=STARTS, number=NUMBERS, closed=st.sets(st.integers(0, 80), max_size=12))
def test_a_holiday_more_never_makes_it_earlier(start: date, number: int, closed: set[int]) -> None:
    days_off = frozenset(start + timedelta(days=offset) for offset in closed)
    more = Counter(replace(CALENDAR, closing_days=days_off), Conventions())
    for unit in RuleUnit:
        assert more.due_on(start, number, unit) >= COUNTER.due_on(start, number, unit)


@MANY
@given(said=courses(), closed=st.sets(st.integers(0, 100), min_size=1, max_size=8))
def test_a_holiday_more_makes_nothing_in_a_whole_case_earlier(said: dict[str, object], closed: set[int]) -> None:
    events = said["events"]
    assert isinstance(events, list)
    start = date.fromisoformat(min(each["at"] for each in events))
    before = timed(said)[1]
    after = timed({**said, "closing_days": [day(start, offset) for offset in sorted(closed)]})[1]
    assert [each.name for each in before] == [each.name for each in after]
    for old, new in zip(before, after, strict=True):
        assert old.due_on is None or new.due_on is None or new.due_on >= old.due_on, old.name


@MANY
@given(
    start=STARTS, closed=st.sets(st.integers(0, 80), max_size=8), asked=st.integers(0, 25), waited=st.integers(0, 20)
)
def test_a_holiday_more_never_makes_a_paused_reply_earlier(
    start: date, closed: set[int], asked: int, waited: int
) -> None:
    events = (
        f"received {start.isoformat()}",
        f"third_party_asked {day(start, asked)}",
        f"third_party_answered {day(start, asked + waited)}",
    )
    before = reply_of(written(*events, today=start.isoformat())).due_on
    days_off = [day(start, offset) for offset in sorted(closed)]
    after = reply_of(written(*events, today=start.isoformat(), closing_days=days_off)).due_on
    assert before is not None
    assert after is not None
    assert after >= before


@MANY
@given(start=STARTS, asked=st.integers(0, 20), waited=st.integers(0, 30))
def test_a_pause_of_so_many_working_days_moves_the_reply_by_as_many(start: date, asked: int, waited: int) -> None:
    asked_on = start + timedelta(days=asked)
    plain = reply_of(written(f"received {start.isoformat()}", today=start.isoformat())).due_on
    paused = reply_of(
        written(
            f"received {start.isoformat()}",
            f"third_party_asked {asked_on.isoformat()}",
            f"third_party_answered {day(asked_on, waited)}",
            today=start.isoformat(),
        )
    ).due_on
    assert plain is not None
    assert paused is not None
    pause = [asked_on + timedelta(days=offset) for offset in range(1, waited + 1)]
    # The twentieth day lies at least four weeks after the receipt, the question at most twenty days: every day counts.
    assert asked_on < plain
    assert paused == count(plain, sum(works(each) for each in pause))


@MANY
@given(start=STARTS, later=st.integers(0, 40), number=NUMBERS, unit=st.sampled_from(RuleUnit))
def test_who_begins_later_ends_no_earlier(start: date, later: int, number: int, unit: RuleUnit) -> None:
    assert COUNTER.due_on(start + timedelta(days=later), number, unit) >= COUNTER.due_on(start, number, unit)


@MANY
@given(start=STARTS, number=NUMBERS)
def test_the_last_of_so_many_working_days_is_worked_and_the_days_are_counted_one_by_one(
    start: date, number: int
) -> None:
    found = COUNTER.count(start, number, RuleUnit.WORKING_DAY)
    assert len(found.counted) == number
    assert found.counted[-1] == found.due_on
    assert all(works(each) for each in found.counted)


@MANY
@given(start=STARTS, number=NUMBERS, first=st.integers(1, 30), length=st.integers(0, 15), shift=st.integers(0, 10))
def test_pauses_that_overlap_leave_out_the_days_of_both_once(
    start: date, number: int, first: int, length: int, shift: int
) -> None:
    one = Span(start + timedelta(days=first), start + timedelta(days=first + length))
    other = Span(start + timedelta(days=first + shift), start + timedelta(days=first + shift + length))
    union = {
        start + timedelta(days=offset)
        for offset in range(200)
        if any(span.holds(start + timedelta(days=offset)) for span in (one, other))
    }
    assert COUNTER.due_on(start, number, RuleUnit.WORKING_DAY, (one, other)) == count(start, number, union)


@FEW
@given(said=courses(), order=st.randoms(use_true_random=False))
def test_computing_again_in_any_order_of_events_changes_nothing(said: dict[str, object], order: Random) -> None:
    events = said["events"]
    assert isinstance(events, list)
    shuffled = list(events)
    order.shuffle(shuffled)
    _, once = timed(said)
    _, again = timed({**said, "events": shuffled})
    assert [(each.name, each.due_on, each.state, each.steps) for each in once] == [
        (each.name, each.due_on, each.state, each.steps) for each in again
    ]


@FEW
@given(said=courses())
def test_there_is_one_reply_and_only_what_is_dated_can_be_missed(said: dict[str, object]) -> None:
    _, found = timed(said)
    assert [each.name.value for each in found].count("reply") == 1
    for deadline in found:
        assert deadline.steps
        assert deadline.due_on is not None or deadline.state.value != "missed"


@FEW
@given(said=courses())
def test_an_extension_above_the_cap_never_holds(said: dict[str, object]) -> None:
    events = said["events"]
    assert isinstance(events, list)
    received = next(each["at"] for each in events if each["event"] == "received")
    more = [*events, {"event": "extended", "at": received, "working_days": 21}]
    plain, extended = reply_of(said), reply_of({**said, "events": more})
    assert (extended.due_on, extended.state) == (plain.due_on, plain.state)
