"""Part 5 as people live it: a table becomes a catalogue, and a citizen finds, reads and downloads what is published."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import httpx

from admin_api.api.authentication import Scope, hash_key
from casework.staff import Role
from casework.store import SqlUnitOfWork, open_store
from tests.running.console import browser_page, sign_in
from tests.running.front_desk import RunningDesk
from tests.running.product import WEB

REVIEWER_KEY = "swk_of-the-reviewer-in-tests"
DUE = {"review_due_on": "2030-01-01"}
TABLE = """标题,日期,类别,单位,公开属性,法律依据,正文,标识
夜市占道经营整治通告（示例）,2026-05-06,政策和规范性文件,交通警察支队,主动公开,,夜市摊点入场经营，占道的限期清退。,night-market
夜市巡查路线（示例）,2026-05-07,其他,traffic-police,不予公开,《政府信息公开条例》第十四条,夜市秘密,patrol-routes
夜市商户名单（示例）,2026-05-07,其他,traffic-police,依申请公开,《政府信息公开条例》第二十七条,夜市名单,traders
夜市没有日期,,其他,traffic-police,主动公开,,正文,no-date
"""
CLOSED = ("夜市巡查路线", "夜市商户名单", "夜市没有日期")
PUBLIC_PATHS = (
    "/disclosure?q=夜市",
    "/disclosure?unit=traffic-police",
    "/disclosure",
    "/search?q=夜市",
    "/units/traffic-police",
    "/suggest?q=夜市",
)


def hire_reviewer(desk: RunningDesk) -> None:
    """A second person, without whom nothing is published, and a key for their program."""

    def work(uow: SqlUnitOfWork) -> None:
        staff = uow.accounts.add_staff(
            "reviewer",
            display_name="复核员",
            unit="city-bureau",
            role=Role.INTAKE,
            language="zh",
            mail="reviewer@gaj.example",
            password_hash="none",
        )
        scopes = [Scope.ITEMS_READ.value, Scope.ITEMS_PUBLISH.value]
        uow.accounts.add_api_key("reviewer", hash_key(REVIEWER_KEY), scopes, now=datetime.now(UTC), staff_id=staff.id)

    store = open_store(desk.product.store_url)
    try:
        store.write(work)
    finally:
        store.close()


def move(desk: RunningDesk, slug: str, step: str, body: dict[str, str] | None = None) -> httpx.Response:
    """A step of the second person."""
    address = desk.product.url(f"/api/v1/items/{slug}/revisions/1/{step}")
    headers = {"authorization": f"Bearer {REVIEWER_KEY}", "idempotency-key": uuid.uuid4().hex}
    return WEB.post(address, json=body or {}, headers=headers)


def public(desk: RunningDesk, path: str) -> httpx.Response:
    """A page as a stranger sees it."""
    return WEB.get(desk.product.url(path))


def test_a_table_becomes_a_catalogue_in_which_a_citizen_finds_what_is_public_and_nothing_else(
    desk: RunningDesk,
) -> None:
    hire_reviewer(desk)
    with browser_page() as page:
        sign_in(page, desk)
        page.goto(desk.product.url("/staff/item-imports"))
        page.set_input_files("#file", {"name": "夜市.csv", "mimeType": "text/csv", "buffer": TABLE.encode("gb18030")})
        page.click("form[action='/staff/item-imports'] button[type=submit]")
        page.locator("#faults-heading").wait_for()
        refused = page.locator("table tbody tr").all_inner_texts()
        assert len(refused) == 1
        assert refused[0].startswith("5")
        page.click("form[action$='/review'] button[type=submit]")
        page.get_by_text("0 条已办，3 条未动").wait_for()

    for path in PUBLIC_PATHS:
        assert "夜市占道经营" not in public(desk, path).text, path
    assert public(desk, "/disclosure/night-market").status_code == 404
    for slug in ("night-market", "patrol-routes", "traders"):
        assert move(desk, slug, "review").status_code == 200
        assert move(desk, slug, "publish", DUE).json()["stage"] == "published"

    assert "夜市占道经营整治通告" in public(desk, "/disclosure?q=夜市").text
    assert "夜市占道经营整治通告" in public(desk, "/disclosure?q=清退&category=policy").text
    assert "夜市占道经营整治通告" in public(desk, "/suggest?q=夜市").text
    assert "限期清退" in public(desk, "/disclosure/night-market").text
    for path in PUBLIC_PATHS:
        said = public(desk, path).text
        assert not [title for title in CLOSED if title in said], path
    for slug in ("patrol-routes", "traders", "no-date"):
        assert public(desk, f"/disclosure/{slug}").status_code == 404
        assert public(desk, f"/disclosure/{slug}/file").status_code == 404

    assert move(desk, "night-market", "withdraw", {"reason": "已废止"}).status_code == 200
    assert public(desk, "/disclosure/night-market").status_code == 404
    assert "夜市占道经营" not in public(desk, "/disclosure?q=夜市").text


def test_the_bureau_shows_its_guide_forms_eight_publicities_and_the_screen_in_the_hall(desk: RunningDesk) -> None:
    guide = public(desk, "/disclosure/guide?lang=zh").text
    assert "/disclosure/forms/disclosure-application" in guide
    form = public(desk, "/disclosure/forms/disclosure-application/text")
    assert form.headers["content-disposition"].startswith("attachment")
    unit = public(desk, "/units/exit-entry?lang=zh").text
    for heading in ("职责", "权利", "岗位", "承诺", "程序", "收费", "结果", "监督"):
        assert heading in unit, heading
    assert "0396-000-0102" in unit
    assert "/hall/units/exit-entry" in public(desk, "/hall").text
    assert "120元" in public(desk, "/hall/procedures/passport-first?lang=zh").text
