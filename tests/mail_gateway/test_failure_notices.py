"""Which recipients a notice reports as failed, in words or in a form for machines, and which letters are none."""

from __future__ import annotations

import time

import pytest

from mail_gateway.bounces.failures import failures_of
from mail_gateway.chain import judge
from mail_gateway.parsing import parse
from mail_gateway.verdict import MailKind
from tests.mail_gateway.letters import a_letter, a_mail
from tests.mail_gateway.notices import NOTICES, Notice


@pytest.mark.parametrize("notice", [pytest.param(notice, id=notice.name) for notice in NOTICES])
def test_a_notice_in_words_names_who_was_not_reached(notice: Notice) -> None:
    raw = a_mail(notice.body, sender=notice.sender, subject=notice.subject, message_id="<n@relay.example>")
    letter = a_letter(raw, mail_from="")
    assert tuple(failure.recipient for failure in letter.failures) == notice.failed
    assert {failure.is_temporary for failure in letter.failures} == {notice.is_delayed}
    assert notice.status in {"", letter.failures[0].status}
    assert judge(letter).kind is MailKind.BOUNCE


REPORT = (
    "From: MAILER-DAEMON@relay.example\r\nSubject: Returned\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n'
    "--r\r\nContent-Type: text/plain\r\n\r\nSomething failed for other@never.example\r\n"
    "--r\r\nContent-Type: {kind}\r\n{more}\r\n{fields}\r\n"
    "--r\r\nContent-Type: {returned}\r\n\r\nMessage-ID: <sent.1@zmd.example>\r\nTo: wang@far.example\r\n\r\n--r--\r\n"
)
STATUS = "message/delivery-status"


def a_report(fields: str, *, kind: str = STATUS, more: str = "", returned: str = "text/rfc822-headers") -> bytes:
    return REPORT.format(kind=kind, more=more, fields=fields.replace("\n", "\r\n"), returned=returned).encode()


def read(raw: bytes, *, is_null: bool = True) -> list[tuple[str, str, str]]:
    return [(f.recipient, f.action, f.status) for f in failures_of(parse(raw), envelope_is_null=is_null)]


@pytest.mark.parametrize(
    ("fields", "failed"),
    [
        pytest.param(
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; Wang@far.example\nAction: failed\nStatus: 5.1.1\n",
            [("wang@far.example", "failed", "5.1.1")],
            id="as the standard has it",
        ),
        pytest.param(
            "Reporting-MTA: dns; x\nFinal-Recipient: rfc822; wang@far.example\nAction: failed\nStatus: 5.1.1\n"
            "Final-Recipient: rfc822; zhao@far.example\nAction: delayed\nStatus: 4.4.1\n",
            [("wang@far.example", "failed", "5.1.1"), ("zhao@far.example", "delayed", "4.4.1")],
            id="without blank lines",
        ),
        pytest.param(
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; <wang@far.example>\n\nAction: failed\n\nStatus: 5.1.1\n",
            [("wang@far.example", "failed", "5.1.1")],
            id="with a blank line after each field",
        ),
        pytest.param(
            "Final-Recipient: rfc822; inner@store.example\nOriginal-Recipient: rfc822; wang@far.example\n"
            "Action: failed\nStatus: 5.2.2\n",
            [("wang@far.example", "failed", "5.2.2")],
            id="the address that was written to goes before what became of it",
        ),
        pytest.param(
            "Final-Recipient: LOCAL; wang\nX-Actual-Recipient: rfc822; wang@far.example\nAction: failed\n"
            "Status: 5.0.0\n"
            "Diagnostic-Code: smtp; 550 5.1.1 unknown\n",
            [("wang@far.example", "failed", "5.1.1")],
            id="a local name with the address elsewhere and the code in the words",
        ),
        pytest.param(
            "Final-Recipient: rfc822; wang@far.example\nAction: failure\nStatus: 553 too large\n",
            [("wang@far.example", "failed", "")],
            id="an action of its own",
        ),
    ],
)
def test_a_report_is_read_as_far_as_it_keeps_the_standard(fields: str, failed: list[tuple[str, str, str]]) -> None:
    assert read(a_report(fields)) == failed


