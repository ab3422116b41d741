from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from casework.bundle import Fault, load_bureau
from casework.bureau import MailPolicy
from casework.kinds import CaseKind
from casework.working_days import DayUnit

BUREAU = """\
slug = "sample-bureau"
reference_prefix = "SMP"
time_zone = "Asia/Shanghai"
embed_origins = ["https://www.sample.example"]
closing_days = [2026-12-31]

[name]
zh = "样例市公安局"
en = "Sample Bureau"

[mail]
domain = "sample.example"
mailboxes = ["letters@sample.example", "front@sample.example"]
from_address = "front@sample.example"

[telephones.enquiries]
zh = "咨询电话"
en = "Enquiries"
number = "0396-000-0101"

[office_hours]
monday = ["09:00-12:00", "13:30-17:30"]
tuesday = ["09:00-12:00", "13:30-17:30"]
friday = ["09:00-12:00"]

[commitments.disclosure_application]
number = 20
unit = "working_day"
basis = { zh = "条例", en = "Regulations" }

[commitments.complaint]
number = 15
unit = "calendar_day"
basis = { zh = "承诺", en = "Commitment" }

[commitments.crime_report]
number = 1
unit = "working_day"
basis = { zh = "承诺", en = "Commitment" }

[commitments.consultation]
number = 5
unit = "working_day"
basis = { zh = "承诺", en = "Commitment" }

[commitments.suggestion]
number = 15
unit = "working_day"
basis = { zh = "承诺", en = "Commitment" }

[emergency]
police = "110"

[emergency.water]
zh = "水上求救"
en = "Rescue at sea"
number = "12395"
"""

UNITS = """\
[[unit]]
slug = "city"
kind = "bureau"
name = { zh = "市局", en = "City bureau" }
handles = ["disclosure_application", "complaint", "crime_report", "consultation", "suggestion"]

[[unit]]
slug = "exit-entry"
parent = "city"
kind = "window"
name = { zh = "出入境", en = "Exit-entry" }
address = { zh = "样例路1号", en = "1 Sample Road" }
telephone = "0396-000-0112"
mail = "exit@sample.example"
handles = ["consultation"]
accepts = ["护照", "passport"]
"""


def write_bundle(folder: Path, *, bureau: str = BUREAU, units: str = UNITS) -> Path:
    (folder / "bureau.toml").write_text(bureau, encoding="utf-8")
    (folder / "units.toml").write_text(units, encoding="utf-8")
    return folder


def test_a_sound_bundle_becomes_a_bureau(tmp_path: Path) -> None:
    bureau, faults = load_bureau(write_bundle(tmp_path))

    assert faults == ()
    assert bureau is not None
    assert (bureau.slug, bureau.name.zh, bureau.reference_prefix) == ("sample-bureau", "样例市公安局", "SMP")
    assert bureau.mailboxes == ("front@sample.example", "letters@sample.example"), "replies come from the first"
    assert bureau.root.slug == "city"
    assert bureau.unit_for(CaseKind.CONSULTATION, "我想问护照的事").slug == "exit-entry"
    assert bureau.under("city") == ("city", "exit-entry")
    commitment = bureau.commitments[CaseKind.COMPLAINT]
    assert (commitment.limit.number, commitment.limit.unit) == (15, DayUnit.CALENDAR_DAY)
    assert [(phone.name.en, phone.number) for phone in bureau.emergency] == [
        ("Police", "110"),
        ("Rescue at sea", "12395"),
    ]


def test_a_bureau_that_says_nothing_of_its_mail_has_the_usual_policy(tmp_path: Path) -> None:
    bureau, _ = load_bureau(write_bundle(tmp_path))
    assert bureau is not None
    assert bureau.mail_policy == MailPolicy()


