"""A clerk at the console, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.running.front_desk import PASSWORD, RunningDesk

CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def browser_page(*, language: str = "zh-CN") -> Iterator[Page]:
    """An empty page of a browser that knows nobody."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = browser.new_context(locale=language).new_page()
            page.set_default_timeout(15_000)
            yield page
        finally:
            browser.close()


def sign_in(page: Page, desk: RunningDesk, name: str = "desk") -> None:
    """Sign in as a colleague of the desk."""
    page.goto(desk.product.url("/staff"))
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("form[action='/staff/sign-in'] button[type=submit]")
    page.wait_for_url("**/staff/queue*")


def answer_case(page: Page, desk: RunningDesk, reference: str, text: str) -> None:
    """Find a case in the queue, open it and answer the citizen."""
    page.goto(desk.product.url("/staff/queue"))
    page.click(f"a[href*='{reference}'] >> nth=0")
    page.fill("#reply-text", text)
    page.click("form[action$='/reply'] button[type=submit]")
    page.get_by_text(text).first.wait_for()
