"""Outgoing mail: threading headers, marks of automatic mail, text and HTML, attachments, nothing injected."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from casework.message import Attachment, Choice, MailFacts, Reply, Source
from casework.outbox import OutboxEntry, OutboxKind
from mail_gateway.composing import ComposedMail, compose, compose_text
from mail_gateway.errors import MailGatewayRejected
from mail_gateway.parsing import parse
from tests.mail_gateway.letters import AT, OURS, SEALS, an_entry, letterhead

CITIZENS = MailFacts("<c2@mail.example>", ("<c1@mail.example>", "<o1@zmd.example>"), "回复：路灯坏了")


def composed(entry: OutboxEntry, blobs: dict[str, bytes] | None = None) -> ComposedMail:
    return compose(entry, letterhead(), now=AT, read_blob=(blobs or {}).__getitem__)


def read(entry: OutboxEntry, blobs: dict[str, bytes] | None = None) -> EmailMessage:
    return email.message_from_bytes(composed(entry, blobs).data, policy=email.policy.default)


def test_an_answer_stays_in_the_citizens_thread() -> None:
    mail = read(an_entry(in_reply_to=CITIZENS, subject="路灯坏了"))
    assert mail["Subject"] == "Re: 路灯坏了"
    assert mail["In-Reply-To"] == "<c2@mail.example>"
    assert mail["References"] == "<c1@mail.example> <o1@zmd.example> <c2@mail.example>"
    assert mail["To"] == "li@mail.example"
    assert mail["From"].addresses[0].addr_spec == OURS.main
    assert "示例市公安局" in mail["From"]


def test_the_reply_address_and_the_message_id_lead_back_to_the_thread() -> None:
    mail = read(an_entry(thread_id=7))
    found = OURS.find(mail["Reply-To"].addresses[0].addr_spec)
    assert found is not None
    assert SEALS.read_token(found.token, AT.date()).thread_id == 7
    own = SEALS.read_message_id(mail["Message-ID"])
    assert own is not None
    assert own.thread_id == 7


def test_every_try_has_the_same_message_id() -> None:
    assert composed(an_entry()).message_id == composed(an_entry()).message_id
    assert composed(an_entry(key="reply-2")).message_id != composed(an_entry()).message_id


@pytest.mark.parametrize("kind", [OutboxKind.REPLY, OutboxKind.RECEIPT, OutboxKind.NOTICE])
def test_automatic_mail_says_so_and_has_the_null_return_path(kind: OutboxKind) -> None:
    entry = an_entry(kind=kind, in_reply_to=CITIZENS)
    assert read(entry)["Auto-Submitted"] == "auto-replied"
    assert composed(entry).mail_from == ""
    assert read(an_entry(kind=kind))["Auto-Submitted"] == "auto-generated"


def test_a_persons_answer_is_not_marked_and_can_bounce_home() -> None:
    entry = an_entry(kind=OutboxKind.STAFF, in_reply_to=CITIZENS)
    assert read(entry)["Auto-Submitted"] is None
    assert composed(entry).mail_from == SEALS.return_address(entry.id, AT.date())


def test_what_a_person_wrote_is_sent_as_a_letter_with_greeting_and_the_bureaus_name() -> None:
    text = compose_text(an_entry(kind=OutboxKind.STAFF, reply=Reply("已修好。")), letterhead())
    assert text.startswith("您好：\n\n已修好。\n\n示例市公安局")
    assert not compose_text(an_entry(kind=OutboxKind.RECEIPT, reply=Reply("已收到。")), letterhead()).startswith("您好")


def test_text_and_html_say_the_same_and_html_is_escaped() -> None:
    mail = read(an_entry("请看 https://gaj.example/a?b=1&c=2 。\n\n<script>x</script>"))
    assert mail.get_content_type() == "multipart/alternative"
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "<script>x</script>" in plain.get_content()
    assert "&lt;script&gt;" in rich.get_content()
    assert '<a href="https://gaj.example/a?b=1&amp;c=2">' in rich.get_content()


def test_choices_sources_and_reference_are_written_out() -> None:
    source = Source("passport-first", "首次申请普通护照", "2026-11-01", ("《护照法》第五条（2006-04-29）",))
    reply = Reply("请问您要办哪一项？", (Choice("a", "补办"), Choice("b", "换发")), (source,), "ZMD-2026-000123-6")
    text = compose_text(an_entry(reply=reply), letterhead())
    assert "1. 补办" in text
    assert "2. 换发" in text
    assert "《护照法》第五条" in text
    assert "ZMD-2026-000123-6" in text
    assert read(an_entry(reply=reply))["Subject"] == "咨询 [ZMD-2026-000123-6]"


def test_a_source_that_the_answer_already_names_is_not_repeated() -> None:
    source = Source("p", "标题", "1", ("《护照法》第五条",))
    text = compose_text(an_entry(reply=Reply("依据《护照法》第五条。", sources=(source,))), letterhead())
    assert text.count("《护照法》第五条") == 1


def test_attachments_go_with_their_names_and_types() -> None:
    blobs = {"a" * 64: b"%PDF-1.4", "b" * 64: b"raw mail"}
    files = (
        Attachment("告知书.pdf", "application/pdf", 8, "a" * 64),
        Attachment("x\r\nBcc: y@z", "message/rfc822", 8, "b" * 64),
    )
    raw = composed(an_entry(reply=Reply("见附件", attachments=files)), blobs).data
    seen = parse(raw).attachments
    assert (seen[0].name, seen[0].content_type, seen[0].content) == ("告知书.pdf", "application/pdf", b"%PDF-1.4")
    assert seen[1].content == b"raw mail"
    assert b"\r\nBcc:" not in raw


def test_a_citizens_subject_and_ids_cannot_write_headers() -> None:
    evil = MailFacts("<ok@x>", ("<a@b>\r\nBcc: c@d", "no brackets", "<汉@字>"), "hi\r\nBcc: evil@x")
    raw = composed(an_entry(subject="hi\r\nBcc: evil@x", in_reply_to=evil)).data
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc:" not in head
    assert read(an_entry(in_reply_to=evil))["References"] == "<ok@x>"


def test_long_threads_keep_their_first_and_their_latest_references() -> None:
    chain = tuple(f"<{number}@mail.example>" for number in range(50))
    kept = read(an_entry(in_reply_to=MailFacts("<last@mail.example>", chain, "x")))["References"].split()
    assert len(kept) == 20
    assert (kept[0], kept[-1]) == ("<0@mail.example>", "<last@mail.example>")


def test_an_address_in_utf8_is_written_in_utf8() -> None:
    mail = composed(an_entry(to="李某@mail.example"))
    assert mail.needs_utf8
    assert "To: 李某@mail.example".encode() in mail.data


def test_a_chinese_domain_is_written_as_idna() -> None:
    mail = composed(an_entry(to="li@例子.example"))
    assert mail.rcpt_to == "li@xn--fsqu00a.example"
    assert not mail.needs_utf8


@pytest.mark.parametrize("address", ["nobody", "@x", "a@", "a b@c", "a@b\r\nBcc: c@d"])
def test_what_is_no_address_is_rejected(address: str) -> None:
    with pytest.raises(MailGatewayRejected):
        composed(an_entry(to=address))


def test_a_notice_to_a_unit_has_no_reply_address() -> None:
    mail = read(an_entry(kind=OutboxKind.NOTICE, thread_id=None, subject="新投诉"))
    assert mail["Reply-To"] is None
    assert mail["Subject"] == "新投诉"


def test_a_mail_without_any_subject_gets_one() -> None:
    assert read(an_entry(subject=""))["Subject"] == "示例市公安局的回复"