def test_a_bureau_settles_how_much_automatic_mail_leaves_and_whose_verdict_on_spam_counts(tmp_path: Path) -> None:
    said = (
        'from_address = "front@sample.example"\nautomatic_answers = 4\nautomatic_hours = 24\nspam_headers = ["X-Ours"]'
    )
    text = BUREAU.replace('from_address = "front@sample.example"', said)
    bureau, faults = load_bureau(write_bundle(tmp_path, bureau=text))
    assert faults == ()
    assert bureau is not None
    assert bureau.mail_policy == MailPolicy(automatic_answers=4, automatic_hours=24, spam_headers=("X-Ours",))


@pytest.mark.parametrize("said", ["automatic_answers = 0", "automatic_hours = 1.5", "automatic_answers = true"])
def test_a_limit_that_makes_no_sense_is_a_fault(tmp_path: Path, said: str) -> None:
    text = BUREAU.replace('from_address = "front@sample.example"', f'from_address = "front@sample.example"\n{said}')
    bureau, faults = load_bureau(write_bundle(tmp_path, bureau=text))
    assert bureau is None
    assert "must be a whole number" in faults[0].message


def test_the_calendar_keeps_hours_zone_and_closing_days(tmp_path: Path) -> None:
    bureau, _ = load_bureau(write_bundle(tmp_path))

    assert bureau is not None
    calendar = bureau.calendar
    assert calendar.hours[4] == ((time(9), time(12)),)
    assert calendar.is_open(datetime(2026, 11, 23, 1, 0, tzinfo=UTC)), "Monday, nine o'clock in Shanghai"
    assert not calendar.is_open(datetime(2026, 11, 23, 4, 30, tzinfo=UTC)), "lunch"
    assert not calendar.is_working_day(datetime(2026, 12, 31, tzinfo=UTC).date())


def test_how_often_an_answer_may_be_wrong_is_the_bureaus_to_say(tmp_path: Path) -> None:
    said, _ = load_bureau(write_bundle(tmp_path, bureau=BUREAU + "\n[answers]\nmay_be_wrong = 0.02\n"))
    assert said is not None
    assert said.may_be_wrong == 0.02


def test_one_answer_in_twenty_may_be_wrong_where_the_bureau_says_nothing(tmp_path: Path) -> None:
    silent, _ = load_bureau(write_bundle(tmp_path))
    assert silent is not None
    assert silent.may_be_wrong == 0.05


@pytest.mark.parametrize("said", ["0", "1", "true", '"5 %"'])
def test_a_share_of_wrong_answers_that_nobody_could_keep_is_refused(tmp_path: Path, said: str) -> None:
    bureau, faults = load_bureau(write_bundle(tmp_path, bureau=BUREAU + f"\n[answers]\nmay_be_wrong = {said}\n"))
    assert bureau is None
    assert [fault.message for fault in faults] == [
        "answers.may_be_wrong must be a share from 0.005 to 0.3, such as 0.05 for one in 20"
    ]


def test_poor_ratings_and_published_kinds_are_the_bureaus_to_say(tmp_path: Path) -> None:
    settled = '\n[ratings]\nredo_poor = false\n[results]\nkinds = ["complaint"]\n'
    said, _ = load_bureau(write_bundle(tmp_path, bureau=BUREAU + settled))
    assert said is not None
    assert not said.redoes_poor
    assert said.published_kinds == {CaseKind.COMPLAINT}


def test_poor_ratings_are_redone_and_two_kinds_published_where_the_bureau_says_nothing(tmp_path: Path) -> None:
    silent, _ = load_bureau(write_bundle(tmp_path))
    assert silent is not None
    assert silent.redoes_poor
    assert silent.published_kinds == {CaseKind.SUGGESTION, CaseKind.CONSULTATION}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('[ratings]\nredo_poor = "no"', "ratings.redo_poor must be true or false, not 'no'"),
        ('[results]\nkinds = ["letter"]', "'letter' is no kind of case: choose from "),
        ("[results]\nkind = []", "results.kind is not known here; known are kinds"),
    ],
    ids=["a word for a truth", "an unknown kind", "a slip of the pen"],
)
def test_what_cannot_be_read_of_them_is_said(tmp_path: Path, said: str, message: str) -> None:
    bureau, faults = load_bureau(write_bundle(tmp_path, bureau=f"{BUREAU}\n{said}\n"))
    assert bureau is None
    assert len(faults) == 1
    assert faults[0].message.startswith(message)


