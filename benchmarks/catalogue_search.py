"""Searching the disclosure catalogue of 100,000 items on both databases, beside what each database does bare.

The baseline is the bare ranked query for the same terms, without facets, counts and titles: FTS5 with bm25, and `@@`
with ts_rank. What LIKE over the titles alone takes is noted beside it.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select, text

from benchmarks.figure import Figure
from casework.store import open_store
from knowledge.catalogue.item import Category, Item, body_of
from knowledge.catalogue.search import CatalogueQuery
from knowledge.catalogue.terms import strictly
from knowledge.publication import Stage, Standing
from knowledge.revisions import Revision, Subject
from knowledge.store import SqlCatalogue
from knowledge.store.catalogue_index import Fts5, TextSearch, WordIndex
from runtime.migrating import migrate
from tests.running.databases import fresh_database, own_server

ITEMS = 100_000
ASKED = 400
SLOWEST_MEDIAN = 50.0
NOW = datetime(2026, 11, 25, tzinfo=UTC)
_TOPICS = """户籍 护照 身份证 居住证 驾驶证 机动车 交通 消防 治安 禁毒 出入境 网络 保安 特种行业 枪支 爆炸物 养犬 旅馆
印章 典当 反诈 防范 巡逻 监控 校园 民爆 剧毒 大型活动 集会 签证 通行证 边防 年度 预算 决算 采购 招录 培训 考核
督察 信访 投诉"""
_ACTS = "登记 管理 审批 许可 整治 检查 公示 公开 办理 实施 开展 规范 加强 改进 调整 废止 修订 清理 公布 受理"
_KINDS = "通知 公告 办法 规定 细则 方案 规划 报告 指南 意见 目录 清单 标准 流程 批复 决定 预案 统计 简报 说明"
_PLACES = "全市 市区 示例路 演示街 样例镇 派出所 窗口 支队 大队 辖区 车站 学校 社区 乡镇 高速 城区 景区 园区"
TOPICS, ACTS, KINDS, PLACES = (words.split() for words in (_TOPICS, _ACTS, _KINDS, _PLACES))
UNITS = [f"unit-{number}" for number in range(12)]


def some_items(count: int, seed: int = 7) -> Iterator[Revision]:
    """Invented documents whose words come as unevenly as in true ones."""
    chance = random.Random(seed)
    syllables = [chr(0x4E00 + 7 * place) for place in range(900)]
    words = TOPICS + ACTS + KINDS + PLACES + ["".join(chance.sample(syllables, 2)) for _ in range(4_000)]
    weights = [1 / (place + 4) for place in range(len(words))]
    categories = list(Category)
    for number in range(count):
        place, topic, act, kind = (chance.choice(row) for row in (PLACES, TOPICS, ACTS, KINDS))
        dated_on = date(2008, 5, 1) + timedelta(days=chance.randrange(6_700))
        item = Item(
            slug=f"item-{number}",
            title=f"关于{place}{topic}{act}工作的{kind}（第{number}号）",
            category=chance.choice(categories),
            unit=chance.choice(UNITS),
            dated_on=dated_on,
            document_number=f"示公〔{dated_on.year}〕{number}号",
            text="".join(chance.choices(words, weights, k=100)),
        )
        standing = Standing(Stage.PUBLISHED, "a", NOW, published_by="b", published_at=NOW)
        yield Revision(Subject.ITEM, item.slug, 1, item.title, item.unit, body_of(item), standing)


def some_questions(count: int, seed: int = 11) -> list[str]:
    """What people type: mostly a topic, often two words, at times a number or something rare."""
    chance = random.Random(seed)
    forms: list[Callable[[], str]] = [
        lambda: chance.choice(TOPICS),
        lambda: chance.choice(TOPICS) + chance.choice(ACTS),
        lambda: f"{chance.choice(TOPICS)} {chance.choice(KINDS)}",
        lambda: f"{chance.choice(PLACES)}{chance.choice(TOPICS)}{chance.choice(ACTS)}",
        lambda: f"示公〔{chance.randrange(2009, 2026)}〕{chance.randrange(ITEMS)}号",
        lambda: f"怎么查{chance.choice(TOPICS)}的{chance.choice(KINDS)}",
    ]
    return [forms[number % len(forms)]() for number in range(count)]


def catalogue_search(folder: Path) -> list[Figure]:
    """Milliseconds of a search at the median, with and without a facet chosen, and of suggestions."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        server = stack.enter_context(own_server())
        postgres = stack.enter_context(fresh_database(server.get_uri()))
        for name, url in (("sqlite", f"sqlite:///{folder / 'catalogue.sqlite3'}"), ("postgresql", postgres)):
            store = open_store(url)
            stack.callback(store.close)
            migrate(store.engine)
            started = time.perf_counter()
            with store.engine.begin() as connection:
                SqlCatalogue(connection).enter(some_items(ITEMS))
            filled = time.perf_counter() - started
            print(f"  {name}: entered in {filled:.0f} s", flush=True)
            if name == "postgresql":
                with store.engine.begin() as connection:
                    connection.execute(text("ANALYZE"))
            with store.read() as uow:
                figures += _measure(name, store.connection_of(uow), filled)
    return figures


