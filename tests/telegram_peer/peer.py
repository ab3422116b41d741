"""What a test holds: the running server, and citizens who write to the bot through it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import uvicorn

from tests.telegram_peer.exchange import Exchange, Fault, Json, Sent
from tests.telegram_peer.server import BotApiServer, DroppableProtocol

TOKEN = "4242:loopback-token"


class BotApiPeer:
    """A Bot API server on 127.0.0.1 in a thread of its own; use it as a context manager."""

    def __init__(self) -> None:
        """Take a free port; nothing answers there before `start`."""
        self.token = TOKEN
        self.exchange = Exchange(TOKEN)
        self._port = 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Where the server is, without `/bot`."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Answer, on the same port as before when it was stopped; returns when it is reachable."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listener, started)), daemon=True)
        self._thread.start()
        assert started.wait(10), "the Bot API server did not start"

    def stop(self) -> None:
        """Refuse connections from now on; what was sent and what waits is kept."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(10)
            self._server = self._thread = None

    async def _serve(self, listener: socket.socket, started: threading.Event) -> None:
        api = BotApiServer(self.exchange)
        api.watch()
        config = uvicorn.Config(
            api.app, http=DroppableProtocol, ws="none", lifespan="off", log_config=None, access_log=False
        )
        self._server = uvicorn.Server(config)
        hook = asyncio.create_task(api.deliver_to_webhook())
        listener.listen(100)
        started.set()
        await self._server.serve(sockets=[listener])
        hook.cancel()
        self.exchange.on_update = lambda: None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def citizen(self, chat_id: int = 5001, *, name: str = "Test Citizen", language: str = "zh-hans") -> Citizen:
        """A person in a private chat with the bot."""
        first, _, last = name.partition(" ")
        person = {"id": chat_id, "first_name": first} | ({"last_name": last} if last else {})
        self.exchange.chats.setdefault(chat_id, person | {"type": "private"})
        return Citizen(self.exchange, chat_id, person | {"is_bot": False, "language_code": language})

    def fail(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """The next calls of `method` (or `download`) meet this fault."""
        for _ in range(times):
            self.exchange.add_fault(method, fault)

    def sent(self, chat_id: int | None = None) -> list[Sent]:
        """What the bot sent, to one chat or to all."""
        with self.exchange.changed:
            return [sent for sent in self.exchange.sent if chat_id in (None, sent.chat_id)]

    def wait_for_sent(self, count: int, chat_id: int | None = None, *, seconds: float = 10) -> list[Sent]:
        """What the bot sent, as soon as it is this many."""
        self.exchange.wait_until(lambda: len(self.sent(chat_id)) >= count, seconds=seconds, what=f"message {count}")
        return self.sent(chat_id)

    def calls(self, method: str) -> list[Json]:
        """Parameters of every call of a method so far."""
        with self.exchange.changed:
            return [params for name, params in self.exchange.calls if name == method]

    def wait_for_calls(self, method: str, count: int, *, seconds: float = 10) -> list[Json]:
        """Parameters of the calls of a method, as soon as they are this many."""
        self.exchange.wait_until(lambda: len(self.calls(method)) >= count, seconds=seconds, what=f"{method} {count}")
        return self.calls(method)

    def wait_until_confirmed(self, *, seconds: float = 10) -> None:
        """Wait until the bot has confirmed every update."""
        self.exchange.wait_until(lambda: not self.exchange.unconfirmed(), seconds=seconds, what="confirmation")


@dataclass(frozen=True, slots=True)
class Citizen:
    """One person's side of a private chat; every act returns the update that it caused."""

    exchange: Exchange
    chat_id: int
    person: Json

    def sends(self, **body: object) -> Json:
        """A message with any fields of the Bot API, e.g. `location={…}`."""
        return self.exchange.add_update("message", self._message(self.exchange.number("message")) | body)

    def says(self, text: str) -> Json:
        """A text, or a command."""
        if not text.startswith("/"):
            return self.sends(text=text)
        length = len(text.partition(" ")[0])
        return self.sends(text=text, entities=[{"type": "bot_command", "offset": 0, "length": length}])

    def sends_document(self, name: str, data: bytes, *, caption: str = "", content_type: str = "") -> Json:
        """A file, as it is."""
        document = self.exchange.add_file(name, data) | {"file_name": name}
        if content_type:
            document["mime_type"] = content_type
        return self.sends(document=document, **({"caption": caption} if caption else {}))

    def sends_photo(self, data: bytes, *, caption: str = "", album: str = "") -> Json:
        """A photo in two sizes, the larger one last; `album` joins several into one."""
        small = self.exchange.add_file("small.jpg", data[:1]) | {"width": 90, "height": 60}
        large = self.exchange.add_file("large.jpg", data) | {"width": 900, "height": 600}
        extra = {"caption": caption} if caption else {}
        return self.sends(photo=[small, large], **extra, **({"media_group_id": album} if album else {}))

    def presses(self, sent: Sent, label: str) -> Json:
        """Press the button with this label under a message of the bot."""
        value = next(value for text, value in sent.buttons if text == label)
        body: Json = {
            "id": f"callback-{self.exchange.number('callback')}",
            "from": self.person,
            "message": sent.message,
            "chat_instance": f"instance-{self.chat_id}",
            "data": value,
        }
        return self.exchange.add_update("callback_query", body)

    def edits(self, update: Json, text: str, *, seconds_later: int = 5) -> Json:
        """Change the text of an earlier message."""
        message = update["message"] | {"text": text, "edit_date": update["message"]["date"] + seconds_later}
        return self.exchange.add_update("edited_message", message)

    def repeats(self, update: Json) -> None:
        """The network delivers the same update once more."""
        self.exchange.repeat_update(update)

    def blocks(self) -> None:
        """Block the bot."""
        self.exchange.blocked.add(self.chat_id)

    def _message(self, message_id: int) -> Json:
        chat = self.exchange.chats[self.chat_id]
        return {"message_id": message_id, "from": self.person, "chat": chat, "date": int(time.time())}
