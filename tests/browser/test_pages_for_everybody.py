"""What every page owes its readers: it fits a phone, works by keyboard, can be read, and names its parts."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect

from admin_api.item_publishing import import_items
from casework.inbox import Arrival, InboxState, RawMail, Reading
from casework.kinds import CaseKind
from casework.party import ChannelName
from casework.ports import UnitOfWork
from tests.admin_api.front_desk import FrontDesk
from tests.admin_api.serving import Served
from tests.browser.console_steps import overflow_of, sign_in

PUBLIC = [
    "/",
    "/search?q=办护照要多少钱",
    "/search?q=qwzx",
    "/procedures/passport-first",
    "/units/exit-entry",
    "/disclosure",
    "/disclosure?q=公告&category=policy",
    "/disclosure?q=qwzx",
    "/disclosure/guide",
    "/disclosure/forms/disclosure-application",
    "/hall",
    "/hall/units/exit-entry",
    "/hall/procedures/passport-first",
    "/hall/letters?typed=SFZ",
    "/status",
    "/nowhere",
]
STAFF = [
    "/staff/queue",
    "/staff/cases/ZMD-2026-000001-1",
    "/staff/triage",
    "/staff/triage/1",
    "/staff/outbox?view=due",
    "/staff/items?stage=published",
    "/staff/items/dog-licence",
    "/staff/items/dog-licence/1/edit",
    "/staff/new-item",
    "/staff/item-imports",
    "/staff/item-imports/1",
    "/staff/accounts",
    "/staff/keys",
    "/staff/password",
]

# Contrast of every visible text with what lies behind it (WCAG 2.2, 1.4.3); pictures behind text are not judged.
_CONTRAST = """() => {
  const lum = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, base) => {
    const a = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map(i => top[i] * a + base[i] * (1 - a));
  };
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length && (c.length < 4 || c[3] > 0)) layers.push(c);
      if (c.length && (c.length < 4 || c[3] === 1)) break;
    }
    return layers.reverse().reduce((base, c) => over(c, base), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const text = walker.currentNode.textContent.trim();
    if (!text || !box.width || style.visibility === 'hidden' || element.closest('[aria-hidden]')) continue;
    const base = behind(element);
    const [a, b] = [lum(over(parse(style.color), base)), lum(base)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`${text.slice(0, 20)}: ${ratio.toFixed(2)}`);
  }
  return found;
}"""
_NAMELESS = """() => [...document.querySelectorAll(
    'input:not([type=hidden]), select, textarea, button, a, img, iframe')]
  .filter(e => !e.closest('[aria-hidden]') && e.tabIndex !== -1 || e.tagName === 'IMG')
  .filter(e => e.tagName === 'IMG' ? !e.hasAttribute('alt')
    : !(e.labels && e.labels.length) && !e.textContent.trim() && !e.title && !e.getAttribute('aria-label')
      && !e.querySelector('img[alt]:not([alt=""])'))
  .map(e => e.outerHTML.slice(0, 90))"""
_SMALL = """() => [...document.querySelectorAll('button, .button, select, nav a, summary')]
  .filter(e => e.getBoundingClientRect().width)
  .filter(e => e.getBoundingClientRect().height < 24)
  .map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture
def furnished(desk: FrontDesk) -> FrontDesk:
    desk.receive(
        "示例路18号门口的路灯坏了三个星期" * 3 + "https://very-long-address.example/" + "x" * 90,
        details={"facts": "路灯坏了", "place": "示例路18号"},
        anonymous=True,
    )
    desk.receive("昨晚车窗被砸", kind=CaseKind.CRIME_REPORT, address="w2")

    def hold(uow: UnitOfWork) -> None:
        raw = RawMail("wu@mail.example", ("xinxiang@gaj.example",), b"Subject: x\r\n\r\n")
        inbox_id, _ = uow.inbox.add(Arrival(ChannelName.EMAIL, "m1", "wu@mail.example", desk.now, raw_mail=raw))
        reading = Reading("戊 <wu@mail.example>", "关于路灯", "你好", "<p>你好</p>")
        uow.inbox.finish(inbox_id, InboxState.HELD, now=desk.now, reading=reading)

    desk.store.write(hold)
    desk.fill_catalogue()
    table = "标题,日期,类别,单位,正文,标识\n养犬登记说明,2026-05-06,其他,exit-entry,正文,dog-licence\n,昨天,其他,,,\n"
    with desk.store.read() as uow:
        staff = next(one for one in uow.accounts.list_staff() if one.name == "zong")
    import_items("目录.csv", BytesIO(table.encode()), staff=staff, context=desk.context)
    return desk


@pytest.fixture(params=[1280, 360], ids=["desktop", "phone"])
def reader(request: pytest.FixtureRequest, chromium: Browser, furnished: FrontDesk, served: Served) -> Iterator[Page]:
    """A page of somebody on a wide or a narrow screen."""
    context = chromium.new_context(
        base_url=served.address, viewport={"width": request.param, "height": 800}, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


def judge(page: Page, path: str, language: str) -> list[str]:
    """Everything that is wrong with a page, by name."""
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    wrong = [f"{path} {language} contrast {one}" for one in page.evaluate(_CONTRAST)]
    wrong += [f"{path} {language} nameless {one}" for one in page.evaluate(_NAMELESS)]
    wrong += [f"{path} {language} small {one}" for one in page.evaluate(_SMALL)]
    if (wide := overflow_of(page)) > 0:
        wrong.append(f"{path} {language} is {wide} pixels too wide")
    if page.locator("h1").count() != 1:
        wrong.append(f"{path} {language} has not one heading of the first rank")
    return wrong


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_public_page_fits_can_be_read_and_names_its_parts(language: str, reader: Page) -> None:
    assert [fault for path in PUBLIC for fault in judge(reader, path, language)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_staff_page_fits_can_be_read_and_names_its_parts(language: str, reader: Page) -> None:
    assert judge(reader, "/staff/sign-in", "zh") == []
    sign_in(reader, "guan")
    assert [fault for path in STAFF for fault in judge(reader, path, language)] == []


def test_the_portal_is_used_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    outline = page.locator("#q").evaluate("e => getComputedStyle(e).outlineStyle + getComputedStyle(e).outlineWidth")
    assert outline == "solid3px"
    page.keyboard.type("身份证丢了怎么补")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    page.locator(".found a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("身份证")


def test_a_citizen_looks_a_case_up_on_a_phone_without_scripts(
    desk: FrontDesk, served: Served, chromium: Browser
) -> None:
    opened = desk.receive("路灯坏了")
    context = chromium.new_context(
        base_url=served.address, viewport={"width": 360, "height": 740}, locale="en-GB", java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Track a case").click()
    page.get_by_label("Reference").fill(opened.case.reference.replace("-", ""))
    page.get_by_label("Query code").fill("AAAAA-AAAAA")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("is not right")
    page.get_by_label("Query code").fill(opened.query_code)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name=opened.case.reference)).to_be_visible()
    expect(page.get_by_text("15 days left")).to_be_visible()
    context.close()
