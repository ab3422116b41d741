"""Reading pages as a browser does: forms with their tokens, and a client that keeps cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from admin_api.app import create_app
from tests.admin_api.front_desk import PASSWORD, FrontDesk

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_VERSION = re.compile(r'name="version" value="(\d+)"')


class Browser:
    """One person's browser."""

    def __init__(self, app: FastAPI, language: str = "zh") -> None:
        self.client = TestClient(app, base_url="http://desk.example", raise_server_exceptions=False)
        self.client.headers.update({"accept": "text/html", "accept-language": language})

    def open(self, path: str) -> Response:
        return self.client.get(path)

    def send(self, page: str, action: str, fields: Mapping[str, Any] | None = None, **options: Any) -> Response:
        """Fill a form of `page` and send it to `action`; redirects are not followed."""
        shown = self.client.get(page)
        token, version = _TOKEN.search(shown.text), _VERSION.search(shown.text)
        filled = {"csrf": token[1] if token else "", **({"version": version[1]} if version else {}), **(fields or {})}
        return self.client.post(action, data=filled, follow_redirects=False, **options)

    def sign_in(self, name: str, password: str = PASSWORD) -> Response:
        return self.send("/staff/sign-in", "/staff/sign-in", {"name": name, "password": password})


@contextmanager
def signed_in(desk: FrontDesk, name: str, **options: Any) -> Iterator[Browser]:
    """A browser of somebody who is signed in."""
    browser = Browser(create_app(desk.context, **options))
    answer = browser.sign_in(name)
    assert answer.status_code == 303, answer.text
    with browser.client:
        yield browser


def text_of(response: Response) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())
