"""From a question that nobody could answer to its answer: asked, proposed, reviewed, published, answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework.staff import Role
from runtime.bundle import load_bundle
from runtime.entering import enter_bundle
from runtime.live_knowledge import LiveKnowledge
from tests.admin_api.asked_questions import ask
from tests.admin_api.browsing import Browser, signed_in, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk, know_demo

LOST = "id-card-lost"
ASKED = ("钱包掉河里证件没了", "钱包掉河里，证件没了", "钱包掉进河里证件没了怎么办")
STOLEN = "昨天把身份证弄丢了想补一张"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[FrontDesk]:
    """A desk that answers from what is published, with two people and the bureau's labelled questions."""
    desk = a_front_desk(tmp_path)
    bundle = load_bundle()
    enter_bundle(desk.store, bundle.library, now=desk.now)
    live = LiveKnowledge(desk.store, lambda: desk.now, know_demo)
    desk.context = replace(
        desk.context,
        library=lambda: live().library,
        knowledge=live,
        labelled=((STOLEN, (LOST,)), ("首次办护照多少钱", ("passport-first",)), ("市图书馆几点关门", ())),
    )
    for name in ("wang", "shen"):
        desk.hire(name, Role.INTAKE)
    yield desk
    desk.store.close()


def refresh(desk: FrontDesk) -> None:
    """What every process does each second."""
    assert isinstance(desk.context.knowledge, LiveKnowledge)
    assert desk.context.knowledge.refresh()


def step(browser: Browser, slug: str, number: int, name: str, **fields: str) -> int:
    page = f"/staff/entries/{slug}/{number}"
    edits = re.search(r'name="edits" value="(\d+)"', browser.open(page).text)
    assert edits
    sent = browser.send(page, f"{page}/{name}", {"edits": edits[1], **fields})
    return sent.status_code


def propose(browser: Browser, slug: str, phrasing: str) -> None:
    """Add the first gap as a phrasing to an entry."""
    gap = re.search(r'href="(/staff/gaps/\d+)\?', browser.open("/staff/gaps").text)
    assert gap
    fields = {"entry": slug, "phrasing": phrasing, "language": "zh", "seen": "999"}
    assert browser.send(gap[1], f"{gap[1]}/phrasing", fields).status_code == 303


def test_a_question_asked_in_three_wordings_is_answered_in_the_end(desk: FrontDesk) -> None:
    for number, words in enumerate(ASKED):
        assert ask(desk, words, who=f"web-{number}").decision != "answer"
    answered = ask(desk, "办护照要多少钱", who="web-0")
    thumbs = [thumb.value for numbered in answered.replies for thumb in numbered.reply.thumbs]
    sorry = ask(desk, "没帮助", choice=thumbs[1], who="web-0")
    assert sorry.replies[0].reply.key == "thumb.sorry"

    with signed_in(desk, "wang") as browser:
        page = browser.open("/staff/gaps")
        assert re.findall(r'class="gap-count"[^>]*><b>(\d+)</b>', page.text) == ["3", "1"]
        assert "没帮助" in text_of(page)
        propose(browser, LOST, ASKED[0])
        assert step(browser, LOST, 2, "review") == 422
    with signed_in(desk, "shen") as browser:
        assert step(browser, LOST, 2, "review") == 303
        effect = text_of(browser.open(f"/staff/entries/{LOST}/2/effect"))
        assert "用 6 个已知答案的问题" in effect
        assert "答对 3 6 +3" in effect
        assert step(browser, LOST, 2, "publish", review_due_on="2027-05-25") == 303
    refresh(desk)
    for words in ASKED:
        again = ask(desk, words, who="web-7")
        assert again.decision == "answer"
        assert again.replies[0].reply.sources[0].procedure == LOST
    with signed_in(desk, "wang") as browser:
        assert re.findall(r'class="gap-count"[^>]*><b>(\d+)</b>', browser.open("/staff/gaps").text) == ["1"]


def test_a_phrasing_that_makes_answers_worse_is_published_only_with_a_tick(desk: FrontDesk) -> None:
    """One entry is given a question that another answers: the drop is shown in words before anybody can publish it."""
    ask(desk, ASKED[0])
    with signed_in(desk, "wang") as browser:
        propose(browser, "passport-first", STOLEN)
    with signed_in(desk, "shen") as browser:
        assert step(browser, "passport-first", 2, "review") == 303
        page = "/staff/entries/passport-first/2"
        shown = browser.open(page)
        assert f'hx-get="{page}/effect"' in shown.text
        assert "这一稿之后还有新稿" not in text_of(shown)
        part = browser.client.get(f"{page}/effect", headers={"hx-request": "true"})
        assert "答对的会变少，或者答错的会变多" in text_of(part)
        assert STOLEN in part.text
        assert 'name="accept_drop"' in part.text
        sent = browser.send(page, f"{page}/publish", {"edits": "1", "review_due_on": "2027-05-25"})
        assert sent.status_code == 422
        assert "公布后答复会变差" in text_of(sent)
        assert 'name="accept_drop"' in sent.text
        assert "答错 0 1 +1" in text_of(sent)
        assert step(browser, "passport-first", 2, "publish", review_due_on="2027-05-25", accept_drop="true") == 303
    refresh(desk)
    assert ask(desk, STOLEN, who="web-8").replies[0].reply.sources[0].procedure == "passport-first"
