"""Two colleagues who publish: one drafts, the other reviews, both through the API of a running product."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from admin_api.api.authentication import Scope, hash_key
from casework.staff import Role
from casework.store import SqlUnitOfWork, open_store
from tests.running.front_desk import API_KEY
from tests.running.product import WEB, Product

REVIEWER_KEY = "swk_of-a-second-pair-of-eyes"


def add_reviewer(product: Product) -> None:
    """A colleague whose key reads and publishes entries."""

    def work(uow: SqlUnitOfWork) -> None:
        staff = uow.accounts.add_staff(
            "shen",
            display_name="审核员",
            unit="city-bureau",
            role=Role.INTAKE,
            language="zh",
            mail="",
            password_hash="x",
        )
        scopes = [Scope.ENTRIES_READ.value, Scope.ENTRIES_PUBLISH.value]
        uow.accounts.add_api_key("eyes", hash_key(REVIEWER_KEY), scopes, now=datetime.now(UTC), staff_id=staff.id)

    store = open_store(product.store_url)
    try:
        store.write(work)
    finally:
        store.close()


def call(product: Product, method: str, path: str, body: object = None, *, key: str = API_KEY) -> httpx.Response:
    """A request to the API below /api/v1."""
    headers = {"authorization": f"Bearer {key}", "idempotency-key": uuid.uuid4().hex}
    return WEB.request(method, product.url(f"/api/v1{path}"), json=body, headers=headers)


def done(answer: httpx.Response) -> Any:
    """What a request that succeeded answered."""
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def latest_of(product: Product, slug: str) -> Any:
    """The newest revision of an entry."""
    return done(call(product, "GET", f"/entries/{slug}"))["items"][0]


def draft_edit(product: Product, slug: str, **changes: Any) -> Any:
    """A draft of an entry with some of its newest revision changed, by the one colleague."""
    latest = latest_of(product, slug)
    entry = done(call(product, "GET", f"/entries/{slug}/revisions/{latest['number']}"))["entry"]
    wanted = {"entry": {**entry, **changes}, "after": latest["number"]}
    return done(call(product, "POST", f"/entries/{slug}/drafts", wanted))


def step(product: Product, revision: Any, name: str, body: object = None) -> Any:
    """A step of the other colleague."""
    path = f"/entries/{revision['slug']}/revisions/{revision['number']}/{name}"
    return done(call(product, "POST", path, body or {}, key=REVIEWER_KEY))


def publish(product: Product, revision: Any) -> Any:
    """The other colleague reviews and publishes it."""
    due = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()
    step(product, revision, "review")
    return step(product, revision, "publish", {"review_due_on": due})
