"""What `sunwindow clock explain` prints, for a person and for a machine, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from runtime.cli import app

RECEIVED = {"event": "received", "at": "2026-02-06"}
CASE = {
    "regime": "cn-ogi-2019",
    "channel": "web",
    "events": [
        {"event": "confirmed", "at": "2026-02-06"},
        {"event": "third_party_answered", "at": "2026-02-25T09:00:00"},
        {"event": "third_party_asked", "at": "2026-02-10"},
        {"event": "received", "at": "2026-02-05T17:30:00Z"},
        {"event": "extended", "at": "2026-03-02", "working_days": 20},
    ],
}


def explain(*arguments: str, said: object = CASE, text: str | None = None) -> Result:
    said_as = json.dumps(said, ensure_ascii=False) if text is None else text
    return CliRunner().invoke(app, ["clock", "explain", "-", *arguments], input=said_as)


def test_the_answer_for_a_machine_has_the_fields_of_the_interface() -> None:
    result = explain("--json", "--on", "2026-03-03")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    by_name = {each["name"]: each for each in answer["deadlines"]}
    assert list(by_name) == ["confirmation", "supplement_notice", "third_party", "reply"]
    assert {name: (each["owed_by"], each["due_on"], each["state"]) for name, each in by_name.items()} == {
        "confirmation": ("bureau", None, "met"),
        "supplement_notice": ("bureau", "2026-02-24", "void"),
        "third_party": ("third_party", "2026-03-09", "met"),
        "reply": ("bureau", "2026-04-20", "running"),
    }
    assert by_name["reply"]["rule"] == "cn-ogi-2019 art. 33"
    assert all(isinstance(line, str) for each in answer["deadlines"] for line in each["derivation"])
    assert any("调休上班" in line for line in by_name["reply"]["derivation"])
    assert "settings.event_day_counts" in answer["unconfirmed"]


def test_a_file_is_read_with_and_without_a_mark_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE), encoding="utf-8-sig")
    result = CliRunner().invoke(app, ["clock", "explain", str(file), "--json", "--language", "en"])
    assert result.exit_code == 0, result.output
    reply = json.loads(result.stdout)["deadlines"][-1]
    assert any("a weekend day that is worked instead of a holiday" in line for line in reply["derivation"])


def test_the_day_of_an_instant_is_that_of_the_bureau() -> None:
    said = {**CASE, "events": [{"event": "received", "at": "2026-02-05T17:30:00Z"}], "channel": "in_person"}
    reply = json.loads(explain("--json", said=said).stdout)["deadlines"][-1]
    assert reply["due_on"] == "2026-03-12"


def test_the_day_may_stand_in_the_case_and_the_option_goes_before_it() -> None:
    said = {**CASE, "today": "2026-02-12"}
    states = [
        json.loads(result.stdout)["deadlines"][-1]["state"]
        for result in (explain("--json", said=said), explain("--json", "--on", "2026-04-21", said=said))
    ]
    assert states == ["paused", "missed"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["答复 — 责任方：本局 — 2026-04-20（周一） — 进行中", "第33条", "须由本局确认的默认设定"]),
        ("en", ["Reply — owed by the bureau — 2026-04-20 (Mon) — running", "article 33", "Defaults that the bureau"]),
    ],
)
def test_the_answer_for_a_person_is_in_words(language: str, words: list[str]) -> None:
    result = explain("--on", "2026-03-03", "--language", language)
    assert result.exit_code == 0, result.output
    assert [each for each in words if each not in result.stdout] == []


def test_a_date_that_may_still_move_is_marked() -> None:
    said = {"regime": "cn-ogi-2019", "channel": "in_person", "events": [{"event": "received", "at": "2026-12-10"}]}
    assert "2027-01-08（周五） [日期可能变动]" in explain("--on", "2026-12-11", said=said).stdout
    reply = json.loads(explain("--json", said=said).stdout)["deadlines"][-1]
    assert reply["date_may_move"] is True
    assert "2027年放假安排尚未公布，此日期可能变动。" in reply["derivation"]


def test_a_refused_extension_is_among_the_problems() -> None:
    said = {**CASE, "events": [*CASE["events"], {"event": "extended", "at": "2026-03-03", "working_days": 1}]}
    answer = json.loads(explain("--json", "--language", "en", said=said).stdout)
    assert answer["deadlines"][-1]["due_on"] == "2026-04-20"
    assert len(answer["problems"]) == 1
    assert "more than the 20 allowed" in answer["problems"][0]


def test_closing_days_of_a_bundle_are_kept() -> None:
    bundle = Path(__file__).parents[2] / "runtime" / "demo" / "bureau"
    said = {"regime": "cn-ogi-2019", "channel": "in_person", "events": [{"event": "received", "at": "2026-02-06"}]}
    result = explain("--json", "--bundle", str(bundle), said=said)
    assert json.loads(result.stdout)["deadlines"][-1]["due_on"] == "2026-03-12"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"events": [{"event": "lost", "at": "2026-02-06"}]}, "'lost'"),
        ({"events": [{"event": "received"}]}, "number 1 (received): at is missing"),
        ({"events": [{"event": "received", "at": "yesterday"}]}, "'yesterday'"),
        ({"events": [{"event": "received", "at": 20260206}]}, "20260206"),
        ({"events": [{"event": "received", "at": "9999-12-31T23:00:00Z"}]}, "from 1990 to 2090"),
        ({"events": []}, "no received"),
        ({"events": {}}, "events is a list"),
        ({"events": ["received"]}, "number 1 is a table"),
        ({"events": [RECEIVED, {"event": "extended", "at": "2026-02-09"}]}, "extended on 2026-02-09"),
        ({"events": [RECEIVED, {"event": "extended", "at": "2026-02-09", "working_days": "x"}]}, "'x'"),
        ({"events": [RECEIVED, {"event": "supplement_requested", "at": "2026-02-09"}]}, "supplement_requested on 2026"),
        ({"channel": "pigeon"}, "'pigeon'"),
        ({"channel": None}, "channel"),
        ({"regime": "cn-ogi-2046"}, "cn-ogi-2046"),
        ({"tea": 1}, "tea"),
        ({"settings": {"consultation_pauses": False}}, "is law"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_and_the_exit_code_is_two(change: dict[str, object], message: str) -> None:
    result = explain("--json", said={**CASE, **change})
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\ufeff{}", "[" * 100_000, '"x"'])
def test_what_is_no_case_is_refused(text: str) -> None:
    assert explain("--json", text=text).exit_code == 2


def test_a_file_that_is_not_there_is_refused() -> None:
    assert CliRunner().invoke(app, ["clock", "explain", "nowhere.json"]).exit_code == 2


def test_a_day_that_is_none_is_refused() -> None:
    assert explain("--on", "soon").exit_code == 2