def test_the_office_hours_are_said_in_both_languages(tmp_path: Path) -> None:
    bureau, _ = load_bureau(write_bundle(tmp_path))

    assert bureau is not None
    assert bureau.office_hours.zh == "周一至周二 09:00–12:00、13:30–17:30；周五 09:00–12:00"
    assert bureau.office_hours.en == "Monday to Tuesday 09:00–12:00 and 13:30–17:30; Friday 09:00–12:00"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param('en = "Sample Bureau"\n', "", 7, "name.en is missing", id="a language is missing"),
        pytest.param('[name]\nzh = "样例市公安局"\nen = "Sample Bureau"\n', "", 1, "name is missing", id="no name"),
        pytest.param('slug = "sample-bureau"', 'slug = "Sample Bureau"', 1, "small letters", id="a slug with spaces"),
        pytest.param('"SMP"', '"smp1"', 2, "2 to 8 capital letters", id="a prefix in small letters"),
        pytest.param("Asia/Shanghai", "Asia/Nowhere", 3, "no time zone", id="an unknown time zone"),
        pytest.param('"Asia/Shanghai"', '"../etc/passwd"', 3, "no time zone", id="a time zone that is a path"),
        pytest.param("https://www.sample.example", "http://www.sample.example", 4, "no origin", id="an open origin"),
        pytest.param("[2026-12-31]", '["2026-12-31"]', 5, "without quotes", id="a date in quotes"),
        pytest.param(
            "letters@sample.example", "letters@other.example", 13, "outside the domain", id="a strange mailbox"
        ),
        pytest.param("letters@sample.example", "letters", 13, "no e-mail address", id="a mailbox without a domain"),
        pytest.param("letters@sample.example", "Front@sample.example", 13, "twice", id="a mailbox named twice"),
        pytest.param(
            'from_address = "front@', 'from_address = "back@', 14, "takes no mail", id="replies from a dead address"
        ),
        pytest.param('number = "0396-000-0101"', 'number = "ask"', 19, "telephone number", id="a number in words"),
        pytest.param("09:00-12:00", "9-12", 22, "write it like 09:00-12:00", id="hours in a form of their own"),
        pytest.param("09:00-12:00", "12:00-09:00", 22, "ends before it starts", id="hours the wrong way round"),
        pytest.param("13:30-17:30", "11:30-17:30", 22, "before the one ahead", id="hours that overlap"),
        pytest.param("\nfriday", "\nfreitag", 24, "not known here", id="an unknown weekday"),
        pytest.param("\nfriday", "\nsunday", 24, "never kept", id="hours on a weekend"),
        pytest.param("\nmonday", "\nwednesday", 21, "monday is missing", id="no hours for make-up days"),
        pytest.param("number = 20", "number = 0", 27, "days from 1", id="a limit of no days"),
        pytest.param('unit = "calendar_day"', 'unit = "moon"', 33, "one of working_day", id="an unknown unit of days"),
        pytest.param(
            "[commitments.suggestion]", "[commitments.praise]", 46, "not known here", id="a commitment to nothing"
        ),
        pytest.param('police = "110"', 'polcie = "110"', 52, "write it as a table", id="a service"),
        pytest.param("police", "police\n=", 52, "is no TOML", id="no TOML"),
    ],
)
def test_a_fault_of_the_bureau_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in BUREAU

    bureau, faults = load_bureau(write_bundle(tmp_path, bureau=BUREAU.replace(old, new, 1)))

    assert bureau is None
    assert [
        fault for fault in faults if fault.file == "bureau.toml" and fault.line == line and message in fault.message
    ], faults


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param(', en = "City bureau"', "", 4, "name.en is missing", id="a language is missing"),
        pytest.param('parent = "city"', 'parent = "town"', 9, "'town' is no unit", id="an unknown parent"),
        pytest.param('parent = "city"\n', "", 7, "neither has 'city'", id="two roots"),
        pytest.param('slug = "city"', 'slug = "city"\nparent = "exit-entry"', 3, "lies under itself", id="a circle"),
        pytest.param('slug = "exit-entry"', 'slug = "city"', 8, "two units", id="a slug used twice"),
        pytest.param('kind = "window"', 'kind = "door"', 10, "one of bureau", id="an unknown kind of unit"),
        pytest.param('["consultation"]', '["wishes"]', 15, "no kind of case", id="an unknown kind of case"),
        pytest.param('"crime_report", ', "", 1, "no unit handles 'crime_report'", id="a kind that nobody handles"),
        pytest.param("exit@sample.example", "exit", 14, "an e-mail address", id="no address for new work"),
        pytest.param("accepts", "keywords", 16, "not known here", id="a key that nobody reads"),
        pytest.param('["护照", "passport"]', '"护照"', 16, "a list of texts", id="keywords that are no list"),
    ],
)
def test_a_fault_of_a_unit_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in UNITS

    bureau, faults = load_bureau(write_bundle(tmp_path, units=UNITS.replace(old, new, 1)))

    assert bureau is None
    assert [
        fault for fault in faults if fault.file == "units.toml" and fault.line == line and message in fault.message
    ], faults


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    bureau = BUREAU.replace('"SMP"', '"smp"').replace("number = 20", "number = -1")

    _, faults = load_bureau(write_bundle(tmp_path, bureau=bureau, units=UNITS.replace("window", "door")))

    assert [str(fault).rsplit(":", 1)[0] for fault in faults] == ["bureau.toml:2", "bureau.toml:27", "units.toml:10"]


