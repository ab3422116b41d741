"""The web application of one process: every door's routes under one roof."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI

from admin_api.app import create_app
from bot.channels.web_chat import ChatLimits, WebChat, web_chat_routes
from bot.channels.web_chat_words import load_texts
from bot.web_store import SqlWebConversations
from casework.wording import load_wording
from runtime.house import House, now
from runtime.operations import operations_routes


def build_app(house: House) -> FastAPI:
    """Portal, console, API, web chat and operations over one house."""
    reasons = house.bundle.reworded(load_wording(files("mail_gateway") / "wording"))
    app = create_app(house.context, site=str(house.settings.public_url), reasons=reasons, stopping=house.stopping)
    app.include_router(web_chat_routes(_web_chat(house)))
    # Routes are tried in order, and most requests are turns of the chat.
    app.router.routes.insert(0, app.router.routes.pop())
    app.include_router(operations_routes(house.store, house.metrics, is_stopping=house.stopping.is_set))
    return app


def _web_chat(house: House) -> WebChat:
    http = house.settings.http
    return WebChat(
        store=house.store,
        blobs=house.blobs,
        bureau=house.bundle.bureau,
        take_turn=house.turns.take,
        conversations=lambda uow: SqlWebConversations(house.store.connection_of(uow)),
        clock=now,
        stopping=house.stopping,
        limits=ChatLimits(
            messages=http.chat_messages_a_minute,
            files=http.chat_messages_a_minute,
            conversations=http.chat_conversations_a_minute,
        ),
        wording=house.bundle.reworded(load_texts()),
    )
