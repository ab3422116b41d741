"""A walk over everything that the public can ask, and what each place answered.

Routes that only read are walked by themselves, with each of their parameters set to the trap: a new one needs no word
here. The others are named, with what is done at them or why nothing is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from itertools import product
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext
from pydantic import BaseModel
from starlette.testclient import TestClient

from admin_api.api.authentication import Scope
from casework.inbox import Arrival, InboxState
from casework.message import InboundMessage
from casework.outbox import OutboxState
from casework.party import Address, ChannelName
from casework.staff import Role
from mail_gateway.acceptance import accept_into
from mail_gateway.envelope import Envelope
from runtime.application import build_app
from runtime.house import House
from runtime.jobs import DRAIN
from tests.admin_api.api_desk import add_key, add_staff
from tests.architecture.hidden_entries import EDIT_OF, PLANTS, QUESTION, TRAP
from tests.architecture.open_doors import open_doors, routes_of

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LANGUAGES = ("zh", "en")
ASKED = (QUESTION, TRAP, f"请问{TRAP}在哪里办", f"{TRAP} fee")

NAMED: Mapping[str, str] = {
    "POST /chat/conversations": "walked by `_chat`",
    "POST /chat/conversations/{conversation}/messages": "walked by `_chat`",
    "GET /chat/conversations/{conversation}/messages": "walked by `_chat`",
    "POST /chat": "walked by `_chat_page`",
    "POST /telegram/webhook": "walked by `_post`: what it takes goes into the inbox",
    "GET /metrics": "walked by `_metrics`: other figures than those of knowledge change with every request",
    "GET /chat/conversations/{conversation}/events": "sends the messages that `_chat` reads",
    "POST /chat/conversations/{conversation}/attachments": "takes a file of the citizen's own",
    "GET /chat/conversations/{conversation}/attachments/{sha256}": "gives it back",
    "GET /chat/files/{name}": "our own script and style sheet",
    "ANY /static": "our own script, style sheet and pictures",
    "POST /chat/forget": "ends a conversation",
    "POST /status": "one case, to whoever knows its code",
    "POST /status/leave": "forgets the key to a case",
    "GET /status/{reference}": "one case, to whoever holds its key",
    "GET /status/{reference}/withdraw": "the same",
    "GET /status/{reference}/letters/{number}": "a letter of that case",
    "GET /status/{reference}/files/{sha256}": "a file of that case",
    "POST /status/{reference}/add": "changes one case",
    "POST /status/{reference}/confirm": "changes one case",
    "POST /status/{reference}/withdraw": "changes one case",
    "POST /status/{reference}/review": "changes one case",
    "POST /status/{reference}/rate": "changes one case",
    "POST /status/{reference}/publication": "changes one case",
    "GET /results/{number}": "a result that was made public",
    "POST /staff/sign-in": "an account of staff",
    "POST /staff/forgotten": "an account of staff",
    "POST /staff/reset": "an account of staff",
}
_PASSING = re.compile(
    r"""[0-9a-f]{16,}|[A-Za-z0-9_-]{32,}|\b[0-9A-Z]{5}-[0-9A-Z]{5}\b|(?<=client_id" value=")[^"]+"""
    r"""|(?<=data-conversation=")[^"]+|\d{4}-\d\d-\d\dT[\d:.+]+Z?|\d\d:\d\d"""
)
"""Tokens, ids, query codes and times: they differ from one request to the next."""


