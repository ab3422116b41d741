"""The stories of tests/conversations, told to the pure engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.engine import LookUp, Outlook
from bot.engine.turn import Response
from bot.testing import Rehearsal
from casework.case import Case, CaseStatus
from casework.commands import AddToCase, AlertStaff, OpenCase, RateCase, WithdrawCase
from casework.kinds import CaseKind
from casework.message import CaseId, Reply, ThreadId
from casework.next_step import NextStep
from casework.party import ChannelName, PartyId
from tests.bot.demo_desk import demo_bureau, demo_knowledge, desk_wording

FOLDER = Path(__file__).parents[1] / "conversations"
MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OF_A_STORY = {"story", "channel", "at", "turns"}
OF_A_TURN = {
    "say", "press", "letter", "files", "edit", "long", "wait_minutes", "taken_over", "case", "own_cases", "look_up",
    "found", "bot", "text", "without", "choices", "sources", "decision", "opens", "details", "unit", "anonymous",
    "adds_to", "alerts", "withdraws", "rates", "outlook", "nothing_filed", "language", "in_order", "once",
}  # fmt: skip


def stories() -> list[Any]:
    return [
        pytest.param(story, id=f"{file.stem}: {story['story']}")
        for file in sorted(FOLDER.glob("*.yaml"))
        for story in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def a_case(reference: str, *, kind: str = "complaint", status: str = "in_progress") -> Case:
    return Case(
        CaseId(1), reference, CaseKind(kind), CaseStatus(status), "subject", PartyId(1), ThreadId(1),
        ChannelName.WEB_CHAT, "zh", MONDAY_MORNING, "city-bureau", due_on=date(2026, 12, 8),
    )  # fmt: skip


def prepare(rehearsal: Rehearsal, turn: dict[str, Any]) -> None:
    rehearsal.wait(timedelta(minutes=turn.get("wait_minutes", 0)))
    rehearsal.taken_over = turn.get("taken_over", rehearsal.taken_over)
    rehearsal.case = a_case(turn["case"]) if "case" in turn else None
    rehearsal.own_cases = tuple(a_case(reference) for reference in turn.get("own_cases", ()))
    rehearsal.outlooks = {
        reference: Outlook(_step_of(said), is_rated=said.get("rated", False))
        for reference, said in turn.get("outlook", {}).items()
    }
    rehearsal.look_up = LookUp(turn.get("look_up", "not_asked"))
    found = turn.get("found", {})
    rehearsal.found = a_case(found.get("reference", "ZMD-2026-000123-6"), status=found.get("status", "in_progress"))
    if rehearsal.look_up is not LookUp.FOUND:
        rehearsal.found = None


def _step_of(said: dict[str, Any]) -> NextStep | None:
    if "step" not in said:
        return None
    return NextStep(said["step"], said["owed_by"], date.fromisoformat(said["due_on"]) if "due_on" in said else None)


def tell(rehearsal: Rehearsal, turn: dict[str, Any]) -> tuple[Reply, ...]:
    if "letter" in turn:
        letter = turn["letter"]
        return rehearsal.say(
            letter.get("text", ""), subject=letter.get("subject", ""), attachments=turn.get("files", 0)
        )
    if "edit" in turn:
        number = rehearsal.said if turn["edit"]["of"] == "last" else turn["edit"]["of"]
        return rehearsal.say(turn["edit"]["to"], edits=f"message-{number}")
    if "long" in turn:
        return rehearsal.say(turn["long"] * 500, was_cut=True)
    return rehearsal.say(turn.get("say", ""), press=turn.get("press"), attachments=turn.get("files", 0))


def check(rehearsal: Rehearsal, turn: dict[str, Any], replies: tuple[Reply, ...]) -> None:
    response = rehearsal.response
    assert response is not None
    everything = "\n".join(reply.text for reply in replies)
    keys = [reply.key for reply in replies]
    assert keys == turn.get("bot", keys)
    assert response.decision == turn.get("decision", response.decision)
    assert [words for words in _listed(turn.get("text")) if words not in everything] == []
    assert [words for words in _listed(turn.get("without")) if words in everything] == []
    check_order(turn.get("in_order", ()), everything)
    assert [words for words in _listed(turn.get("once")) if everything.count(words) != 1] == []
    offered = [choice.value for reply in replies for choice in reply.choices]
    assert offered == turn.get("choices", offered)
    sources = [source.procedure for reply in replies for source in reply.sources]
    assert sources == turn.get("sources", sources)
    assert rehearsal.conversation.language == turn.get("language", rehearsal.conversation.language)
    check_commands(response, turn)


def check_order(expected: Sequence[str], everything: str) -> None:
    place = 0
    for words in expected:
        assert words in everything[place:], f"{words!r} does not stand where it should"
        place = everything.index(words, place) + len(words)


def check_commands(response: Response, turn: dict[str, Any]) -> None:
    opened = [command for command in response.commands if isinstance(command, OpenCase)]
    added = [command.reference for command in response.commands if isinstance(command, AddToCase)]
    withdrawn = [command.reference for command in response.commands if isinstance(command, WithdrawCase)]
    rated = [[command.reference, command.grade] for command in response.commands if isinstance(command, RateCase)]
    alerted = any(isinstance(command, AlertStaff) for command in response.commands)
    assert [command.kind.value for command in opened] == _listed(turn.get("opens"))
    assert added == _listed(turn.get("adds_to"))
    assert withdrawn == _listed(turn.get("withdraws"))
    assert rated == turn.get("rates", [])
    assert alerted == turn.get("alerts", False)
    for command in opened:
        details = turn.get("details", {})
        assert {name: command.details.get(name) for name in details} == details
        assert command.unit == turn.get("unit", command.unit)
        assert command.anonymous == turn.get("anonymous", False)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


@pytest.mark.parametrize("story", stories())
def test_the_story_goes_as_it_is_told(story: dict[str, Any]) -> None:
    assert set(story) <= OF_A_STORY
    rehearsal = Rehearsal(demo_bureau(), demo_knowledge(), desk_wording(), story.get("at", MONDAY_MORNING))
    rehearsal.channel = ChannelName(story.get("channel", "terminal"))
    for number, turn in enumerate(story["turns"], 1):
        assert set(turn) <= OF_A_TURN, f"turn {number} has words that nobody reads"
        prepare(rehearsal, turn)
        replies = tell(rehearsal, turn)
        try:
            check(rehearsal, turn, replies)
        except AssertionError as error:
            error.add_note(f"turn {number}: {turn}\nwas answered: {[(reply.key, reply.text) for reply in replies]}")
            raise


def test_there_are_stories_in_both_languages() -> None:
    told = [param.values[0] for param in stories()]
    said = ["".join(str(turn.get("say", turn.get("letter", ""))) for turn in story["turns"]) for story in told]
    assert len(told) >= 30
    assert sum(text.isascii() for text in said) >= 8


def test_a_story_with_a_wrong_expectation_fails() -> None:
    rehearsal = Rehearsal(demo_bureau(), demo_knowledge(), desk_wording(), MONDAY_MORNING)
    turn = {"say": "你好", "bot": ["small_talk.thanks"]}
    with pytest.raises(AssertionError):
        check(rehearsal, turn, tell(rehearsal, turn))
    replies = tell(replace(rehearsal), {"say": "你好"})
    with pytest.raises(AssertionError):
        check_commands(replace(rehearsal.response or Response(rehearsal.conversation)), {"opens": "complaint"})
    assert replies
