"""Telling a person from a machine: the ordered table, row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mail_gateway.chain import TABLE, judge
from mail_gateway.rules.own_mail import LOOP_HEADER
from mail_gateway.texts import mail_wording
from mail_gateway.verdict import Action, MailKind
from tests.mail_gateway.letters import a_letter, a_mail


@pytest.mark.parametrize(
    ("headers", "rule", "action"),
    [
        pytest.param({"Auto-Submitted": "auto-replied"}, "auto_reply", Action.DISCARD, id="rfc 3834"),
        pytest.param({"Auto-Submitted": "auto-generated; owner=x"}, "auto_reply", Action.DISCARD, id="with parameter"),
        pytest.param({"X-Autoreply": "yes"}, "auto_reply", Action.DISCARD, id="x-autoreply"),
        pytest.param({"List-Id": "<news.mail.example>"}, "mailing_list", Action.HOLD, id="list"),
        pytest.param({"Precedence": "bulk"}, "mailing_list", Action.HOLD, id="bulk"),
        pytest.param({"X-Auto-Response-Suppress": "All"}, "no_answer_wanted", Action.HOLD, id="exchange"),
        pytest.param({LOOP_HEADER: "zmd.example"}, "own_mail", Action.DISCARD, id="our mark"),
    ],
)
def test_a_header_that_names_a_machine_decides(headers: dict[str, str], rule: str, action: Action) -> None:
    verdict = judge(a_letter(a_mail(**headers)))
    assert (verdict.hits, verdict.action) == ((rule,), action)


@pytest.mark.parametrize("headers", [{"Auto-Submitted": "no"}, {"Precedence": "first-class"}, {"X-Autoreply": "no"}])
def test_a_header_that_denies_a_machine_is_a_persons(headers: dict[str, str]) -> None:
    assert judge(a_letter(a_mail(**headers))).action is Action.ACCEPT


@pytest.mark.parametrize(
    "subject",
    [
        "自动回复: Re: 咨询",
        "【自动回复】",
        "自动回复",
        "Re: 自动回复：x",
        "Automatic reply: hello",
        "Out of Office: me",
    ],
)
def test_out_of_office_is_known_by_its_subject(subject: str) -> None:
    verdict = judge(a_letter(a_mail("我在休假", subject=subject)))
    assert (verdict.hits, verdict.kind) == (("out_of_office",), MailKind.AUTO_REPLY)


@pytest.mark.parametrize("subject", ["投诉自动回复系统", "自动回复的问题没人管", "退信问题", "关于不在办公室的民警"])
def test_a_person_may_write_about_automatic_answers(subject: str) -> None:
    assert judge(a_letter(a_mail("我要反映一个问题", subject=subject))).action is Action.ACCEPT


SAYS_SO = "您好，这是一封自动回复邮件。来信已收到。"


def test_a_short_text_that_says_nobody_wrote_it_is_held_when_nothing_else_says_so() -> None:
    verdict = judge(a_letter(a_mail(SAYS_SO, subject="Re: 咨询")))
    assert (verdict.hits, verdict.action) == (("automatic_sentence",), Action.HOLD)
    assert verdict.reasons[0].key == "out_of_office.sentence_alone"


@pytest.mark.parametrize(("mail_from", "headers"), [("", {}), ("li@mail.example", {"X-Auto-Response-Suppress": "All"})])
def test_the_same_text_that_came_as_programs_send_is_an_automatic_answer(
    mail_from: str, headers: dict[str, str]
) -> None:
    verdict = judge(a_letter(a_mail(SAYS_SO, subject="Re: 咨询", **headers), mail_from=mail_from))
    assert (verdict.hits, verdict.action) == (("out_of_office",), Action.DISCARD)


def test_a_daemons_notice_in_chinese_is_a_bounce() -> None:
    raw = a_mail("您的邮件被退回", sender="postmaster@qq.example", subject="系统退信/Systems bounce")
    assert judge(a_letter(raw, mail_from="")).kind is MailKind.BOUNCE


def test_null_sender_mail_that_is_no_notice_is_held() -> None:
    verdict = judge(a_letter(a_mail(), mail_from=""))
    assert (verdict.action, verdict.reasons[0].key) == (Action.HOLD, "machine.null_sender")


def test_mail_that_claims_to_be_from_our_own_mailbox_ends_here() -> None:
    verdict = judge(a_letter(a_mail(sender="xinxiang+x@zmd.example")))
    assert (verdict.kind, verdict.action) == (MailKind.OWN, Action.DISCARD)


def test_a_blocked_sender_is_refused_before_anything_else() -> None:
    letter = replace(a_letter(a_mail(**{"Auto-Submitted": "auto-replied"})), is_blocked=True)
    assert judge(letter).hits == ("blocked",)


def test_a_person_is_accepted_and_every_rule_was_asked() -> None:
    verdict = judge(a_letter(a_mail()))
    assert (verdict.action, verdict.kind, verdict.hits) == (Action.ACCEPT, MailKind.PERSON, ())
    assert verdict.misses == tuple(row.rule for row in TABLE)


def test_rules_asked_before_the_one_that_applied_are_recorded() -> None:
    verdict = judge(a_letter(a_mail(**{"List-Id": "<x>"})))
    assert verdict.misses == tuple(row.rule for row in TABLE[: len(verdict.misses)])
    assert TABLE[len(verdict.misses)].rule == "mailing_list"


def test_a_letter_without_any_address_is_held() -> None:
    assert judge(a_letter(b"Subject: x\r\n\r\ny", mail_from="nobody")).hits == ("no_sender",)


def test_every_text_for_people_is_there_in_both_languages() -> None:
    assert mail_wording().faults() == ()