@dataclass(frozen=True)
class Walk:
    """One house and the routes of it."""

    house: House
    app: FastAPI

    @classmethod
    def through(cls, house: House) -> Walk:
        """A walk through every door of a house."""
        return cls(house, build_app(house))

    def unnamed(self) -> set[str]:
        """Public routes that nobody walks: neither of themselves nor by name."""
        return {name for name in open_doors(self.app) - set(NAMED) if not _walks_itself(name)}

    def answers(self) -> dict[str, str]:
        """What each public place says, without what passes, by place."""
        found: dict[str, str] = {}
        with TestClient(self.app, base_url="http://desk.example", follow_redirects=False) as client:
            client.headers.update({"origin": "http://desk.example", "sec-fetch-site": "same-origin"})
            for steps in (self._pages, self._api, self._chat, self._chat_page, self._metrics, self._post):
                found |= {place: _PASSING.sub("…", said) for place, said in steps(client)}
        return found

    def _pages(self, client: TestClient) -> Iterator[tuple[str, str]]:
        for name in sorted(open_doors(self.app) - set(NAMED)):
            context = routes_of(self.app)[name]
            for address, language in product(self._addresses(context), LANGUAGES):
                answer = client.get(address, headers={"accept-language": language})
                yield f"{address} [{language}]", f"{answer.status_code} {answer.text}"

    def _addresses(self, context: RouteContext) -> Iterator[str]:
        route = context.path or ""
        slugs = [one.slug for one in PLANTS] + [EDIT_OF] + [unit.slug for unit in self.house.bundle.bureau.units]
        paths = [route.replace("{slug}", slug) for slug in slugs] if "{slug}" in route else [route]
        queries = [f"?{name}={asked}" for name in _parameters(context) for asked in ASKED]
        yield from (f"{path}{query}" for path in paths for query in ["", *queries])

    def _api(self, client: TestClient) -> Iterator[tuple[str, str]]:
        """What a partner's program reads, whose key may read what is published and nothing else."""
        partner = add_staff(self.house.store, "partner", Role.HANDLER, "city-bureau")
        key = add_key(self.house.store, partner, (Scope.PROCEDURES_READ, Scope.UNITS_READ), nonce="partner")
        ours = [name for name in routes_of(self.app) if re.fullmatch(r"GET /api/v1/(procedures|units)(/{slug})?", name)]
        assert len(ours) == 4
        for name in ours:
            for address in self._addresses(routes_of(self.app)[name]):
                answer = client.get(address, headers={"authorization": f"Bearer {key}"})
                yield f"{address} [key]", f"{answer.status_code} {answer.text}"

    def _chat(self, client: TestClient) -> Iterator[tuple[str, str]]:
        begun = client.post("/chat/conversations", json={}).json()
        path, headers = f"/chat/conversations/{begun['conversation']}", {"authorization": f"Bearer {begun['token']}"}
        for number, asked in enumerate(ASKED):
            body = {"text": asked, "client_id": f"walk-{number}"}
            answer = client.post(f"{path}/messages", json=body, headers=headers)
            assert answer.status_code == 200, answer.text
            yield f"chat: {asked}", answer.text
        yield "chat: history", client.get(f"{path}/messages", headers=headers).text

    def _chat_page(self, client: TestClient) -> Iterator[tuple[str, str]]:
        for asked in ASKED:
            shown = re.search(r'name="client_id" value="([^"]+)"', client.get("/chat").text)
            assert shown is not None
            sent = client.post("/chat", data={"text": asked, "client_id": shown[1]}, follow_redirects=True)
            assert sent.status_code == 200, sent.text
            yield f"chat page: {asked}", sent.text

    def _metrics(self, client: TestClient) -> Iterator[tuple[str, str]]:
        lines = client.get("/metrics").text.splitlines()
        counted = [line for line in lines if line.startswith("sunwindow_entries")]
        assert counted
        yield "metrics", "\n".join(counted)

    def _post(self, _client: TestClient) -> Iterator[tuple[str, str]]:
        """Letters and Telegram messages, answered by the job that drains the inbox."""
        for number, asked in enumerate(ASKED):
            self._bring_letter(asked, f"writer{number}@citizen.example")
            self._bring_telegram(asked, str(7000 + number))
        self.house.work()[DRAIN]()
        with self.house.store.read() as uow:
            assert not uow.inbox.list((InboxState.RECEIVED, InboxState.SHUNTED), limit=50)
            sent = uow.outbox.list((OutboxState.DUE,), limit=100)
        assert {entry.to.channel for entry in sent} == {ChannelName.EMAIL, ChannelName.TELEGRAM}
        for entry in sent:
            said: Sequence[Any] = (entry.subject, entry.reply.text, entry.reply.choices, entry.reply.sources)
            yield f"{entry.to.channel.value} to {entry.to.value}", str(said)

    def _bring_letter(self, asked: str, sender: str) -> None:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, self.house.bundle.bureau.mailboxes[0], "咨询"
        mail["Message-ID"] = f"<walk.{sender}>"
        mail.set_content(f"{asked}？\n")
        accept = accept_into(self.house.store)

        async def bring() -> None:
            await accept(mail.as_bytes(), Envelope(sender, (self.house.bundle.bureau.mailboxes[0],), AT))

        asyncio.run(bring())

    def _bring_telegram(self, asked: str, chat: str) -> None:
        message = InboundMessage(Address(ChannelName.TELEGRAM, chat), f"{chat}:1", asked, AT)
        arrival = Arrival(ChannelName.TELEGRAM, message.external_id, f"telegram:{chat}", AT, message=message)
        self.house.store.write(lambda uow: uow.inbox.add(arrival))


def _walks_itself(name: str) -> bool:
    """Whether a route only reads, and has no other part in its path than the name of what is published."""
    method, _, path = name.partition(" ")
    return method == "GET" and set(re.findall(r"{(\w+)}", path)) <= {"slug"}


def _parameters(context: RouteContext) -> Iterator[str]:
    """Every query parameter of a route, those within a model too."""
    dependant = getattr(context, "dependant", None)
    for parameter in dependant.query_params if dependant is not None else ():
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from model.model_fields
        else:
            yield parameter.alias