FIELDS = "Final-Recipient: rfc822; wang@far.example\nAction: failed\nStatus: 5.1.1\n"
ENCODED = "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IHdhbmdAZmFyLmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo="


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(a_report(FIELDS, kind="text/plain; name=details.txt"), id="in a text file"),
        pytest.param(a_report(FIELDS, kind="application/octet-stream"), id="in a file of bytes"),
        pytest.param(a_report(FIELDS, kind="text/plain"), id="in plain text"),
        pytest.param(a_report(FIELDS, kind="message/global-delivery-status"), id="internationalised"),
        pytest.param(
            a_report(ENCODED, more="Content-Transfer-Encoding: base64\r\n"), id="encoded although that is forbidden"
        ),
    ],
)
def test_the_fields_of_a_report_are_found_wherever_they_stand(raw: bytes) -> None:
    assert read(raw) == [("wang@far.example", "failed", "5.1.1")]


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822", "message/rfc822-headers"])
def test_a_failure_is_tied_to_the_mail_that_did_not_arrive(returned: str) -> None:
    (failure,) = failures_of(parse(a_report(FIELDS, returned=returned)), envelope_is_null=True)
    assert failure.original_message_id == "<sent.1@zmd.example>"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (
            (
                "<wang@far.example>:\nno such user\n\n--- copy of the message\nReceived: from x\nMessage-ID: "
                "<own@zmd.example>\n"
            ),
            {},
        ),
        ("<wang@far.example>:\nno such user\n", {"References": "<own@zmd.example>"}),
    ],
)
def test_a_notice_in_words_is_tied_by_the_copy_below_it_or_by_what_it_refers_to(
    body: str, headers: dict[str, str]
) -> None:
    raw = a_mail(body, sender="MAILER-DAEMON@relay.example", subject="failure notice", **headers)
    (failure,) = failures_of(parse(raw), envelope_is_null=True)
    assert failure.original_message_id == "<own@zmd.example>"


def test_a_header_that_lists_the_failed_counts_more_than_the_words() -> None:
    raw = a_mail(
        "The following failed:\n\n  other@never.example\n    550 unknown\n",
        sender="Mail Delivery System <Mailer-Daemon@relay.example>",
        subject="Mail delivery failed",
        X_Failed_Recipients="wang@far.example, zhao@far.example",
    )
    assert [recipient for recipient, _, _ in read(raw)] == ["wang@far.example", "zhao@far.example"]


def test_a_notice_that_names_nobody_speaks_of_the_one_recipient_of_the_returned_mail() -> None:
    copy = "Received: from x\nTo: wang@far.example\nMessage-ID: <own@zmd.example>\n"
    raw = a_mail(f"Your mail was not delivered.\n\n{copy}", sender="MAILER-DAEMON@x.example", subject="failure notice")
    assert [recipient for recipient, _, _ in read(raw)] == ["wang@far.example"]


def test_the_recipient_of_returned_list_mail_is_the_list_and_has_not_failed() -> None:
    copy = "Received: from x\nTo: list@far.example\nList-Id: <list.far.example>\n"
    raw = a_mail(f"Your mail was not delivered.\n\n{copy}", sender="MAILER-DAEMON@x.example", subject="failure notice")
    assert read(raw) == []
    assert judge(a_letter(raw, mail_from="")).kind is MailKind.BOUNCE


def test_a_report_that_the_mail_arrived_is_no_failure() -> None:
    letter = a_letter(a_report(FIELDS.replace("failed", "delivered").replace("5.1.1", "2.0.0")), mail_from="")
    assert (letter.failures, judge(letter).kind) == ((), MailKind.AUTO_REPLY)
    assert judge(letter).reasons[0].key == "read_receipt.delivered"