def _measure(name: str, connection: Connection, filled: float) -> list[Figure]:
    catalogue, questions = SqlCatalogue(connection), some_questions(ASKED)
    index: WordIndex = Fts5() if name == "sqlite" else TextSearch()
    like = text("SELECT slug FROM catalogue_search WHERE title LIKE :words ORDER BY dated_on DESC LIMIT 20")

    def bare(words: str) -> None:
        wanted = strictly(words)
        index.run(connection, select(index.id).where(index.has(wanted)).order_by(index.rank(wanted)).limit(20))

    plain = _median(lambda words: catalogue.find(CatalogueQuery(words)), questions)
    narrowed = _median(lambda words: catalogue.find(CatalogueQuery(words, Category.POLICY, year=2020)), questions)
    base = _median(bare, questions)
    liked = _median(lambda words: connection.execute(like, {"words": f"%{words}%"}).all(), questions[:60])
    newest = _median(lambda _: catalogue.find(CatalogueQuery()), questions[:60])
    typed = [words[: 1 + number % 3] for number, words in enumerate(questions)] + ["sfz", "gyqs", "g", "hj"]
    suggested = _median(lambda words: catalogue.suggest(words, limit=6), typed)
    note = f"{ITEMS} items, entered in {filled:.0f} s; LIKE over titles alone {liked:.0f} ms"
    return [
        Figure(f"catalogue_{name}_ms", plain, "ms", base, SLOWEST_MEDIAN, less_is_better=True, note=note),
        Figure(f"catalogue_facet_{name}_ms", narrowed, "ms", base, SLOWEST_MEDIAN, less_is_better=True),
        Figure(f"catalogue_newest_{name}_ms", newest, "ms", base, SLOWEST_MEDIAN, less_is_better=True),
        Figure(f"suggest_{name}_ms", suggested, "ms", base, 20.0, less_is_better=True, note="items alone"),
    ]


def _median(ask: Callable[[str], object], questions: list[str]) -> float:
    for words in questions[:20]:
        ask(words)
    took, busy = [], []
    for words in questions:
        started, cpu = time.perf_counter(), time.thread_time()
        ask(words)
        busy.append(time.thread_time() - cpu)
        took.append(time.perf_counter() - started)
    took.sort()
    p90, p99 = (1000 * took[int(len(took) * share)] for share in (0.9, 0.99))
    # On a machine with other work the second is what the first would be without it, but for a database server's share.
    median, cpu = 1000 * statistics.median(took), 1000 * statistics.median(busy)
    print(f"    {median:.1f}, p90 {p90:.1f}, p99 {p99:.1f}; CPU {cpu:.1f}")
    return median
