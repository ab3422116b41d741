from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from admin_api.access import lend_context
from admin_api.error_handlers import install_error_handlers
from admin_api.pages import CONTENT_SECURITY_POLICY, SecurityHeaders
from casework.inbox import InboxEntry, InboxState
from casework.message import Attachment, MailFacts, Reply, ThreadId
from casework.outbox import OutboxEntry, OutboxId, OutboxKind
from casework.party import Address, ChannelName
from casework.wording import load_wording
from mail_gateway.acceptance import accept_into
from mail_gateway.composing import Letterhead, compose
from mail_gateway.local_mailbox import LocalMailbox
from mail_gateway.mailboxes import mailboxes_of
from mail_gateway.parsed_mail import ParsedMail
from mail_gateway.parsing import parse
from mail_gateway.quoting import split_words
from mail_gateway.seals import Seals, SealState
from mail_gateway.server import Limits, MailServer
from runtime.demo.citizen_mail import NoSuchCitizen, citizen_address
from runtime.demo.mailbox_page import PATH, demo_mailbox_routes
from tests.admin_api.front_desk import FrontDesk, a_front_desk
from tests.mail_gateway.running_server import loop_in_thread, stop_server

LIMIT = 200_000


@dataclass
class Demo:
    """The page, the mailbox behind it, and the listener that it writes to."""

    desk: FrontDesk
    mailbox: LocalMailbox
    client: TestClient
    seals: Seals
    port: list[int]

    def arrived(self) -> list[InboxEntry]:
        """What the listener saved, oldest first."""
        with self.desk.store.read() as uow:
            return [uow.inbox.get(entry.id) for entry in uow.inbox.list([InboxState.RECEIVED], limit=10)][::-1]

    def letter(self) -> ParsedMail:
        """The one letter that arrived, read."""
        (entry,) = self.arrived()
        assert entry.raw_mail is not None
        return parse(entry.raw_mail.data)

    def put(self, text: str = "身份证可以补办。", **changes: object) -> str:
        """A mail of the product in the mailbox; its name there."""
        facts = {
            "id": OutboxId(1),
            "kind": OutboxKind.RECEIPT,
            "to": Address(ChannelName.EMAIL, "li@citizen.example"),
            "reply": Reply(text),
            "language": "zh",
            "key": "key-1",
            "created_at": self.desk.now,
            "subject": "身份证丢了",
            "thread_id": ThreadId(7),
            "in_reply_to": MailFacts("<first@citizen.example>", subject="身份证丢了"),
            **changes,
        }
        wording = load_wording(files("mail_gateway") / "wording")
        letterhead = Letterhead(self.desk.context.office.bureau, self.seals, wording)
        entry = OutboxEntry(**facts)  # type: ignore[arg-type] # as they come
        self.mailbox.put(compose(entry, letterhead, now=self.desk.now, read_blob=self.desk.context.blobs.get))
        return self.mailbox.names()[0]

    def post(self, path: str, **form: str) -> int:
        """The status of a form sent from a page that was opened before."""
        page = self.client.get(path).text
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        assert token is not None
        return self.client.post(path, data={"csrf": token[1], **form}, follow_redirects=False).status_code


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    desk = a_front_desk(tmp_path)
    bureau = desk.context.office.bureau
    mailbox, seals, port = LocalMailbox(tmp_path / "mailbox"), Seals(mailboxes_of(bureau), b"a secret of tests"), [0]

    async def listen() -> MailServer:
        server = MailServer(mailboxes_of(bureau), accept_into(desk.store), port=0, limits=Limits(max_bytes=LIMIT))
        await server.start()
        return server

    app = FastAPI()
    lend_context(app, desk.context)
    install_error_handlers(app)
    app.add_middleware(SecurityHeaders)
    app.include_router(demo_mailbox_routes(mailbox, bureau, lambda: port[0]))
    with loop_in_thread() as loop, TestClient(app, headers={"accept-language": "en"}) as client:
        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
        port[0] = server.port
        yield Demo(desk, mailbox, client, seals, port)
        stop_server(server, loop)
    desk.store.close()


