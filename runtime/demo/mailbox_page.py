"""The demo's mailbox in the browser: what the product sent, and a pen to write and to answer with as a citizen.

Mounted by the demo alone. Everybody who reaches it reads everything: there are no real letters in a demo.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from admin_api.access import Context, current_context
from admin_api.errors import AdminNotFound
from admin_api.files import compose_download
from admin_api.pages import Visit, asset, choose_language, in_paragraphs, texts
from admin_api.visits import newcomers_form
from casework.bureau import Bureau
from casework.outbox import DeliveryOutcome, DeliveryResult
from casework.wording import Wording, load_wording
from mail_gateway.composing import ComposedMail
from mail_gateway.errors import MailGatewayNotFound
from mail_gateway.local_mailbox import KeptMail, LocalMailbox
from mail_gateway.smarthost import Smarthost, submit
from runtime.demo.citizen_mail import (
    DOMAIN,
    CitizenFile,
    NoSuchCitizen,
    Writing,
    citizen_address,
    write_answer,
    write_letter,
)

PATH: Final = "/demo/mailbox"
LOOPBACK: Final = "127.0.0.1"
MOST_SHOWN: Final = 100
LONGEST_TEXT: Final = 50_000
MOST_FILES: Final = 5
_SENT: Final = f"{PATH}?sent=1#told"
HEADERS_SHOWN: Final = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
)
"""What a reader of the demo wants to check: who, to whom, and what keeps the thread together."""
_LETTER_HEADERS: Final = {
    "content-security-policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    ),
    "x-frame-options": "SAMEORIGIN",
    "cache-control": "private, no-store",
}
_SOURCE_HEADERS: Final = {
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "cache-control": "private, no-store",
}


class MailboxVisit(Visit):
    """A visit to the demo's mailbox: the portal's frame with this room's own templates and texts."""

    def say(self, key: str, **facts: object) -> str:
        """The text for `key` in the visitor's language."""
        return _wording().say(key, self.language, **facts)

    def draw(self, template: str, **facts: object) -> str:
        """A template of this room filled in, as text."""
        page = _templates().get_template(template)
        shared = {"visit": self, "say": self.say, "moment": self.moment, "language": self.language}
        return page.render(shared, bureau=self.context.office.bureau, path=PATH, **facts)


def mailbox_visitor(request: Request, context: Annotated[Context, Depends(current_context)]) -> MailboxVisit:
    """A visit to these pages; they need no sign-in."""
    return MailboxVisit(request, context, choose_language(request))


Visitor = Annotated[MailboxVisit, Depends(mailbox_visitor)]
Text = Annotated[str, Form()]


def demo_mailbox_routes(mailbox: LocalMailbox, bureau: Bureau, smtp_port: Callable[[], int]) -> APIRouter:
    """The pages over `mailbox`; what is written here goes to the product's own listener on `smtp_port()`."""
    router = APIRouter(prefix=PATH, include_in_schema=False)
    _add_pages(router, mailbox, bureau)
    _add_parts(router, mailbox)
    _add_pens(router, mailbox, bureau, smtp_port)
    return router


def _add_pages(router: APIRouter, mailbox: LocalMailbox, bureau: Bureau) -> None:
    @router.get("")
    def show_mailbox(visit: Visitor, sent: str = "") -> HTMLResponse:
        """What the product sent, latest first, and the form for a new letter."""
        return _show_mailbox(visit, mailbox, bureau, told="sent" if sent else "")

    @router.get("/{name}")
    def show_mail(visit: Visitor, name: str) -> HTMLResponse:
        """One mail and the form to answer it; AdminNotFound."""
        return _show_mail(visit, _get(mailbox, name))


def _add_parts(router: APIRouter, mailbox: LocalMailbox) -> None:
    @router.get("/{name}/html")
    def show_letter(name: str) -> HTMLResponse:
        """The HTML of a mail for the frame in its page: no script, nothing from outside, nothing to send."""
        kept = _get(mailbox, name)
        page = f'<!doctype html><meta charset="utf-8"><title>{kept.name}</title>{kept.mail.html}'
        return HTMLResponse(page, headers=_LETTER_HEADERS)

    @router.get("/{name}/attachments/{number}")
    def send_attachment(name: str, number: int) -> Response:
        """An attachment, to be saved; they are counted from 1."""
        attachments = _get(mailbox, name).mail.attachments
        if not 1 <= number <= len(attachments):
            raise AdminNotFound(f"mail {name} has no attachment {number}")
        chosen = attachments[number - 1]
        return compose_download(chosen.name, chosen.content_type, chosen.content)

    @router.get("/{name}/raw")
    def show_source(name: str) -> Response:
        """The mail as it left, as plain text."""
        return Response(_get(mailbox, name).raw, media_type="text/plain; charset=utf-8", headers=_SOURCE_HEADERS)


