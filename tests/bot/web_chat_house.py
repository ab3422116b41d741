"""A web chat on a loopback socket over a real store, and a desk that says what it heard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import uvicorn
from fastapi import FastAPI

from bot.channels.web_chat import ChatLimits, TurnTaken, WebChat, web_chat_routes
from bot.channels.web_chat_json import message_id
from bot.channels.web_chat_room import address_of
from bot.store import metadata as bot_metadata
from bot.web_store import SqlWebConversations
from casework.bureau import Bureau, Telephone, Unit, Words
from casework.errors import CaseworkUnavailable
from casework.inbox import Arrival, InboxState
from casework.message import Author, Choice, Direction, InboundMessage, InboxId, Message, Reply, Source
from casework.store import SqlStore, SqlUnitOfWork, open_store
from casework.store.blobs import DirectoryBlobs
from casework.working_days import WorkCalendar

HOST_SITE = "http://site.example"
BUREAU = Bureau(
    slug="test",
    name=Words("测试市公安局", "Test City Bureau"),
    reference_prefix="TST",
    calendar=WorkCalendar(time_zone=ZoneInfo("Asia/Shanghai")),
    units=(Unit("root", Words("测试市公安局", "Test City Bureau"), "bureau"),),
    commitments={},
    telephones=(Telephone(Words("咨询电话", "Enquiries"), "000-0101"),),
    emergency=tuple(
        Telephone(Words(zh, en), number)
        for number, zh, en in (
            ("110", "报警", "Police"),
            ("119", "火警", "Fire"),
            ("120", "急救", "Ambulance"),
            ("122", "交通事故", "Traffic accidents"),
        )
    ),
    embed_origins=(HOST_SITE, "https://city.example"),
)
SOURCE = Source("passport-first", "首次申请普通护照", "2026-11-01", ("《中华人民共和国护照法》第五条（2006-04-29）",))


@dataclass
class Desk:
    """Answers every message with its own words; can be told to be in trouble."""

    store: SqlStore
    in_trouble: bool = False
    lost_answers: int = 0
    """So many turns are committed while their answer is lost on the way."""
    heard: list[InboundMessage] = field(default_factory=list)

    def take_turn(self, message: InboundMessage) -> Future[TurnTaken]:
        if self.in_trouble:
            failed: Future[TurnTaken] = Future()
            failed.set_exception(CaseworkUnavailable("the disk is full"))
            return failed
        taken = self.store.submit(lambda uow: self._answer(message, uow))
        if self.lost_answers:
            self.lost_answers -= 1
            taken.result()
            raise RuntimeError("the answer is lost on the way")
        return taken

    def _answer(self, message: InboundMessage, uow: SqlUnitOfWork) -> TurnTaken:
        arrival = Arrival(
            message.sender.channel, message.external_id, message.sender.value, message.received_at, message
        )
        inbox_id, is_new = uow.inbox.add(arrival, state=InboxState.HANDLED)
        if is_new:
            self.heard.append(message)
            self._record(message, uow, inbox_id)
        own, *replies = uow.threads.messages_of_arrival(inbox_id)
        said = tuple((message_id(reply), _as_reply(reply)) for reply in replies)
        return TurnTaken(said, repeated=not is_new, message=message_id(own))

    def _record(self, message: InboundMessage, uow: SqlUnitOfWork, inbox_id: InboxId) -> None:
        now = message.received_at
        party = uow.parties.ensure(message.sender, language="zh", name=None, now=now)
        thread = uow.threads.ensure_chat(message.sender, party.id, language="zh", now=now)
        uow.threads.add_message(
            thread.id,
            Direction.INBOUND,
            Author.CITIZEN,
            message.text,
            now=now,
            inbox_id=inbox_id,
            attachments=message.attachments,
        )
        answer = reply_to(message)
        uow.threads.add_message(
            thread.id, Direction.OUTBOUND, Author.DESK, answer.text, now=now, reply=answer, inbox_id=inbox_id
        )


def reply_to(message: InboundMessage) -> Reply:
    """What the desk says: the words, or for some words what a page must be able to show."""
    if "护照" in message.text:
        thumbs = (Choice("helpful:7", "有帮助"), Choice("unhelpful:7", "没帮助"))
        return Reply("每本120元。\n\n• 身份证原件\n• 近期照片", sources=(SOURCE,), key="answer", thumbs=thumbs)
    if message.text in ("投诉", "complain"):
        choices = (Choice("file:yes", "是，提交"), Choice("file:no", "不提交"))
        return Reply("要提交这份投诉吗？", choices=choices, key="complaint.confirm")
    if message.choice == "file:yes":
        return Reply(
            "已收到您的投诉。编号 TST-2026-000123-4，查询码 7KQ2M-XW9RT，请保存好。",
            case="TST-2026-000123-4",
            key="complaint.filed",
        )
    return Reply(f"听到：{message.text[:200]}", key="heard")


def _as_reply(message: Message) -> Reply:
    facts = message.reply
    return Reply(
        message.text,
        choices=tuple(Choice(**choice) for choice in facts.get("choices", ())),  # type: ignore[attr-defined]
        thumbs=tuple(Choice(**thumb) for thumb in facts.get("thumbs", ())),  # type: ignore[attr-defined]
        sources=tuple(Source(**{**one, "basis": tuple(one["basis"])}) for one in facts.get("sources", ())),  # type: ignore[attr-defined]
        case=facts.get("case"),  # type: ignore[arg-type]
        key=str(facts.get("key", "")),
    )


@dataclass
class House:
    """What a test can reach."""

    url: str
    store: SqlStore
    desk: Desk
    chat: WebChat
    client: httpx2.Client

    def begin(self) -> Visitor:
        begun = self.client.post("/chat/conversations").json()
        return Visitor(self, begun["conversation"], begun["token"])

    def staff_writes(self, visitor: Visitor, text: str, *, direction: Direction = Direction.OUTBOUND) -> int:
        """Put words of staff into the conversation; their number."""

        def work(uow: SqlUnitOfWork) -> int:
            thread = uow.threads.find_chat(address_of(visitor.conversation))
            assert thread is not None
            now = datetime.now(UTC)
            author = Author.STAFF
            return uow.threads.add_message(thread.id, direction, author, text, now=now, reply=Reply(text)).number

        return self.store.write(work)


@dataclass
class Visitor:
    """Somebody who holds the token of one conversation."""

    house: House
    conversation: str
    token: str

    @property
    def path(self) -> str:
        return f"/chat/conversations/{self.conversation}"

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def says(self, text: str, client_id: str = "one", **more: object) -> httpx2.Response:
        body = {"text": text, "client_id": client_id, **more}
        return self.house.client.post(f"{self.path}/messages", json=body, headers=self.headers)

    def reads(self, after: int = 0) -> list[dict[str, object]]:
        answer = self.house.client.get(f"{self.path}/messages?after={after}", headers=self.headers)
        assert answer.status_code == 200
        messages: list[dict[str, object]] = answer.json()["messages"]
        return messages

    def uploads(self, name: str, data: bytes) -> httpx2.Response:
        files = {"file": (name, data)}
        return self.house.client.post(f"{self.path}/attachments", files=files, headers=self.headers)


@contextmanager
def open_house(folder: Path, limits: ChatLimits | None = None, *, bureau: Bureau = BUREAU) -> Iterator[House]:
    """A web chat that listens on a free port until the test is over."""
    store = open_store(f"sqlite:///{folder / 'chat.sqlite3'}")
    store.create_tables()
    bot_metadata.create_all(store.engine)
    desk = Desk(store)
    chat = WebChat(
        store=store,
        blobs=DirectoryBlobs(folder / "blobs"),
        bureau=bureau,
        take_turn=desk.take_turn,
        conversations=lambda uow: SqlWebConversations(store.connection_of(uow)),
        clock=lambda: datetime.now(UTC),
        limits=limits or ChatLimits(),
    )
    app = FastAPI()
    app.include_router(web_chat_routes(chat))
    with serving(app, chat.stopping) as url, httpx2.Client(base_url=url, timeout=20) as client:
        yield House(url, store, desk, chat, client)
    store.close()


@contextmanager
def serving(app: FastAPI, stopping: threading.Event | None = None) -> Iterator[str]:
    """The address of a server in a thread."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = threading.Event()
    for _ in range(500):
        if server.started:
            break
        deadline.wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        if stopping is not None:
            stopping.set()
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "the server did not stop: a stream kept it"
