"""Regimes as data: what is law, what the bureau must confirm, and which version holds for a case."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from casework.bureau import Commitment, Words
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.kinds import CaseKind
from casework.regime import Conventions, FeeEffect, RuleUnit, regime_for
from casework.regime_files import get_regime, load_regimes, read_regime
from casework.working_days import DayUnit, TimeLimit
from tests.casework.clock_cases import CALENDAR

OGI = (files("casework") / "regimes" / "cn-ogi-2019.toml").read_text(encoding="utf-8")


def test_every_regime_of_the_product_can_be_read() -> None:
    assert set(load_regimes()) == {
        "cn-crime-report-2020",
        "cn-mailbox",
        "cn-ogi-2008",
        "cn-ogi-2019",
        "cn-petition-2022",
        "eu-1049",
        "uk-foia-2000",
        "us-foia",
    }


@pytest.mark.parametrize(
    ("slug", "rule", "number", "unit", "article"),
    [
        ("cn-ogi-2019", "supplement_notice", 7, RuleUnit.WORKING_DAY, "30"),
        ("cn-ogi-2019", "third_party", 15, RuleUnit.WORKING_DAY, "32"),
        ("cn-ogi-2019", "reply", 20, RuleUnit.WORKING_DAY, "33"),
        ("cn-ogi-2019", "other_organ", 15, RuleUnit.WORKING_DAY, "34"),
        ("cn-ogi-2008", "reply", 15, RuleUnit.WORKING_DAY, "24"),
        ("cn-petition-2022", "acceptance", 15, RuleUnit.NATURAL_DAY, "23"),
        ("cn-petition-2022", "objection", 5, RuleUnit.WORKING_DAY, "23"),
        ("cn-petition-2022", "conclusion", 60, RuleUnit.NATURAL_DAY, "34"),
        ("cn-petition-2022", "review", 30, RuleUnit.NATURAL_DAY, "35"),
        ("cn-petition-2022", "re_review", 30, RuleUnit.NATURAL_DAY, "36"),
        ("uk-foia-2000", "reply", 20, RuleUnit.WORKING_DAY, "10(1)"),
        ("eu-1049", "reply", 15, RuleUnit.WORKING_DAY, "7(1)"),
    ],
)
def test_the_numbers_are_those_of_the_law(slug: str, rule: str, number: int, unit: RuleUnit, article: str) -> None:
    found = get_regime(slug).rules[rule]
    assert (found.number, found.unit, found.article, found.confirmed) == (number, unit, article, True)


@pytest.mark.parametrize(
    ("slug", "cap"),
    [("cn-ogi-2019", 20), ("cn-ogi-2008", 15), ("cn-petition-2022", 30), ("us-foia", 10), ("eu-1049", 15)],
)
def test_an_extension_has_the_cap_of_the_law(slug: str, cap: int) -> None:
    assert get_regime(slug).rules["extension"].cap == cap


def test_every_rule_names_its_law_but_those_of_the_bureau_itself() -> None:
    without = {
        f"{regime.slug}.{name}"
        for regime in load_regimes().values()
        for name, rule in regime.rules.items()
        if rule.article == "-"
    }
    assert {name.partition(".")[0] for name in without} == {"cn-mailbox"}


def test_the_conventions_have_the_defaults_that_were_agreed() -> None:
    usual = Conventions()
    assert not usual.event_day_counts
    assert not usual.pause_from_day_asked
    assert usual.pause_to_day_answered
    assert usual.supplement_effect.value == "restart"
    assert get_regime("cn-ogi-2019").conventions == usual
    assert usual.fee_notice is FeeEffect.NOTHING


def test_what_the_law_leaves_open_is_unconfirmed() -> None:
    unconfirmed = get_regime("cn-ogi-2019").unconfirmed()
    assert {"rules.fee", "settings.event_day_counts", "settings.fee_notice"} <= set(unconfirmed)
    assert not {"rules.reply", "settings.consultation_pauses", "settings.supplement_effect"} & set(unconfirmed)


@pytest.mark.parametrize(
    ("on", "slug"),
    [
        (date(2008, 5, 1), "cn-ogi-2008"),
        (date(2019, 5, 14), "cn-ogi-2008"),
        (date(2019, 5, 15), "cn-ogi-2019"),
        (date(2026, 2, 6), "cn-ogi-2019"),
    ],
)
def test_a_case_has_the_version_that_was_law_when_it_was_opened(on: date, slug: str) -> None:
    assert regime_for(CaseKind.DISCLOSURE_APPLICATION, on, load_regimes()).slug == slug


def test_before_the_first_version_there_is_none() -> None:
    with pytest.raises(CaseworkNotFound, match="2008-04-30"):
        regime_for(CaseKind.DISCLOSURE_APPLICATION, date(2008, 4, 30), load_regimes())


def test_every_kind_of_case_has_one_regime_today() -> None:
    for kind in CaseKind:
        found = [
            each
            for each in load_regimes().values()
            if each.jurisdiction == "CN" and kind in each.kinds and each.in_force_on(date(2026, 11, 26))
        ]
        assert len(found) == 1, kind


def test_other_countries_have_their_own() -> None:
    assert regime_for(CaseKind.DISCLOSURE_APPLICATION, date(2026, 1, 1), load_regimes(), "GB").slug == "uk-foia-2000"


def test_a_bureau_confirms_settings_and_rules() -> None:
    regime = get_regime("cn-ogi-2019").with_overrides(
        {"settings": {"fee_notice": "pause"}, "rules": {"fee": {"number": 15}}}
    )
    assert regime.conventions.fee_notice is FeeEffect.PAUSE
    assert (regime.rules["fee"].number, regime.rules["fee"].confirmed) == (15, True)
    assert not {"rules.fee", "settings.fee_notice"} & set(regime.unconfirmed())


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"rules": {"reply": {"number": 30}}}, "article 33"),
        ({"rules": {"tea": {}}}, "no rule 'tea'"),
        ({"rules": {"fee": {"article": "1"}}}, "article cannot be set"),
        ({"rules": {"fee": {"number": -1}}}, "from 0 to 3650"),
        ({"settings": {"consultation_pauses": False}}, "is law"),
        ({"settings": {"tea": True}}, "no setting 'tea'"),
        ({"settings": {"event_day_counts": "yes"}}, "true or false"),
        ({"settings": {"fee_notice": "restart"}}, "one of pause, nothing"),
        ({"rules": []}, "is a table"),
        ({"words": {}}, "neither rules nor settings"),
    ],
)
def test_what_is_law_or_not_known_cannot_be_set(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(CaseworkRejected, match=message):
        get_regime("cn-ogi-2019").with_overrides(overrides)


def test_the_mailbox_keeps_the_commitment_of_the_bureau() -> None:
    commitment = Commitment(TimeLimit(5, DayUnit.WORKING_DAY), Words("本局承诺", "our commitment"))
    reply = get_regime("cn-mailbox").with_commitment(commitment).rules["reply"]
    assert (reply.number, reply.unit, reply.words, reply.confirmed) == (5, RuleUnit.WORKING_DAY, commitment.basis, True)


def test_a_commitment_in_calendar_days_rolls_over_as_the_bureau_calendar_does() -> None:
    limit = TimeLimit(15, DayUnit.CALENDAR_DAY)
    reply = get_regime("cn-mailbox").with_commitment(Commitment(limit, Words("承诺", "commitment"))).rules["reply"]
    assert reply.unit is RuleUnit.NATURAL_DAY


def test_a_commitment_does_not_take_the_place_of_the_law() -> None:
    with pytest.raises(CaseworkRejected, match="law"):
        get_regime("cn-ogi-2019").with_commitment(Commitment(TimeLimit(30, DayUnit.WORKING_DAY), Words("a", "b")))


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        (("number = 20", 'number = "twenty"'), "rules.reply.number"),
        (('unit = "working_day"', 'unit = "moon"'), "rules.supplement_notice.unit"),
        (('owed_by = "third_party"', 'owed_by = "moon"'), "rules.third_party.owed_by"),
        (('web = "confirmation_mutual"\n', ""), "channels"),
        (('fax = "confirmation_mutual"', 'fax = "moon"'), "channels"),
        (("in_force_from = 2019-05-15", 'in_force_from = "then"'), "in_force_from"),
        (('slug = "cn-ogi-2019"', "slug = 1"), "slug"),
        (('confirmed = ["consultation_pauses"', 'confirmed = ["moon"'), "settings.confirmed"),
        (("[settings]", "[tea]"), "tea"),
        (('slug = "cn-ogi-2019"', "slug = "), "cn-ogi-2019.toml"),
    ],
)
def test_a_fault_in_a_file_is_named(planted: tuple[str, str], message: str) -> None:
    with pytest.raises(CaseworkRejected, match=message):
        read_regime(OGI.replace(*planted, 1), "cn-ogi-2019.toml")


def test_a_regime_that_there_is_not_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(CaseworkNotFound, match="cn-ogi-2019"):
        get_regime("cn-ogi-2046")


def test_a_regime_of_another_country_counts_by_that_country() -> None:
    british = get_regime("uk-foia-2000").calendar(CALENDAR)
    assert not british.is_working_day(date(2026, 12, 25))
    assert british.is_working_day(date(2026, 2, 17))
    assert get_regime("cn-ogi-2019").calendar(CALENDAR) is CALENDAR