def _add_pens(router: APIRouter, mailbox: LocalMailbox, bureau: Bureau, smtp_port: Callable[[], int]) -> None:
    @router.post("", dependencies=[Depends(newcomers_form)])
    def send_letter(
        visit: Visitor,
        sender: Text = "",
        sender_name: Text = "",
        to: Text = "",
        subject: Text = "",
        text: Text = "",
        attached: Annotated[Sequence[UploadFile], File()] = (),
    ) -> Response:
        """A citizen's new letter, sent over SMTP."""
        written = {"sender": sender, "sender_name": sender_name, "to": to, "subject": subject, "text": text}
        try:
            letter = write_letter(
                _writing(text, attached),
                sender=citizen_address(sender),
                sender_name=sender_name[:60],
                to=to if to in bureau.mailboxes else bureau.mailboxes[0],
                subject=subject[:300],
                letter_id=secrets.token_hex(12),
                now=datetime.now(UTC),
            )
        except NoSuchCitizen:
            return _show_mailbox(visit, mailbox, bureau, fault="address", written=written)
        result = _post(letter, smtp_port())
        if fault := _fault_of(result):
            return _show_mailbox(visit, mailbox, bureau, fault=fault, detail=result.detail, written=written)
        return visit.go(_SENT)

    @router.post("/{name}", dependencies=[Depends(newcomers_form)])
    def send_answer(
        visit: Visitor, name: str, text: Text = "", attached: Annotated[Sequence[UploadFile], File()] = ()
    ) -> Response:
        """The answer of whoever the mail was sent to, over SMTP; AdminNotFound."""
        kept, now = _get(mailbox, name), datetime.now(UTC)
        said_by = kept.mail.from_[0].address if kept.mail.from_ else ""
        attribution = visit.say("mailbox.wrote", moment=visit.moment(kept.mail.date or now), address=said_by)
        writing = _writing(text, attached)
        try:
            answer = write_answer(writing, kept.mail, attribution=attribution, letter_id=secrets.token_hex(12), now=now)
        except NoSuchCitizen:
            return _show_mail(visit, kept, fault="address", text=text)
        result = _post(answer, smtp_port())
        if fault := _fault_of(result):
            return _show_mail(visit, kept, fault=fault, detail=result.detail, text=text)
        return visit.go(_SENT)


def _post(mail: ComposedMail, port: int) -> DeliveryResult:
    """Over the loopback, to the same listener that a mail server would reach."""
    return submit(mail, Smarthost(LOOPBACK, port, tls="none", answer_seconds=15, total_seconds=40, our_name=DOMAIN))


def _fault_of(result: DeliveryResult) -> str:
    if result.outcome is DeliveryOutcome.DELIVERED:
        return ""
    return "refused" if result.outcome is DeliveryOutcome.PERMANENT else "trouble"


def _writing(text: str, attached: Sequence[UploadFile]) -> Writing:
    files_given = [
        CitizenFile(file.filename, file.content_type or "", file.file.read())
        for file in attached[:MOST_FILES]
        if file.filename
    ]
    return Writing(text[:LONGEST_TEXT], files_given)


@dataclass(frozen=True, slots=True)
class Blank:
    """What the form for a new letter begins with."""

    sender: str = ""
    sender_name: str = ""
    to: str = ""
    subject: str = ""
    text: str = ""


def _show_mailbox(
    visit: MailboxVisit,
    mailbox: LocalMailbox,
    bureau: Bureau,
    *,
    told: str = "",
    fault: str = "",
    detail: str = "",
    written: dict[str, str] | None = None,
) -> HTMLResponse:
    blank = Blank(sender=visit.say("mailbox.pen.example"), sender_name=visit.say("mailbox.pen.example_name"))
    return visit.show(
        "mailbox.html",
        status=_status_of(fault),
        mails=mailbox.latest(MOST_SHOWN),
        mailboxes=bureau.mailboxes,
        domain=DOMAIN,
        told=told,
        fault=fault,
        detail=detail,
        written=Blank(**written) if written else blank,
    )


def _show_mail(
    visit: MailboxVisit, kept: KeptMail, *, fault: str = "", detail: str = "", text: str = ""
) -> HTMLResponse:
    mail = kept.mail
    return visit.show(
        "mail.html",
        status=_status_of(fault),
        kept=kept,
        mail=mail,
        headers=[(name, value) for name in HEADERS_SHOWN if (value := mail.header(name.lower()))],
        fault=fault,
        detail=detail,
        text=text,
    )


def _status_of(fault: str) -> int:
    """200, or whose fault it is: the form's, or the listener's behind us."""
    return {"": 200, "trouble": 503}.get(fault, 422)


def _get(mailbox: LocalMailbox, name: str) -> KeptMail:
    try:
        return mailbox.get(name)
    except MailGatewayNotFound as error:
        raise AdminNotFound(str(error)) from error


@cache
def _wording() -> Wording:
    """The portal's texts, for its frame, and those of this room."""
    return texts().overlaid(load_wording(files("runtime.demo") / "pages"))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("runtime.demo", "pages"), PackageLoader("admin_api", "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["paragraphs"] = in_paragraphs
    environment.globals["asset"] = asset
    return environment