def test_a_missing_file_is_a_fault_and_the_other_file_is_still_read(tmp_path: Path) -> None:
    (tmp_path / "units.toml").write_text(UNITS.replace("window", "door"), encoding="utf-8")

    bureau, faults = load_bureau(tmp_path)

    assert bureau is None
    assert {fault.file for fault in faults} == {"bureau.toml", "units.toml"}


def test_a_file_in_another_encoding_is_a_fault_with_its_line(tmp_path: Path) -> None:
    write_bundle(tmp_path)
    (tmp_path / "bureau.toml").write_bytes(BUREAU.encode("gb18030"))

    _, faults = load_bureau(tmp_path)

    assert [str(fault) for fault in faults] == ["bureau.toml:8: is not UTF-8: save it in that encoding"]


def test_a_fault_reads_as_editors_expect() -> None:
    assert str(Fault("units.toml", 3, "is wrong")) == "units.toml:3: is wrong"


def test_what_a_bureau_confirms_of_a_regime_is_read_and_what_is_law_cannot_be_set(tmp_path: Path) -> None:
    more = "\n[regimes.cn-ogi-2019.settings]\nevent_day_counts = false\n"
    bureau, faults = load_bureau(write_bundle(tmp_path, bureau=BUREAU + more))
    assert faults == ()
    assert bureau is not None
    assert bureau.regimes["cn-ogi-2019"] == {"settings": {"event_day_counts": False}}
    wrong = more + "[regimes.cn-ogi-2019.rules.reply]\nnumber = 40\n[regimes.nowhere]\n"
    _, faults = load_bureau(write_bundle(tmp_path, bureau=BUREAU + wrong))
    said = " ".join(fault.message for fault in faults)
    assert "rules.reply is law" in said
    assert "there is no regime 'nowhere'" in said


def test_a_unit_is_of_the_kind_that_the_bundle_says_whatever_it_handles(tmp_path: Path) -> None:
    bureau, _ = load_bureau(write_bundle(tmp_path))
    assert bureau is not None
    assert {unit.kind for unit in bureau.units} <= {"bureau", "police_station", "window", "office"}
    assert all(not isinstance(unit.kind, CaseKind) for unit in bureau.units)
