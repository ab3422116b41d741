"""One product with the peers it talks to, and the colleagues who work at its console and API."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from admin_api.api.authentication import Scope, hash_key
from admin_api.passwords import hash_password
from casework.staff import Role, Staff
from casework.store import SqlUnitOfWork, open_store
from tests.running.product import WEB, Product, running
from tests.running.smarthost import Smarthost, smarthost
from tests.telegram_peer import BotApiPeer

API_KEY = "swk_of-the-desk-in-tests"
PASSWORD = "ninety-nine-lanterns"


@dataclass
class RunningDesk:
    """The product and its surroundings."""

    product: Product
    smarthost: Smarthost
    telegram: BotApiPeer

    def api(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A request of a colleague's program; writes under a key of their own."""
        headers = {"authorization": f"Bearer {API_KEY}", "idempotency-key": uuid.uuid4().hex}
        address = self.product.url(f"/api/v1{path}")
        return WEB.request(method, address, json=body, headers=headers)

    def reply(self, reference: str, text: str) -> None:
        """A clerk answers a case."""
        answer = self.api("POST", f"/cases/{reference}/replies", {"text": text})
        assert answer.status_code in {200, 201}, answer.text


@contextmanager
def running_desk(folder: Path, database_url: str = "") -> Iterator[RunningDesk]:
    """A product that serves, with a mail server, a Bot API server, an administrator and an API key."""
    with ExitStack() as stack:
        mail = stack.enter_context(smarthost())
        telegram = stack.enter_context(BotApiPeer())
        extra = {
            "SUNWINDOW_SMARTHOST__HOST": "127.0.0.1",
            "SUNWINDOW_SMARTHOST__PORT": str(mail.port),
            "SUNWINDOW_SMARTHOST__TLS": "none",
            "SUNWINDOW_SMARTHOST__TIMEOUT": "3",
            "SUNWINDOW_TELEGRAM__TOKEN": telegram.token,
            "SUNWINDOW_TELEGRAM__BASE_URL": telegram.base_url,
        }
        product = stack.enter_context(running(Product(folder / "data", database_url, extra)))
        add_colleague(product)
        yield RunningDesk(product, mail, telegram)


def add_colleague(product: Product) -> None:
    """An administrator named `desk` and a key that may do everything."""

    def work(uow: SqlUnitOfWork) -> None:
        staff = _hire(uow, "desk", "值班员", Role.ADMINISTRATOR)
        scopes = [scope.value for scope in Scope]
        uow.accounts.add_api_key("tests", hash_key(API_KEY), scopes, now=datetime.now(UTC), staff_id=staff.id)

    _write(product, work)


def add_second_colleague(product: Product, name: str) -> None:
    """Somebody of the desk, so that what one drafts another may review."""
    _write(product, lambda uow: _hire(uow, name, "审核员", Role.INTAKE))


def _hire(uow: SqlUnitOfWork, name: str, display_name: str, role: Role) -> Staff:
    hashed = hash_password(PASSWORD)
    staff = uow.accounts.add_staff(
        name,
        display_name=display_name,
        unit="city-bureau",
        role=role,
        language="zh",
        mail=f"{name}@gaj.example",
        password_hash=hashed,
    )
    uow.accounts.set_password(staff.id, hashed, must_change=False)
    return staff


def _write(product: Product, work: Callable[[SqlUnitOfWork], object]) -> None:
    store = open_store(product.store_url)
    try:
        store.write(work)
    finally:
        store.close()