def test_an_empty_mailbox_says_so_in_both_languages(demo: Demo) -> None:
    assert "Nothing has been sent yet" in demo.client.get(PATH).text
    assert "还没有发出任何信件" in demo.client.get(f"{PATH}?lang=zh").text


def test_a_letter_written_on_the_page_is_saved_by_the_listener(demo: Demo) -> None:
    status = demo.post(
        PATH, sender="Wang.2", sender_name="王某（虚构）", to="jubao@gaj.example", subject="投诉", text="窗口\n没有人。"
    )

    assert status == 303
    letter = demo.letter()
    assert [(m.name, m.address) for m in letter.from_] == [("王某（虚构）", "wang.2@citizen.example")]
    assert [m.address for m in letter.to] == ["jubao@gaj.example"]
    assert (letter.subject, letter.text) == ("投诉", "窗口\n没有人。")
    assert letter.message_id is not None
    assert letter.date is not None


def test_an_attachment_goes_along(demo: Demo) -> None:
    page = demo.client.get(PATH).text
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    form = {"csrf": token, "sender": "li", "text": "见附件"}
    picture = b"\x89PNG\r\n\x1a\n" + bytes(64)

    demo.client.post(PATH, data=form, files={"attached": ("照片.png", picture, "image/png")})

    assert [(a.name, a.content) for a in demo.letter().attachments] == [("照片.png", picture)]


def test_a_letter_to_a_stranger_goes_to_the_mass_mailbox(demo: Demo) -> None:
    demo.post(PATH, sender="li", to="someone@elsewhere.example", text="您好")

    assert [m.address for m in demo.letter().to] == ["xinxiang@gaj.example"]


def test_header_lines_cannot_be_smuggled_in_through_the_form(demo: Demo) -> None:
    demo.post(PATH, sender="li", sender_name="A\r\nBcc: x@y.example", subject="one\r\nBcc: x@y.example", text="您好")

    letter = demo.letter()
    assert not letter.has_header("bcc")
    assert letter.subject == "one Bcc: x@y.example"


def test_what_cannot_be_an_address_is_told_and_nothing_is_lost_from_the_form(demo: Demo) -> None:
    page = demo.client.get(PATH).text
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]

    answer = demo.client.post(PATH, data={"csrf": token, "sender": "a b<c", "text": "my long letter"})

    assert answer.status_code == 422
    assert "cannot be an address" in answer.text
    assert "my long letter" in answer.text
    assert demo.arrived() == []


def test_a_form_from_elsewhere_is_refused(demo: Demo) -> None:
    demo.client.get(PATH)

    assert demo.client.post(PATH, data={"csrf": "guessed", "sender": "li", "text": "x"}).status_code == 403
    assert demo.arrived() == []


def test_a_refusal_of_the_listener_is_shown_in_its_own_words(demo: Demo) -> None:
    page = demo.client.get(PATH).text
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]

    answer = demo.client.post(
        PATH, data={"csrf": token, "sender": "li", "text": "x"}, files={"attached": ("big.bin", bytes(LIMIT), "")}
    )

    assert answer.status_code == 422
    assert "552 5.3.4" in answer.text


