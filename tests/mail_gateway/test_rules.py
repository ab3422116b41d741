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
        "外出自动回复：出差",
        "自动答复: 来信",
        "自動回覆：您好",
        "不在办公室",
        "Out of office until Monday",
        "Wang Er is out of the office (returning 1 December)",
        "Abwesenheitsnotiz: Urlaub",
        "Réponse automatique : courrier",
        "Respuesta automática: carta",
        "Risposta automatica: lettera",
        "Автоматический ответ: письмо",
        "自動返信",
    ],
)
def test_out_of_office_is_known_by_its_subject(subject: str) -> None:
    verdict = judge(a_letter(a_mail("我在休假", subject=subject)))
    assert (verdict.hits, verdict.kind) == (("out_of_office",), MailKind.AUTO_REPLY)


@pytest.mark.parametrize(
    "subject",
    [
        "投诉自动回复系统",
        "自动回复的问题没人管",
        "退信问题",
        "关于不在办公室的民警",
        "咨询：自动回复：是什么意思",
        "外出务工人员如何办理居住证",
        "Out of office hours of the counter",
        "Automatic reply machines at the counter are broken",
        "休假制度咨询",
    ],
)
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


@pytest.mark.parametrize(
    "text",
    [
        "您好，我最近正在休假中，无法亲自回复您的邮件。我将在假期结束后，尽快给您回复。",
        "您的来信已收到，我们会尽快回复。",
        "I am out of the office and will answer next week.",
    ],
)
def test_what_an_automatic_answer_says_without_any_header_waits_for_a_clerk(text: str) -> None:
    verdict = judge(a_letter(a_mail(text, subject="Re: 已收到您的来信")))
    assert (verdict.hits, verdict.kind.outward) == (("automatic_sentence",), MailKind.AUTO_REPLY)


def test_the_line_that_a_mail_service_writes_below_its_answers_is_sure() -> None:
    text = "这是来自某某邮箱的假期自动回复邮件。\n\n您好，我最近正在休假中，无法亲自回复您的邮件。"
    verdict = judge(a_letter(a_mail(text, subject="Re: 已收到您的来信")))
    assert (verdict.hits, verdict.action) == (("out_of_office",), Action.DISCARD)


@pytest.mark.parametrize(
    "text",
    [
        "我收到一封信，写着“这是来自某某邮箱的假期自动回复邮件”，这是怎么回事？",
        "贵局民警说“正在休假，无法处理来信”，我要投诉。",
        "为什么每次都是“您的来信已收到，我们会尽快回复”，却没有人回复？",
        "请问我休假期间无法回复邮件，案件怎么办？",
    ],
)
def test_a_person_who_quotes_an_automatic_answer_stays_a_person(text: str) -> None:
    assert judge(a_letter(a_mail(text))).kind is MailKind.PERSON


def a_report_of(kind: str, part: str, fields: str = "x: y") -> bytes:
    return (
        f"From: robot@mail.example\r\nSubject: report\r\nContent-Type: multipart/report; report-type={kind};"
        f' boundary="r"\r\n\r\n--r\r\n\r\nwords\r\n--r\r\nContent-Type: {part}\r\n\r\n{fields}\r\n--r--\r\n'
    ).encode()


@pytest.mark.parametrize(
    ("raw", "kind", "rule"),
    [
        (
            a_report_of("feedback-report", "message/feedback-report", "Feedback-Type: abuse"),
            MailKind.FEEDBACK_REPORT,
            "feedback_report",
        ),
        (
            a_report_of("disposition-notification", "message/disposition-notification", "Disposition: displayed"),
            MailKind.AUTO_REPLY,
            "read_receipt",
        ),
        (a_report_of("delivery-status", "text/plain"), MailKind.BOUNCE, "bounce"),
    ],
)
def test_a_report_is_known_by_what_it_says_that_it_is(raw: bytes, kind: MailKind, rule: str) -> None:
    verdict = judge(a_letter(raw))
    assert (verdict.kind, verdict.hits) == (kind, (rule,))


def test_a_complaint_passed_on_with_the_mail_alone_is_a_feedback_report() -> None:
    raw = a_report_of("x", "message/rfc822", "Subject: ours\r\n\r\nwords")
    raw = raw.replace(b"multipart/report; report-type=x", b"multipart/mixed").replace(
        b"Subject: report", b"Subject: complaint about message from 192.0.2.1"
    )
    assert judge(a_letter(raw)).kind is MailKind.FEEDBACK_REPORT


def an_invitation(method: str, outer: str) -> bytes:
    event = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    return (
        f'From: li@mail.example\r\nSubject: meeting\r\nContent-Type: multipart/{outer}; boundary="c"\r\n\r\n'
        f"--c\r\nContent-Type: text/plain\r\n\r\nwords\r\n"
        f"--c\r\nContent-Type: text/calendar; method={method}\r\n\r\n{event}--c--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("method", "outer", "kind"),
    [
        ("REQUEST", "alternative", MailKind.CALENDAR),
        ("CANCEL", "alternative", MailKind.CALENDAR),
        ("REQUEST", "mixed", MailKind.PERSON),
        ("PUBLISH", "alternative", MailKind.PERSON),
    ],
)
def test_an_invitation_is_a_calendars_and_an_appointment_beside_a_letter_a_persons(
    method: str, outer: str, kind: MailKind
) -> None:
    assert judge(a_letter(an_invitation(method, outer))).kind is kind


@pytest.mark.parametrize(
    ("header", "value", "is_spam"),
    [
        ("X-Spam-Flag", "YES", True),
        ("X-Spam-Flag", "NO", False),
        ("X-Spam-Status", "Yes, score=9.1 required=5.0", True),
        ("X-Spam-Status", "No, score=-1.0", False),
        ("X-SES-Spam-Verdict", "FAIL", True),
        ("X-SES-Spam-Verdict", "PASS", False),
        ("X-MS-Exchange-Organization-SCL", "6", True),
        ("X-MS-Exchange-Organization-SCL", "-1", False),
        ("X-Forefront-Antispam-Report", "CIP:10.0.0.1;CTRY:CN;SCL:9;", True),
        ("X-Forefront-Antispam-Report", "CIP:10.0.0.1;SCL:1;", False),
        ("X-Unknown-Filter", "spam", False),
    ],
)
def test_a_filters_verdict_holds_a_letter_and_drops_none(header: str, value: str, is_spam: bool) -> None:
    verdict = judge(a_letter(a_mail(**{header: value})))
    assert (verdict.kind, verdict.action) == (
        (MailKind.SPAM, Action.HOLD) if is_spam else (MailKind.PERSON, Action.ACCEPT)
    )


def test_only_headers_that_the_bureau_believes_are_verdicts() -> None:
    raw = a_mail(**{"X-Spam-Level": "******", "X-Spam-Flag": "YES"})
    assert judge(replace(a_letter(raw), spam_headers=())).kind is MailKind.PERSON
    assert judge(replace(a_letter(raw), spam_headers=("X-Spam-Level",))).kind is MailKind.SPAM


def test_list_mail_that_a_program_sends_is_the_lists() -> None:
    raw = a_mail(**{"Auto-Submitted": "auto-generated", "List-Id": "<news.mail.example>"})
    assert judge(a_letter(raw)).kind is MailKind.LIST


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
