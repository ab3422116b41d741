"""Each convention is a setting, and the derivation says what was decided by it."""

from __future__ import annotations

from datetime import date

import pytest

from casework.clocks.course import ClockEvent, ClockEventName
from casework.errors import CaseworkRejected
from tests.casework.clock_cases import derivation, reply_of, timed, written

PAUSED = ("received 2026-02-06", "third_party_asked 2026-02-10", "third_party_answered 2026-02-25")
"""By the defaults left out: 02-11, 12, 13, 14, 24, 25; the reply is due on 03-20."""
SUPPLEMENTED = ("received 2026-02-06", "supplement_requested 2026-02-24 5", "supplement_received 2026-02-28")
"""By the defaults anew from 02-28: due on 03-27."""


@pytest.mark.parametrize(
    ("settings", "events", "due"),
    [
        pytest.param({}, PAUSED, "2026-03-20", id="defaults"),
        pytest.param({"pause_from_day_asked": True}, PAUSED, "2026-03-23", id="the day asked is left out too"),
        pytest.param({"pause_to_day_answered": False}, PAUSED, "2026-03-19", id="the day answered is counted"),
        pytest.param({"event_day_counts": True}, ("received 2026-02-06",), "2026-03-11", id="the event day is day one"),
        pytest.param({"day_off_event_moves": True}, ("received 2026-02-18",), "2026-03-23", id="a day off moves"),
        pytest.param(
            {"late_answer_pauses": False},
            ("received 2026-02-06", "third_party_asked 2026-02-10", "third_party_answered 2026-03-11"),
            "2026-04-02",
            id="a late answer ends nothing that had ended by itself",
        ),
        pytest.param({}, SUPPLEMENTED, "2026-03-27", id="a supplement restarts"),
        pytest.param(
            {"late_notice_restarts": False},
            ("received 2026-02-06", "supplement_requested 2026-02-25 5", "supplement_received 2026-02-28"),
            "2026-03-12",
            id="a late notice does not restart",
        ),
        pytest.param(
            {"late_supplement_restarts": True},
            ("received 2026-02-06", "supplement_requested 2026-02-24 1", "supplement_received 2026-02-28"),
            "2026-03-27",
            id="a late supplement is taken",
        ),
        pytest.param(
            {"extension_after_due": True},
            ("received 2026-02-06", "extended 2026-03-13 1"),
            "2026-03-13",
            id="an extension after the last day holds",
        ),
        pytest.param(
            {"extension_survives_restart": False},
            ("received 2026-02-06", "extended 2026-02-09 5", *SUPPLEMENTED[1:]),
            "2026-03-27",
            id="an extension lapses with the restart",
        ),
    ],
)  # fmt: skip
def test_a_setting_changes_the_day(settings: dict[str, object], events: tuple[str, ...], due: str) -> None:
    reply = reply_of(written(*events, settings=settings, today="2026-03-02"))
    assert reply.due_on == date.fromisoformat(due)


def test_a_transfer_ends_the_duty_where_the_bureau_has_settled_so() -> None:
    events = ("received 2026-02-06", "transferred 2026-02-09")
    reply = reply_of(written(*events, settings={"transfer_ends": True}, today="2026-03-02"))
    assert reply.state.value == "void"


def test_without_an_end_by_silence_the_reply_waits_for_ever() -> None:
    events = ("received 2026-02-06", "third_party_asked 2026-02-10")
    reply = reply_of(written(*events, settings={"silence_ends_pause": False}, today="2026-06-01"))
    assert (reply.due_on, reply.state.value) == (None, "paused")


def test_a_derivation_tells_of_every_day_with_its_reason() -> None:
    lines = derivation(reply_of(written(*PAUSED, today="2026-03-02")))
    text = "\n".join(lines)
    assert "2026-02-06 (Fri) is the day of the event and is not counted" in text
    assert "Working days 1 to 2: 2026-02-09 (Mon) to 2026-02-10 (Tue)." in lines
    assert "Paused, working days not counted (4): 2026-02-11 (Wed) to 2026-02-14 (Sat)." in lines
    assert "2026-02-17 (Tue) to 2026-02-19 (Thu) Chinese New Year (Spring Festival)" in text
    assert "Working day 5: 2026-02-28 (Sat), a weekend day that is worked instead of a holiday." in lines
    assert "both included; working days left out: 6." in text
    assert lines[-1] == "The last day is 2026-03-20 (Fri)."


