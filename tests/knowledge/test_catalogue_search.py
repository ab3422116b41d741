"""Finding published items by any stretch of their titles, on both databases, with facets that add up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from casework.store import SqlStore, open_store
from knowledge.catalogue.item import Category, Item
from knowledge.catalogue.search import PAGE_SIZE, CatalogueQuery, Found
from knowledge.catalogue.terms import index_terms, initials_of, meaning, strictly
from knowledge.errors import KnowledgeNotFound
from knowledge.publication import Stage
from knowledge.store import SqlCatalogue, metadata
from tests.knowledge.a_catalogue import HIDDEN, ON_APPLICATION, a_revision, an_item

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
TITLES = st.text(st.one_of(HAN, HAN, HAN, st.sampled_from("〔〕（）—12ab 、，𠮷㐀程式乾后")), min_size=2, max_size=30)


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    opened = open_store(store_url)
    metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def catalogue(store: SqlStore) -> Iterator[SqlCatalogue]:
    with store.engine.begin() as connection:
        yield SqlCatalogue(connection)


def enter(catalogue: SqlCatalogue, *items: Item) -> None:
    catalogue.enter(a_revision(item) for item in items)


def slugs(found: Found) -> list[str]:
    return [listed.slug for listed in found.items]


def find(catalogue: SqlCatalogue, words: str, **chosen: object) -> list[str]:
    return slugs(catalogue.find(CatalogueQuery(words, **chosen)))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TITLES, data=st.data())
def test_any_two_characters_in_a_row_of_a_title_find_it(
    catalogue: SqlCatalogue, title: str, data: st.DataObject
) -> None:
    enter(catalogue, an_item("a", title), an_item("b", "另一份文件"))
    for stretch in re.findall(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]{2,}", title):
        start = data.draw(st.integers(0, len(stretch) - 2))
        end = data.draw(st.integers(start + 2, len(stretch)))
        found = catalogue.find(CatalogueQuery(stretch[start:end]))
        assert "a" in slugs(found)
        assert not found.is_loose


@pytest.mark.parametrize("words", ["許可", "許可事項", "ＸＫ", "xk-2026", "2026", "公告", "许", "告", "第12号"])
def test_traditional_wide_and_single_characters_find_what_is_meant(catalogue: SqlCatalogue, words: str) -> None:
    enter(
        catalogue, an_item("a", "关于公布行政许可事项的公告", document_number="XK〔2026〕第12号"), an_item("b", "统计")
    )
    assert find(catalogue, words) == ["a"]


def test_a_title_counts_for_more_than_a_text(catalogue: SqlCatalogue) -> None:
    enter(
        catalogue,
        an_item("text", "年度工作安排", text="养犬登记。养犬检查。"),
        an_item("title", "养犬登记办法", text="一般规定。" * 50),
    )
    assert find(catalogue, "养犬") == ["title", "text"]


def test_a_question_in_whole_sentences_is_answered_by_its_words_and_says_so(catalogue: SqlCatalogue) -> None:
    enter(catalogue, an_item("dogs", "养犬登记办法"), an_item("plates", "机动车号牌管理规定"))
    found = catalogue.find(CatalogueQuery("请问养犬登记有什么办法呢"))
    assert (slugs(found), found.is_loose) == (["dogs"], False), "all its words are there"
    found = catalogue.find(CatalogueQuery("请问宠物蜥蜴要养犬登记吗"))
    assert (slugs(found), found.is_loose) == (["dogs"], True), "some are"
    assert slugs(catalogue.find(CatalogueQuery("请问宠物蜥蜴呢"))) == []


@pytest.mark.parametrize(
    "words", ["'", '"', '" OR 1=1 --', "*", "NEAR(", "a:b", "title_terms:x", "(", "&|!", "：", "\x00", "^公 -告"]
)
def test_signs_of_the_databases_mean_nothing(catalogue: SqlCatalogue, words: str) -> None:
    enter(catalogue, an_item("a", "公告"))
    catalogue.find(CatalogueQuery(words))
    catalogue.suggest(words, limit=5)


def test_only_what_is_published_and_proactive_can_be_found_or_counted(catalogue: SqlCatalogue) -> None:
    catalogue.enter(
        [
            a_revision(an_item("open", "公开的名册")),
            a_revision(an_item("hidden", "保密的名册", classification=HIDDEN)),
            a_revision(an_item("asked", "申请才给的名册", classification=ON_APPLICATION)),
            *(a_revision(an_item(f"at-{stage}", "名册"), stage) for stage in Stage if stage is not Stage.PUBLISHED),
        ]
    )
    found = catalogue.find(CatalogueQuery("名册"))
    assert slugs(found) == ["open"]
    assert found.total == sum(found.facets.categories.values()) == 1
    assert slugs(catalogue.find(CatalogueQuery())) == ["open"]
    assert [listed.slug for listed in catalogue.suggest("名册", limit=9)] == ["open"]
    with pytest.raises(KnowledgeNotFound):
        catalogue.get("hidden")


def test_an_item_that_is_reclassified_withdrawn_or_renamed_is_found_no_more_by_its_old_words(
    catalogue: SqlCatalogue,
) -> None:
    enter(catalogue, an_item("a", "旧标题"), an_item("b", "公开名册"), an_item("c", "撤回的公告"))
    enter(catalogue, an_item("a", "新名称"), an_item("b", "公开名册", classification=HIDDEN))
    catalogue.leave_out(["c"])
    catalogue.leave_out(["never-there"])
    assert find(catalogue, "旧标") == find(catalogue, "公开名册") == find(catalogue, "撤回") == []
    assert find(catalogue, "新名") == ["a"]
    assert catalogue.find(CatalogueQuery()).total == 1


def test_facets_count_what_each_choice_would_leave(catalogue: SqlCatalogue) -> None:
    enter(
        catalogue,
        an_item("a", "公告一", category=Category.POLICY, unit="x", dated_on=date(2025, 1, 1)),
        an_item("b", "公告二", category=Category.POLICY, unit="y", dated_on=date(2026, 1, 1)),
        an_item("c", "公告三", category=Category.OTHER, unit="x", dated_on=date(2026, 1, 1)),
        an_item("d", "别的事", category=Category.OTHER, unit="x", dated_on=date(2026, 1, 1)),
    )
    for words, hits in (("公告", 3), ("", 4)):
        found = catalogue.find(CatalogueQuery(words, unit="x", year=2026))
        assert found.total == len(found.items) == hits - 2
        assert found.facets.units == {"x": hits - 2, "y": 1}
        assert found.facets.years == {2026: hits - 2, 2025: 1}
        assert found.facets.categories[Category.POLICY] == 0
    for category in Category:
        everything = catalogue.find(CatalogueQuery("公告"))
        chosen = catalogue.find(CatalogueQuery("公告", category))
        assert chosen.total == everything.facets.categories[category] == len(chosen.items)


def test_pages_hold_every_item_once_and_newest_first(catalogue: SqlCatalogue) -> None:
    enter(
        catalogue,
        *(
            an_item(f"i-{n}", "同样的公告", dated_on=date(2020 + n % 5, 1 + n % 12, 1))
            for n in range(PAGE_SIZE * 2 + 3)
        ),
    )
    for words in ("", "公告"):
        pages = [find(catalogue, words, page=page) for page in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 3, 0]
        assert len({slug for page in pages for slug in page}) == PAGE_SIZE * 2 + 3
    dates = [listed.dated_on for listed in catalogue.find(CatalogueQuery()).items]
    assert dates == sorted(dates, reverse=True)


def test_suggestions_come_from_titles_and_from_initials(catalogue: SqlCatalogue) -> None:
    enter(catalogue, an_item("a", "身份证办理指南"), an_item("b", "补领身份证"), an_item("c", "养犬", text="身份证"))
    assert {listed.slug for listed in catalogue.suggest("身份", limit=9)} == {"a", "b"}
    assert [listed.slug for listed in catalogue.suggest("sfz", limit=9)] == ["a"]
    assert [listed.slug for listed in catalogue.suggest("SFZB", limit=9)] == ["a"]
    assert len(catalogue.suggest("身份", limit=1)) == 1
    assert catalogue.suggest("", limit=5) == catalogue.suggest("%", limit=5) == []


def test_the_longest_texts_and_broad_words_are_found_on_both_databases(catalogue: SqlCatalogue) -> None:
    everything = "".join(chr(0x4E00 + place) for place in range(20_000))
    enter(catalogue, an_item("long", "全部汉字", text=everything + "在后面的词"))
    assert find(catalogue, everything[9_000:9_040]) == ["long"]
    assert find(catalogue, "在后面的词条") == []


def test_restored_rows_are_found_without_being_entered_again(store: SqlStore) -> None:
    with store.engine.begin() as connection:
        enter(SqlCatalogue(connection), an_item("a", "公告"))
        tables = [metadata.tables[name] for name in ("catalogue_search", "catalogue_terms")]
        kept = [[dict(row) for row in connection.execute(table.select()).mappings()] for table in tables]
        for table in reversed(tables):
            connection.execute(table.delete())
        assert find(SqlCatalogue(connection), "公告") == []
        for table, rows in zip(tables, kept, strict=True):
            connection.execute(table.insert(), [{c.name: row[c.name] for c in table.columns} for row in rows])
        assert find(SqlCatalogue(connection), "公告") == ["a"]


def test_the_index_is_undone_with_the_transaction(store: SqlStore) -> None:
    with store.engine.connect() as connection:
        enter(SqlCatalogue(connection), an_item("a", "公告"))
        connection.rollback()
        assert find(SqlCatalogue(connection), "公告") == []
    if store.engine.dialect.name == "sqlite":
        with store.engine.begin() as connection:
            connection.execute(text("INSERT INTO catalogue_words (catalogue_words) VALUES ('integrity-check')"))


def test_terms_are_pairs_whole_words_and_numbers() -> None:
    assert index_terms("公安局 Permits 第12号") == ["公安", "安局", "局", "permit", "第", "12", "号"]
    assert initials_of("身份证（2026年）办理") == "sfz2026nbl"
    assert not strictly("，。！")
    assert not meaning("的")
