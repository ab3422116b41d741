"""Two processes on one PostgreSQL: what is published through one is answered by the other, and nobody waits."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import as_file
from pathlib import Path
from typing import Self

import httpx
import pytest

from runtime.bundle import demo_bundle
from tests.running.citizens import ChatCitizen
from tests.running.databases import fresh_database
from tests.running.front_desk import add_colleague
from tests.running.product import WEB, Product, running, wait_until
from tests.running.publishing import add_reviewer, call, done, draft_edit, latest_of, publish, step

SLUG = "passport-first"
QUESTION = "办护照要多少钱"
ANSWERED_WITHIN = 5.0
ASKED_EVERY = 0.05


@dataclass
class Traffic:
    """Somebody who asks one process again and again, as often as a busy hall does."""

    product: Product
    answers: int = 0
    failures: list[str] = field(default_factory=list)
    _ends: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ends.set()
        self._thread.join(30)

    def _ask(self) -> None:
        with httpx.Client(trust_env=False, timeout=10) as client:
            while not self._ends.wait(ASKED_EVERY):
                try:
                    page = client.get(self.product.url("/search"), params={"q": QUESTION})
                except httpx.HTTPError as error:
                    self.failures.append(type(error).__name__)
                    continue
                self.answers += 1
                if page.status_code != 200 or f"/procedures/{SLUG}" not in page.text:
                    self.failures.append(f"{page.status_code}")


def a_small_bundle(folder: Path) -> Path:
    """The demo bureau with passports alone.

    What is measured is how an edit travels; both processes index at once, which takes longer the more there is.
    """
    with as_file(demo_bundle()) as demo:
        shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("questions.toml", "__pycache__"))
    for entry in (folder / "procedures").iterdir():
        if not entry.name.startswith("passport-"):
            entry.unlink()
    return folder


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, Product]]:
    """Two processes of one installation."""
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        extra = {"SUNWINDOW_BUNDLE": str(a_small_bundle(tmp_path_factory.mktemp("bureau") / "bundle"))}
        first, second = (
            Product(tmp_path_factory.mktemp(f"process-{number}") / "data", url, extra, roles="http,smtp")
            for number in (1, 2)
        )
        stack.enter_context(running(first))
        stack.enter_context(running(second))
        add_colleague(first)
        add_reviewer(first)
        yield first, second


def answered(citizen: ChatCitizen) -> tuple[str, str]:
    """The version that a citizen's answer names, and the answer."""
    reply = citizen.say(QUESTION)[0]
    return str(reply["sources"][0]["version"]), str(reply["text"])


def test_both_processes_entered_the_bundle_once(both: tuple[Product, Product]) -> None:
    history = done(call(both[1], "GET", f"/entries/{SLUG}"))["items"]
    assert [(one["number"], one["stage"]) for one in history] == [(1, "published")]


def test_an_edit_published_through_one_process_is_answered_by_the_other_within_five_seconds(
    both: tuple[Product, Product],
) -> None:
    first, second = both
    of_first, of_second = (ChatCitizen.begin(product) for product in both)
    before, _ = answered(of_second)
    fee = {"zh": "工本费每本168元。", "en": "168 yuan per passport.", "yuan": [168]}
    with Traffic(first) as here, Traffic(second) as there:
        published = publish(first, draft_edit(first, SLUG, fee=fee))
        began = time.monotonic()
        wait_until(lambda: answered(of_second)[0] == published["version"], "the edit in the other process", seconds=30)
        took = time.monotonic() - began
        wait_until(lambda: answered(of_first)[0] == published["version"], "the edit in the same process", seconds=30)
    assert took < ANSWERED_WITHIN
    assert published["version"] != before
    assert "168元" in answered(of_second)[1]
    assert (here.failures, there.failures) == ([], [])
    assert min(here.answers, there.answers) > 0
    page = WEB.get(second.url(f"/procedures/{SLUG}")).text
    assert "168元" in page


def _is_gone(product: Product) -> bool:
    return WEB.get(product.url(f"/procedures/{SLUG}")).status_code == 410


def test_what_is_withdrawn_through_one_process_is_answered_by_neither(both: tuple[Product, Product]) -> None:
    second = both[1]
    step(second, latest_of(second, SLUG), "withdraw", {"reason": "示例"})
    for product in both:
        wait_until(partial(_is_gone, product), "the withdrawal", seconds=ANSWERED_WITHIN)
        found = WEB.get(product.url("/search"), params={"q": QUESTION}).text
        assert f"/procedures/{SLUG}" not in found
    assert all("sunwindow_knowledge_stale 0.0" in WEB.get(product.url("/metrics")).text for product in both)