def test_a_derivation_tells_of_it_in_chinese() -> None:
    text = "\n".join(derivation(reply_of(written(*PAUSED, today="2026-03-02")), "zh"))
    assert "第5个工作日：2026-02-28（周六），周末调休上班，计入。" in text
    assert "2026-02-17（周二）至2026-02-19（周四）春节" in text
    assert "扣除6个工作日" in text


def test_a_derivation_names_the_closing_day_of_the_bureau() -> None:
    said = written("received 2026-02-06", closing_days=["2026-02-26"], today="2026-02-09")
    assert "2026-02-26（周四）本局休息日" in "\n".join(derivation(reply_of(said), "zh"))


def test_the_reply_keeps_its_history() -> None:
    said = written(*SUPPLEMENTED, "extended 2026-03-02 20", "extended 2026-03-03 1", today="2026-03-03")
    text = "\n".join(derivation(reply_of(said)))
    assert "the former last day, 2026-03-12 (Thu), falls away" in text
    assert "from 2026-03-27 (Fri) to 2026-04-27 (Mon)" in text
    assert "21 days in all are more than the 20 allowed" in text


def test_each_date_in_a_year_that_is_not_announced_says_so() -> None:
    _, found = timed(
        written(
            "received 2026-12-28",
            "third_party_asked 2026-12-29",
            "supplement_requested 2026-12-30 10",
            today="2026-12-30",
        )
    )
    dated = [each for each in found if each.due_on]
    assert len(dated) == 3
    for deadline in dated:
        assert deadline.provisional
        assert "The holidays of 2027 are not announced yet: this date may still move." in derivation(deadline)


def test_a_date_in_an_announced_year_says_nothing_of_the_kind() -> None:
    reply = reply_of(written("received 2026-11-20", today="2026-11-23"))
    assert (reply.due_on, reply.provisional) == (date(2026, 12, 18), False)


def test_two_parties_have_a_deadline_each() -> None:
    said = written(
        "received 2026-02-06", "third_party_asked 2026-03-02 party=A", "third_party_asked 2026-03-04 party=B",
        "third_party_answered 2026-03-05 party=B", today="2026-03-06",
    )  # fmt: skip
    states = [each.state.value for each in timed(said)[1] if each.name.value == "third_party"]
    assert states == ["running", "met"]


def test_an_answer_to_no_question_is_a_problem() -> None:
    reply = reply_of(written("received 2026-02-06", "third_party_answered 2026-02-10", today="2026-02-11"))
    assert (reply.due_on, len(reply.problems)) == (date(2026, 3, 12), 1)


def test_a_confirmation_before_the_receipt_is_a_problem() -> None:
    reply = reply_of(written("received 2026-02-06", "confirmed 2026-02-05", channel="web", today="2026-02-11"))
    assert (reply.state.value, len(reply.problems)) == ("not_started", 1)


def test_an_extension_says_that_consent_and_notice_are_not_on_record() -> None:
    unrecorded = "That the head consented and the applicant was told is not on record"
    bare = reply_of(written("received 2026-02-06", "extended 2026-03-02 5", today="2026-03-03"))
    whole = reply_of(
        written("received 2026-02-06", "extended 2026-03-02 5 approved=true told=true", today="2026-03-03")
    )
    assert unrecorded in "\n".join(derivation(bare))
    assert unrecorded not in "\n".join(derivation(whole))
    assert bare.due_on == whole.due_on == date(2026, 3, 19)


def test_an_organ_above_that_forwards_wrongly_is_objected_to_by_the_bureau() -> None:
    said = written("received 2026-02-06", "forwarded 2026-02-06", regime="cn-petition-2022", today="2026-02-09")
    (objection,) = (each for each in timed(said)[1] if each.name.value == "objection")
    assert (objection.owed_by.value, objection.due_on) == ("bureau", date(2026, 2, 13))


def test_an_extension_by_no_days_is_refused() -> None:
    with pytest.raises(CaseworkRejected, match="extended on 2026-03-02 has no working_days"):
        ClockEvent(ClockEventName.EXTENDED, date(2026, 3, 2))
