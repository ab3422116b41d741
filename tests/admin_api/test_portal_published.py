"""The public pages: everything that is published, honest about what is not, and how to reach a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from admin_api.app import create_app
from admin_api.pages import CONTENT_SECURITY_POLICY, texts
from knowledge.procedure import FacetName, Language
from tests.admin_api.browsing import Browser, text_of
from tests.admin_api.front_desk import FrontDesk, a_front_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDesk]:
    desk = a_front_desk(tmp_path_factory.mktemp("portal"))
    yield desk
    desk.store.close()


@pytest.fixture
def browser(desk: FrontDesk) -> Browser:
    return Browser(create_app(desk.context))


def test_the_front_page_names_the_bureau_every_procedure_and_every_way_in(desk: FrontDesk, browser: Browser) -> None:
    page = browser.open("/")
    bureau = desk.context.office.bureau
    assert bureau.name.zh in page.text
    for procedure in desk.context.library():
        assert f'href="/procedures/{procedure.slug}"' in page.text
    for telephone in (*bureau.telephones, *bureau.emergency):
        assert f'href="tel:{telephone.number}"' in page.text
    assert {telephone.number for telephone in bureau.emergency} >= {"110", "119", "120", "122"}
    assert f'href="mailto:{bureau.mailboxes[0]}"' in page.text
    assert 'href="/chat"' in page.text
    assert 'action="/search"' in page.text
    assert bureau.office_hours.zh in text_of(page)


def test_a_question_finds_its_entry_first(browser: Browser) -> None:
    page = browser.open("/search?q=办护照要多少钱").text
    assert page.index("/procedures/passport-first") == page.index("/procedures/")
    assert 'class="best"' in page


@pytest.mark.parametrize("question", ["qwzxv", "😀😀", "' OR 1=1 --"])
def test_an_honest_nothing_says_how_to_reach_a_person(question: str, browser: Browser) -> None:
    page = browser.client.get("/search", params={"q": question})
    assert page.status_code == 200
    said = text_of(page)
    assert "没有找到已公布的答案" in said
    assert 'href="/chat"' in page.text
    assert "0396-000-0101" in said


def test_a_question_is_shown_as_it_was_typed_and_bounded(browser: Browser) -> None:
    page = browser.client.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    assert browser.client.get("/search", params={"q": "长" * 6_000}).status_code == 200
    assert browser.open("/search").status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_procedure_page_says_all_that_is_published_and_what_is_not(
    language: str, desk: FrontDesk, browser: Browser
) -> None:
    chosen: Language = "en" if language == "en" else "zh"
    missing = texts().texts[chosen]["portal.facet.missing"]
    for procedure in desk.context.library():
        page = browser.open(f"/procedures/{procedure.slug}?lang={language}")
        said = text_of(page)
        assert page.status_code == 200
        assert procedure.version in said
        for law in procedure.basis:
            assert law.cite(chosen) in said
        for facet in procedure.facets.values():
            assert all(" ".join(line.split()) in said for line in facet.lines(chosen))
        unpublished = [facet for facet in procedure.facets.values() if facet.bureau_must_fill]
        assert said.count(missing) == len(unpublished)
        assert FacetName.FEE not in procedure.facets or texts().texts[chosen]["portal.facet.fee"] in said


def test_every_unit_has_a_page_with_where_it_is_and_what_it_offers(desk: FrontDesk, browser: Browser) -> None:
    for unit in desk.context.office.bureau.units:
        page = browser.open(f"/units/{unit.slug}")
        assert page.status_code == 200
        assert unit.name.zh in page.text
        assert unit.telephone in page.text
        assert unit.mail not in page.text or not unit.mail, "where work is announced is not for the public"


@pytest.mark.parametrize("path", ["/procedures/none", "/units/none", "/nowhere"])
def test_what_is_not_there_is_said_kindly_with_a_way_on(path: str, browser: Browser) -> None:
    for language, said in (("zh", "没有这个页面"), ("en", "There is no such page")):
        answer = browser.open(f"{path}?lang={language}")
        assert answer.status_code == 404
        assert said in text_of(answer)
        assert 'href="/"' in answer.text


@pytest.mark.parametrize("path", ["/", "/search?q=护照", "/procedures/passport-first", "/units/exit-entry", "/status"])
def test_every_public_page_has_the_strict_headers_a_skip_link_and_a_language(path: str, browser: Browser) -> None:
    answer = browser.open(path)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert '<a class="skip" href="#content">' in answer.text
    assert '<main id="content"' in answer.text
    scripts = re.findall(r"<script[^>]*>[^<]*</script>", answer.text)
    assert len(scripts) == answer.text.count("<script") == 1, "the one that suggests, which nothing here needs"
    assert re.fullmatch(r'<script src="/static/suggest\.js\?v=\w+" defer></script>', scripts[0])
    assert 'lang="zh-CN"' in answer.text
    assert "lang=en" in answer.text


def test_a_language_that_was_chosen_is_remembered_and_a_strange_one_ignored(browser: Browser) -> None:
    assert 'lang="en"' in browser.open("/?lang=en").text
    assert '<html lang="en">' in browser.open("/").text
    assert '<html lang="en">' in browser.open("/?lang=fr").text


def test_every_text_exists_in_both_languages_with_the_same_placeholders() -> None:
    assert texts().faults() == ()
