"""The page at `/chat`: drawn whole by the server, usable with a plain form, made live by a script where scripts run.

Without scripts the conversation's token lives in a cookie that only this page reads; a script keeps it itself and
sends it as a header, since browsers withhold cookies in the frame of another site.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.channels.web_chat_attachments import Form, keep_chosen, read_form
from bot.channels.web_chat_conversations import COOKIE, Begun
from bot.channels.web_chat_drawing import ChatPage, draw
from bot.channels.web_chat_frame import headers_of_page
from bot.channels.web_chat_problems import ChatRefused, Refusal, refusal_of
from bot.channels.web_chat_requests import MAX_ATTACHMENTS, make_sent
from bot.channels.web_chat_room import ChatRoom
from bot.channels.web_chat_words import LANGUAGE_COOKIE, language_of
from casework.message import Message
from casework.party import LANGUAGES, Language

_HALF_A_YEAR = 180 * 24 * 3600
_YEAR = 365 * 24 * 3600


def add_page_routes(router: APIRouter, room: ChatRoom) -> None:
    """The page, its plain form, and the button that forgets the conversation on this device."""
    pages = _Pages(room)
    router.add_api_route("/chat", pages.show, methods=["GET"])
    router.add_api_route("/chat", pages.send, methods=["POST"])
    router.add_api_route("/chat/forget", pages.forget, methods=["POST"])


@dataclass(frozen=True, slots=True)
class _Pages:
    room: ChatRoom

    async def show(self, request: Request) -> Response:
        """The page with the conversation so far."""
        try:
            return await self._page(request)
        except Exception as error:  # noqa: BLE001 - a page that says so is better than none
            return self._draw(request, refusal_of(error))

    async def send(self, request: Request) -> Response:
        """A message from the plain form; the answer is on the page that the browser is sent to.

        A conversation that began with this form is remembered by the browser also when its first message fails: the
        message may be saved although its answer was lost, and sent again it must meet the same conversation.
        """
        form, begun, is_new = Form({}, ()), None, False
        try:
            _must_be_our_form(request)
            form = await read_form(request, most=MAX_ATTACHMENTS)
            begun = await self._visitor(request)
            is_new = begun is None
            if begun is None:
                begun = await self.room.open(request.client.host if request.client else "unknown", language_of(request))
            answer = await self._take(request, form, begun)
        except Exception as error:  # noqa: BLE001 - the words stay in the form and can be sent again
            answer = await self._page(request, refused=refusal_of(error), form=form, begun=begun)
        if begun is not None and is_new:
            _remember(request, answer, COOKIE, f"{begun.conversation}.{begun.token}", _HALF_A_YEAR, "/chat")
        return answer

    async def forget(self, request: Request) -> Response:
        """Forget the conversation on this device; the bureau keeps it."""
        answer = RedirectResponse(_address(request), 303, headers={"cache-control": "no-store"})
        if is_own_form(request):
            answer.delete_cookie(COOKIE, path="/chat")
        return answer

    async def _take(self, request: Request, form: Form, begun: Begun) -> Response:
        uploads = [await self._keep(begun.conversation, name, data) for name, data in form.files]
        choice = form.fields.get("choice") or None
        text = await self._label(begun.conversation, choice) if choice else _words(form)
        sent = make_sent(text.replace("\r\n", "\n"), form.fields.get("client_id"), choice, uploads)
        taken = await self.room.say(begun.conversation, sent, language_of(request))
        address = _address(request, **({} if taken.message else {"kept": "1"}))
        return RedirectResponse(f"{address}#latest", 303, headers={"cache-control": "no-store"})

    async def _keep(self, conversation: str, name: str, data: bytes) -> str:
        upload_id, _ = await self.room.keep_file(conversation, lambda: keep_chosen(name, data, self.room.chat.blobs))
        return upload_id

    async def _label(self, conversation: str, choice: str) -> str:
        """What stood on the button that was pressed."""
        for message in reversed(await self.room.latest(conversation)):
            for offered in _choices(message):
                if offered.get("value") == choice:
                    return str(offered.get("label", ""))
        return ""

    async def _visitor(self, request: Request) -> Begun | None:
        """The conversation of the cookie, when its token is right."""
        conversation, _, token = request.cookies.get(COOKIE, "").partition(".")
        holds = bool(token) and await self.room.admission.holds(conversation, token)
        return Begun(conversation, token) if holds else None

    async def _page(
        self,
        request: Request,
        *,
        refused: ChatRefused | None = None,
        form: Form | None = None,
        begun: Begun | None = None,
    ) -> Response:
        messages: Sequence[Message] = ()
        visitor: Begun | None = None
        is_embedded = "embed" in request.query_params
        try:
            visitor = None if is_embedded else begun or await self._visitor(request)
            messages = await self.room.latest(visitor.conversation) if visitor else ()
        except Exception as error:  # noqa: BLE001 - the first trouble is told, and the form is drawn all the same
            refused = refused or refusal_of(error)
        return self._draw(request, refused, visitor=visitor, messages=messages, form=form)

    def _draw(
        self,
        request: Request,
        refused: ChatRefused | None,
        *,
        visitor: Begun | None = None,
        messages: Sequence[Message] = (),
        form: Form | None = None,
    ) -> Response:
        language, chat = language_of(request), self.room.chat
        fields = form.fields if form else {}
        page = ChatPage(
            bureau=chat.bureau,
            wording=chat.wording,
            language=language,
            messages=messages,
            visitor=visitor,
            is_embedded="embed" in request.query_params,
            is_kept="kept" in request.query_params,
            fault=refused.explain(chat.wording, language) if refused else "",
            draft="" if fields.get("choice") else fields.get("text", ""),
            client_id=fields.get("client_id") or secrets.token_urlsafe(12),
        )
        headers = headers_of_page(chat.bureau.embed_origins if page.is_embedded else ())
        answer = HTMLResponse(draw(page), refused.status if refused else 200, headers)
        if refused and refused.retry_after is not None:
            answer.headers["retry-after"] = str(refused.retry_after)
        if request.query_params.get("lang") in LANGUAGES and not page.is_embedded:
            _remember(request, answer, LANGUAGE_COOKIE, language, _YEAR, "/")
        return answer


def is_own_form(request: Request) -> bool:
    """Whether a form was sent from a page of ours, by what browsers say of it; who says nothing is no browser.

    Older browsers name only the origin, which must be our host then.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "")
    return not origin or origin.partition("://")[2] == request.headers.get("host", "")


def _address(request: Request, **more: str) -> str:
    """The page again, still in its frame and language when it is in one."""
    kept = {name: request.query_params[name] for name in ("embed", "lang") if name in request.query_params}
    query = urlencode({**kept, **more})
    return f"/chat?{query}" if query else "/chat"


def _words(form: Form) -> str:
    """What was typed, or the example that was pressed."""
    return form.fields.get("example") or form.fields.get("text", "")


def _must_be_our_form(request: Request) -> None:
    if not is_own_form(request):
        raise ChatRefused(Refusal.NOT_OUR_FORM)


def _choices(message: Message) -> list[dict[str, object]]:
    """Every button that stood under a message."""
    given = (message.reply.get(name) for name in ("choices", "thumbs"))
    return [one for row in given if isinstance(row, list) for one in row if isinstance(one, dict)]


def _remember(request: Request, answer: Response, name: str, value: Language | str, seconds: int, path: str) -> None:
    is_secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=seconds, path=path, secure=is_secure, httponly=True, samesite="lax")
