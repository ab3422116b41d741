"""The baseline of a chat turn: the leanest FastAPI route that commits one SQLite insert in its event loop."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response


def build(data: Path) -> FastAPI:
    """The application."""
    data.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(data / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, body BLOB)")
    app = FastAPI()

    @app.get("/")
    async def ready() -> Response:
        """Answer that the server runs."""
        return Response("ok")

    @app.post("/turn")
    async def turn(request: Request) -> Response:
        """Save what was sent, and say so."""
        connection.execute("INSERT INTO messages (body) VALUES (?)", (await request.body(),))
        return Response(b'{"replies":[]}', media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(build(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
