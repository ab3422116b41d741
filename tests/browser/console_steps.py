"""What people do on the pages, step by step."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.admin_api.front_desk import PASSWORD


def sign_in(page: Page, name: str) -> None:
    """Sign in by typing, as a person does."""
    page.goto("/staff")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/staff/queue")


def overflow_of(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
