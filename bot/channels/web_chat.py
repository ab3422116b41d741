"""The web chat: a JSON interface under `/chat/conversations`, a page at `/chat`, and a script that embeds it elsewhere.

Start reading here. Handlers are asynchronous and lean; whatever touches the store happens in other threads. What is
answered in the same request never enters the outbox; what staff write later is read from the stream.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.channels.web_chat_attachments import add_attachment_routes
from bot.channels.web_chat_frame import add_frame_routes
from bot.channels.web_chat_json import HEADERS, compose_history, compose_turn, encode
from bot.channels.web_chat_limits import ChatLimits
from bot.channels.web_chat_page import add_page_routes
from bot.channels.web_chat_problems import Refusal, chat_route
from bot.channels.web_chat_requests import MAX_BODY, parse_sent, read_body, read_cursor
from bot.channels.web_chat_room import ChatRoom, WebChat
from bot.channels.web_chat_stream import add_stream_routes
from bot.channels.web_chat_turn import TakeTurn, TurnTaken
from bot.channels.web_chat_words import language_of

__all__ = ["ChatLimits", "TakeTurn", "TurnTaken", "WebChat", "web_chat_routes"]

_JSON = "application/json"


def web_chat_routes(chat: WebChat) -> APIRouter:
    """Every route of the web chat; all are open to the public, and a conversation only to the holder of its token."""
    room = ChatRoom(chat)
    router = APIRouter(route_class=chat_route(chat.wording), tags=["chat"])
    _add_conversation_routes(router, room)
    add_attachment_routes(router, room)
    add_stream_routes(router, room)
    pages = APIRouter(route_class=chat_route(chat.wording), include_in_schema=False)
    add_page_routes(pages, room)
    add_frame_routes(pages, room)
    router.include_router(pages)
    return router


def _add_conversation_routes(router: APIRouter, room: ChatRoom) -> None:
    @router.post("/chat/conversations", status_code=201)
    async def open_conversation(request: Request) -> Response:
        """Begin a conversation: its id, and the token that opens it, told this once."""
        client = request.client.host if request.client else "unknown"
        begun = await room.open(client, language_of(request))
        members = {"conversation": begun.conversation, "token": begun.token}
        return Response(encode(members), 201, HEADERS, _JSON)

    @router.post("/chat/conversations/{conversation}/messages")
    async def say(request: Request, conversation: str) -> Response:
        """Send `{text, client_id, choice?, attachments?}`; the same `client_id` again gives the very same replies."""
        await room.admission.admit(request, conversation)
        sent = parse_sent(await read_body(request, MAX_BODY, Refusal.TEXT_TOO_LONG))
        taken = await room.say(conversation, sent, language_of(request))
        return Response(compose_turn(taken), 200, HEADERS, _JSON)

    @router.get("/chat/conversations/{conversation}/messages")
    async def read(request: Request, conversation: str) -> Response:
        """Messages above `?after=`, for a page that was loaded again and for browsers that cannot read a stream."""
        await room.admission.admit(request, conversation)
        messages, more = await room.history(conversation, read_cursor(request))
        return Response(compose_history(messages, more=more), 200, HEADERS, _JSON)
