"""The web application of one process: every door's routes under one roof."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI

from admin_api.app import create_app
from bot.channels.web_chat import WebChat, web_chat_routes
from bot.web_store import SqlWebConversations
from casework.ports import UnitOfWork
from casework.store import SqlUnitOfWork
from casework.wording import load_wording
from runtime.house import House, now
from runtime.operations import operations_routes


def build_app(house: House) -> FastAPI:
    """Portal, console, API, web chat and operations over one house."""
    reasons = house.bundle.reworded(load_wording(files("mail_gateway") / "wording"))
    app = create_app(house.context, site=str(house.settings.public_url), reasons=reasons)
    app.include_router(web_chat_routes(_web_chat(house)))
    app.include_router(operations_routes(house.store, house.metrics, is_stopping=house.stopping.is_set))
    return app


def _web_chat(house: House) -> WebChat:
    return WebChat(
        store=house.store,
        blobs=house.blobs,
        bureau=house.bundle.bureau,
        take_turn=house.turns.take,
        conversations=lambda uow: SqlWebConversations(house.store.connection_of(uow)),
        clock=now,
        stopping=house.stopping,
    )


def _web_conversations(uow: UnitOfWork) -> SqlWebConversations:
    if not isinstance(uow, SqlUnitOfWork):
        raise TypeError("the web chat keeps its conversations in the house's own store")
    return SqlWebConversations(uow.connection)
