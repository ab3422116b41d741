"""The web application of one process: every door's routes under one roof."""

from __future__ import annotations

from fastapi import FastAPI

from admin_api.app import create_app
from bot.channels.web_chat import WebChat, web_chat_routes
from runtime.house import House, now
from runtime.operations import operations_routes


def build_app(house: House) -> FastAPI:
    """Portal, console, API, web chat and operations over one house."""
    app = create_app(house.context, site=str(house.settings.public_url))
    app.include_router(
        web_chat_routes(
            WebChat(
                store=house.store,
                blobs=house.blobs,
                bureau=house.bundle.bureau,
                take_turn=house.turns.take,
                clock=now,
                wake=house.jobs.wake,
            )
        )
    )
    app.include_router(operations_routes(house.store, house.metrics, is_stopping=house.stopping.is_set))
    return app