def test_a_listener_that_is_away_is_our_own_temporary_trouble(demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = int(taken.getsockname()[1])
    demo.port[0] = free

    assert demo.post(PATH, sender="li", text="您好") == 503


def test_the_list_shows_to_whom_and_what(demo: Demo) -> None:
    name = demo.put()

    page = demo.client.get(PATH).text

    assert f'href="{PATH}/{name}"' in page
    assert "Re: 身份证丢了" in page
    assert "li@citizen.example" in page
    assert "23 November 2026" in page


def test_a_mail_shows_the_headers_that_keep_its_thread(demo: Demo) -> None:
    page = demo.client.get(f"{PATH}/{demo.put()}").text

    reply_address = demo.seals.reply_address(ThreadId(7), demo.desk.now.date())
    assert reply_address in page
    assert page.count("&lt;first@citizen.example&gt;") == 2, "In-Reply-To and References"
    assert "auto-replied" in page
    assert "身份证可以补办。" in page


def test_an_answer_goes_to_the_reply_address_and_carries_the_thread(demo: Demo) -> None:
    name = demo.put()
    sent = demo.mailbox.get(name).mail

    assert demo.post(f"{PATH}/{name}", text="谢谢，还要带照片吗？") == 303

    (entry,) = demo.arrived()
    assert entry.raw_mail is not None
    recipient = mailboxes_of(demo.desk.context.office.bureau).find(entry.raw_mail.rcpt_tos[0])
    assert recipient is not None
    token = demo.seals.read_token(recipient.token, demo.desk.now.date())
    assert (token.state, token.thread_id) == (SealState.VALID, ThreadId(7))
    letter = demo.letter()
    assert letter.in_reply_to == (sent.message_id,)
    assert letter.references == ("<first@citizen.example>", sent.message_id)
    assert letter.subject == "Re: 身份证丢了"
    assert entry.raw_mail.mail_from == "li@citizen.example"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_quote_below_an_answer_is_known_as_one(demo: Demo, language: str) -> None:
    name = demo.put()
    demo.client.get(f"{PATH}?lang={language}")

    demo.post(f"{PATH}/{name}", text="谢谢，还要带照片吗？")

    assert "> 身份证可以补办。" in demo.letter().text
    assert split_words(demo.letter().text).new == "谢谢，还要带照片吗？"


def test_html_is_shown_in_a_frame_that_can_do_nothing(demo: Demo) -> None:
    name = demo.put()
    page = demo.client.get(f"{PATH}/{name}").text

    letter = demo.client.get(f"{PATH}/{name}/html")

    assert f'<iframe sandbox frameborder="0" title="As HTML" src="{PATH}/{name}/html"' in page
    assert "身份证可以补办。" in letter.text
    assert letter.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert letter.headers["x-frame-options"] == "SAMEORIGIN"


def test_words_of_a_mail_are_never_markup_on_the_page(demo: Demo) -> None:
    name = demo.put("<script>alert(1)</script>", subject="<b>bold</b>")

    for path in (PATH, f"{PATH}/{name}"):
        page = demo.client.get(path)
        assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "<script>alert" not in page.text
        assert "<b>bold" not in page.text


def test_an_attachment_is_for_saving_only(demo: Demo) -> None:
    data = b"%PDF-1.4 invented"
    kept = Attachment("回执.pdf", "application/pdf", len(data), demo.desk.context.blobs.put(data))
    name = demo.put(reply=Reply("见附件", attachments=(kept,)))

    file = demo.client.get(f"{PATH}/{name}/attachments/1")

    assert file.content == data
    assert file.headers["content-disposition"].startswith("attachment;")
    assert demo.client.get(f"{PATH}/{name}/attachments/2").status_code == 404


def test_the_source_is_the_mail_as_it_was_sent(demo: Demo) -> None:
    name = demo.put()

    source = demo.client.get(f"{PATH}/{name}/raw")

    assert source.content == demo.mailbox.get(name).raw
    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert "sandbox" in source.headers["content-security-policy"]


@pytest.mark.parametrize("rest", ["", "/html", "/raw", "/attachments/1"])
@pytest.mark.parametrize("name", ["0000000009-0123456789abcdef", "..", "%2e%2e%2fdesk"])
def test_a_mail_that_is_not_there_is_not_found(demo: Demo, name: str, rest: str) -> None:
    assert demo.client.get(f"{PATH}/{name}{rest}").status_code == 404


@pytest.mark.parametrize("own", ["", "a b", "a..b", ".a", "a@b", "名"])
def test_an_odd_name_is_no_citizen(own: str) -> None:
    with pytest.raises(NoSuchCitizen):
        citizen_address(own)