A_BOUNCE = NOTICES[0].body


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("转发: Undelivered Mail Returned to Sender", f"为什么我的邮件被退回？\n\n{A_BOUNCE}"),
        ("Fwd: failure notice", f"我给贵局写的信退回来了，请问怎么办？\n\n{A_BOUNCE}"),
        ("回复: 退信", f"昨天的信退回来了：\n{A_BOUNCE}"),
        ("退信问题", "我发给 xinxiang@zmd.example 的信被退信，提示用户不存在。"),
        ("为什么我的邮件被退回", "我发到 jubao@zmd.example 的信总是被退回，550 user unknown，请处理。"),
        ("退信", "我给 jubao@zmd.example 写信，系统自动提示：550 用户不存在。"),
        ("邮件发送失败", "请问为什么系统提示我发给 zhao@far.example 的邮件发送失败？550 user unknown"),
        ("退信", f"请问这是怎么回事？\n\n{FIELDS}\n{A_BOUNCE}"),
        ("退信反馈", "昨天服务器退信，说邮箱已满，请贵局核实。我的另一个邮箱是 sun@box.example"),
        ("投诉", f"Final-Recipient: rfc822; wang@far.example\nAction: failed\nStatus: 5.1.1\n\n{A_BOUNCE}"),
    ],
)
def test_a_person_who_writes_about_a_notice_stays_a_person(subject: str, text: str) -> None:
    letter = a_letter(a_mail(text, subject=subject))
    assert letter.failures == ()
    assert judge(letter).kind is MailKind.PERSON


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("I am away and cannot read mail. In urgent cases write to:\n\nzhao@far.example\n", {}),
        ("我正在休假，无法回复您的邮件。急事请联系 zhao@far.example。", {"Auto-Submitted": "auto-replied"}),
        ("wang@far.example 已停用，请改用 zhao@far.example。", {"Auto-Submitted": "auto-replied"}),
    ],
)
def test_an_absence_note_with_the_null_sender_reports_no_failure(text: str, headers: dict[str, str]) -> None:
    letter = a_letter(a_mail(text, sender="wang@far.example", subject="Re: 答复", **headers), mail_from="")
    plain = a_letter(a_mail(text, sender="wang@far.example", subject="Absence", **headers), mail_from="")
    assert (letter.failures, plain.failures) == ((), ())
    assert judge(plain).kind.outward is MailKind.AUTO_REPLY


def test_a_parcel_service_that_could_not_deliver_is_no_mail_server() -> None:
    text = "Your parcel could not be delivered to wang@far.example. Please call us."
    assert read(a_mail(text, sender="delivery@parcels.example", subject="Your parcel"), is_null=False) == []


def test_a_notice_from_an_ordinary_address_is_known_by_its_subject_and_the_copy_that_it_brings() -> None:
    raw = a_mail(NOTICES[0].body, sender="robot@relay.example", subject="来自relay.example的退信")
    assert [recipient for recipient, _, _ in read(raw, is_null=False)] == ["wang@far.example"]


def test_a_failure_in_the_name_of_our_own_postmaster_is_a_bounce() -> None:
    letter = a_letter(a_mail(A_BOUNCE, sender="postmaster@zmd.example", subject="failure notice"), mail_from="")
    assert judge(letter).kind is MailKind.BOUNCE


def test_neither_the_reporter_nor_ourselves_are_taken_for_failed() -> None:
    body = "Dear xinxiang@zmd.example,\n\nyour mail could not be delivered.\nContact postmaster@relay.example.\n"
    assert read(a_mail(body, sender="postmaster@relay.example", subject="Undeliverable mail")) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<a@far.example>: 550 5.1.1 user unknown\r\n" * 25_000, id="many recipients"),
        pytest.param(("x" * 990 + " a@far.example\r\n") * 1_000, id="long lines"),
        pytest.param((" " * 990 + "a@far.example\r\n") * 1_000, id="lines of blanks"),
        pytest.param("@" * 1_000_000, id="at signs"),
        pytest.param("recipient " * 100_000, id="one line of one word"),
        pytest.param("Final-Recipient: rfc822; a@far.example\r\n" * 25_000, id="fields"),
        pytest.param("--- copy of the message ---\r\n" * 35_000, id="dividers"),
    ],
)
def test_a_notice_of_a_megabyte_is_read_within_a_second_or_so(body: str) -> None:
    mail = parse(b"From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\n" + body.encode())
    began = time.process_time()
    failures_of(mail, envelope_is_null=True)
    assert time.process_time() - began < 2
