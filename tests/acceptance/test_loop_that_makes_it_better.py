"""What citizens ask in vain becomes an answer: asked on three channels, drafted, reviewed, published, answered."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.running.citizens import ChatCitizen, a_letter, post
from tests.running.console import browser_page, sign_in
from tests.running.front_desk import RunningDesk, add_second_colleague
from tests.running.product import wait_until
from tests.running.visits import QUESTION

LOST = "id-card-lost"
ASKED = ("钱包掉河里证件没了", "钱包掉河里，证件没了", "钱包掉进河里证件没了怎么办")
TELEPHONE = "13800001111"
LETTER = f"您好，请问钱包掉河里，证件没了怎么办？我的电话是{TELEPHONE}。谢谢。"
POULTRY = "请问小区里可以养鸡吗？"
IN_CHINESE = (
    "小区里能不能养鸡",
    "在家养鸡可以吗",
    "楼下能养鸭子吗",
    "邻居养鸡合不合规定",
    "阳台上可以养鹅吗",
    "城里让不让养家禽",
    "住宅小区饲养家禽的规定",
)
IN_ENGLISH = (
    "may I keep chickens at home",
    "can I keep poultry",
    "are chickens allowed in the compound",
    "rules for keeping ducks",
    "my neighbour keeps geese",
)
LAW = {"title": {"zh": "示例规定", "en": "Example rules"}, "article": "第一条", "on": "2026-01-01"}
STAFF_ANSWER = "住宅小区内不得饲养家禽，可以向社区居委会咨询。"


@pytest.fixture(scope="module")
def reviewer(desk: RunningDesk) -> str:
    """A second person, since nobody reviews what they drafted."""
    add_second_colleague(desk.product, "shen")
    return "shen"


def said(desk: RunningDesk, question: str) -> str:
    """What a new visitor of the chat hears."""
    return "\n".join(reply["text"] for reply in ChatCitizen.begin(desk.product).say(question))


def sources(desk: RunningDesk, question: str) -> list[str]:
    """The entries on which the answer to a new visitor rests."""
    replies = ChatCitizen.begin(desk.product).say(question)
    return [source["procedure"] for reply in replies for source in reply["sources"]]


def open_gap(page: Page, desk: RunningDesk, words: str, kind: str = "") -> str:
    """Open the gap with these words from the list; how often it was asked."""
    page.goto(desk.product.url(f"/staff/gaps?kind={kind}"))
    row = page.locator("tbody tr").filter(has_text=words).first
    count = row.locator(".gap-count").inner_text()
    row.locator("a").first.click()
    page.locator("#wordings-heading").wait_for()
    return count


def publish(page: Page, desk: RunningDesk, slug: str, number: int) -> None:
    """Review and publish a revision at its page, with a look at what it does to the answers.

    A new entry moves what is sure enough for all; where that costs a few answers, the colleague accepts it.
    """
    address = desk.product.url(f"/staff/entries/{slug}/{number}")
    page.goto(address)
    page.click("form[action$='/review'] button[type=submit]")
    page.wait_for_url("**done=entry_review*")
    page.fill("#due-publish", "2027-05-25")
    expect(page.locator("#effect table.tally")).to_be_visible(timeout=60_000)
    assert "现行" in page.locator("#effect").inner_text()
    tick = page.locator("input[name=accept_drop]")
    if tick.count():
        tick.check()
    page.click("form[action$='/publish'] button[type=submit]")
    page.wait_for_url("**done=entry_publish*")


def test_what_was_asked_in_vain_on_three_channels_is_one_gap_and_is_answered_once_published(
    desk: RunningDesk, reviewer: str
) -> None:
    assert [sources(desk, words) for words in ASKED[:2]] == [[], []]
    desk.telegram.citizen(9001).says(ASKED[2])
    assert "120" not in desk.telegram.wait_for_sent(1, 9001)[0].text
    post(desk.product, a_letter(LETTER, sender="he@citizen.example", subject="咨询"), mail_from="he@citizen.example")
    desk.smarthost.wait_for("he@citizen.example")
    with browser_page() as page:
        sign_in(page, desk)
        assert open_gap(page, desk, "钱包掉") == "4"
        shown = page.inner_text("main")
        assert all(words in shown for words in ASKED)
        assert TELEPHONE not in page.content()
        page.fill("#q", "居民身份证丢失")
        page.click("form.find-entry button[type=submit]")
        page.locator("#phrasing").fill(f"{ASKED[0]}，电话{TELEPHONE}")
        page.locator(f"input[name=entry][value={LOST}]").check()
        page.click("form[action$='/phrasing'] button[type=submit]")
        page.get_by_role("alert").get_by_text("个人信息").wait_for()
        page.locator("#phrasing").fill(ASKED[0])
        page.click("form[action$='/phrasing'] button[type=submit]")
        page.wait_for_url("**done=phrasing_proposed*")
        assert "钱包掉" not in page.inner_text("main")
        page.goto(desk.product.url(f"/staff/entries/{LOST}/2"))
        assert page.locator("form[action$='/review']").count() == 0
    assert sources(desk, ASKED[1]) == []
    with browser_page() as page:
        sign_in(page, desk, reviewer)
        publish(page, desk, LOST, 2)
    wait_until(lambda: sources(desk, ASKED[0]) == [LOST], "the answer")
    assert sources(desk, ASKED[2]) == [LOST]
    before = len(desk.telegram.sent(9001))
    desk.telegram.citizen(9001).says(ASKED[2])
    assert "身份证" in desk.telegram.wait_for_sent(before + 1, 9001)[before].text


def test_a_staff_answer_to_a_letter_becomes_an_entry_that_answers_the_next_citizen(
    desk: RunningDesk, reviewer: str
) -> None:
    sender = "yang@citizen.example"
    post(desk.product, a_letter(f"您好，{POULTRY}", sender=sender, subject="咨询"), mail_from=sender)
    receipt = desk.smarthost.wait_for(sender)[0].text
    reference = re.search(r"ZMD-\d{4}-\d{6}-\d", receipt)
    assert reference
    desk.reply(reference[0], STAFF_ANSWER)
    with browser_page() as page:
        sign_in(page, desk)
        open_gap(page, desk, "养鸡")
        page.get_by_text(STAFF_ANSWER).wait_for()
        page.click("a[href^='/staff/proposals/']")
        page.fill("#slug", "poultry")
        page.click("form[action^='/staff/proposals/'] button[type=submit]")
        page.wait_for_url("**done=entry_proposed*")
    drafted = desk.api("GET", "/entries/poultry/revisions/1").json()
    assert (drafted["entry"]["summary"], drafted["stage"]) == ({"zh": STAFF_ANSWER}, "draft")
    mended = {
        **drafted["entry"],
        "title": {"zh": "小区饲养家禽", "en": "Keeping poultry in a residential compound"},
        "basis": [LAW],
        "summary": {"zh": STAFF_ANSWER, "en": "No poultry may be kept in residential compounds."},
        "phrasings": {
            "zh": [*drafted["entry"]["phrasings"]["zh"], *IN_CHINESE],
            "en": [*IN_ENGLISH],
        },
    }
    answer = desk.api("POST", "/entries/poultry/revisions/1/amendments", {"entry": mended, "edits": drafted["edits"]})
    assert answer.status_code == 200, answer.text
    with browser_page() as page:
        sign_in(page, desk, reviewer)
        publish(page, desk, "poultry", 1)
    wait_until(lambda: sources(desk, POULTRY) == ["poultry"], "the answer")
    assert STAFF_ANSWER in said(desk, POULTRY)


def test_a_thumb_down_in_chat_or_telegram_brings_the_question_to_staff(desk: RunningDesk) -> None:
    chat = ChatCitizen.begin(desk.product)
    (answered,) = chat.say(QUESTION)
    down = answered["thumbs"][1]
    chat.say(down["label"], choice=down["value"])
    citizen = desk.telegram.citizen(9002)
    citizen.says(QUESTION)
    shown = desk.telegram.wait_for_sent(1, 9002)[0]
    citizen.presses(shown, down["label"])
    desk.telegram.wait_for_sent(2, 9002)
    with browser_page() as page:
        sign_in(page, desk)
        assert open_gap(page, desk, QUESTION, kind="not_helpful") == "2"
        assert "当时给出的答复" in page.inner_text("main")
