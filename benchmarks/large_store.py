"""What a store with a million cases costs: queue, case, status, search, annual report, opening a case.

Each is measured first over 1,000 cases in the same store, which is the baseline, then over as many as are asked for:
SUNWINDOW_BENCH_CASES, 100,000 unless it says otherwise. SUNWINDOW_BENCH_STORES names the databases.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from benchmarks.figure import Figure
from casework.actions.counting import outcomes_in
from casework.actions.intake import open_case
from casework.actions.office import Office
from casework.actions.reporting import report_of_year
from casework.annual.forms import Form
from casework.annual.statement import Statement
from casework.bureau import Bureau
from casework.case import CaseStatus
from casework.commands import OpenCase
from casework.events import CaseEvent, EventName, chained
from casework.kinds import CaseKind
from casework.message import Author, Direction
from casework.party import Address, ChannelName
from casework.period_figures import Period, count_figures
from casework.ports import QueueFilter
from casework.rates import Grouping
from casework.references import make_reference
from casework.reply_kinds import ApplicantKind, ReplyKind
from casework.search_terms import index_terms, reference_terms
from casework.signature import signature_of
from casework.store import SqlStore, open_store
from casework.store.case_file_tables import case_signatures
from casework.store.search_tables import case_terms
from casework.store.tables import case_events, cases, messages, parties, threads
from casework.wording import Wording, load_wording
from runtime.bundle import load_bundle
from runtime.migrating import migrate
from tests.running.databases import fresh_database, own_server

FEW = 1_000
SLOWEST_MEDIAN = 50.0
REPORT_SECONDS = 60.0
OPENING_RATIO = 1.2
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
_AT_ONCE = 20_000
_WRITTEN = 50_000
"""So many are written one by one; of more the database makes copies with references and numbers of their own."""
_ROWS_A_CASE = {"messages": 2, "case_events": 4}
_DAYS = 3 * 365
"""Over which the cases came in."""
_OPEN_DAYS = 25
"""What came in later than this is open, as is one in two hundred of the rest."""
_PLACES = [
    "示例路",
    "演示街",
    "样例镇",
    "城北",
    "城南",
    "车站",
    "学校",
    "窗口",
    "大厅",
    "社区",
]
_MATTERS = [
    "排队",
    "态度",
    "噪音",
    "停车",
    "护照",
    "户籍",
    "身份证",
    "驾驶证",
    "养犬",
    "治安",
    "巡逻",
    "监控",
    "消防",
    "收费",
    "告知",
    "材料",
    "预约",
    "电话",
    "落户",
    "迁移",
]
_ACTS = [
    "太久",
    "不好",
    "扰民",
    "占道",
    "办理",
    "丢失",
    "更正",
    "投诉",
    "建议",
    "咨询",
    "申请公开",
    "没有答复",
    "需要更正",
    "请求核实",
]
_KINDS = (
    (CaseKind.CONSULTATION, 45),
    (CaseKind.COMPLAINT, 25),
    (CaseKind.SUGGESTION, 12),
    (CaseKind.DISCLOSURE_APPLICATION, 15),
    (CaseKind.CRIME_REPORT, 3),
)


def large_store(folder: Path) -> list[Figure]:
    """Milliseconds at the median over many cases beside those over a thousand, for each database."""
    many = int(os.environ.get("SUNWINDOW_BENCH_CASES", "100000"))
    stores = os.environ.get("SUNWINDOW_BENCH_STORES", "sqlite,postgresql").split(",")
    bureau = load_bundle().bureau
    figures: list[Figure] = []
    with ExitStack() as stack:
        for name in stores:
            url = f"sqlite:///{folder / 'large.sqlite3'}"
            if name == "postgresql":
                server = stack.enter_context(own_server())
                url = stack.enter_context(fresh_database(server.get_uri()))
            store = open_store(url)
            stack.callback(store.close)
            migrate(store.engine)
            figures += _measure_store(name, store, bureau, many)
    return figures


def _measure_store(name: str, store: SqlStore, bureau: Bureau, many: int) -> list[Figure]:
    fill = Filling(bureau)
    fill.add(store, FEW)
    few = _measure(store, bureau, fill)
    began = time.perf_counter()
    fill.add(store, many - FEW)
    print(f"  {name}: {many:,} cases filled in {time.perf_counter() - began:.0f} s", flush=True)
    found = _measure(store, bureau, fill)
    note = f"{many:,} cases; the baseline has {FEW:,}"
    figures = [
        Figure(f"{key}_{name}", found[key], "ms", few[key], SLOWEST_MEDIAN, less_is_better=True, note=note)
        for key in ("queue", "queue_unit", "queue_page", "case", "status", "search", "search_broad", "search_rare")
    ]
    opening = Figure(
        f"open_{name}",
        found["open"],
        "ms",
        few["open"],
        OPENING_RATIO,
        judges_ratio=True,
        less_is_better=True,
        note=note,
    )
    seconds = [
        Figure(f"{key}_{name}", found[key], "s", few[key], REPORT_SECONDS, less_is_better=True, note=note)
        for key in ("report", "figures_year")
    ]
    return [*figures, opening, *seconds]


class Filling:
    """Invented cases, always the same, written in bulk."""

    def __init__(self, bureau: Bureau) -> None:
        """Begin with an empty store."""
        self._bureau = bureau
        self._chance = random.Random(5)
        self._units = [unit.slug for unit in bureau.units]
        self._last = 0
        self.references: list[str] = []

    def add(self, store: SqlStore, count: int) -> None:
        """So many cases more, each with a party, a thread, two messages and its events."""
        tables = (parties, threads, cases, messages, case_events, case_terms, case_signatures)
        written = min(count, _WRITTEN)
        first = self._last
        with store.engine.begin() as connection:
            for size in _batches(written):
                rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in tables}
                for _ in range(size):
                    self._one(rows)
                for table in tables:
                    _write(connection, table, rows[table.name])
            for copy in range(1, -(-count // written)):
                for table in tables:
                    _copy(connection, table, first, written, copy)
            self._last += written * (-(-count // written) - 1)
            _advance(connection)
        _settle(store)
        # What is opened in between takes the ids that follow.
        self._last += 10_000

    def _one(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self._last += 1
        number, chance = self._last, self._chance
        kind = chance.choices([kind for kind, _ in _KINDS], [weight for _, weight in _KINDS])[0]
        received = TODAY - timedelta(days=chance.randrange(_DAYS))
        at = datetime(received.year, received.month, received.day, 2, tzinfo=UTC)
        is_open = (TODAY - received).days < _OPEN_DAYS or chance.random() < 0.005
        ended = None if is_open else min(TODAY, received + timedelta(days=chance.randrange(1, 30)))
        words = f"{chance.choice(_PLACES)}{chance.choice(_MATTERS)}{chance.choice(_ACTS)}"
        reference = make_reference("BEN", received.year, number)
        self.references.append(reference)
        rows["parties"].append({"id": number, "name": f"示例{number}", "language": "zh", "created_at": at})
        rows["threads"].append(_thread(number, at))
        rows["cases"].append(self._case(number, reference, kind, words, at, received, ended))
        said = (f"{words}。第{number}号情况说明，请尽快处理。", "您反映的事项已收到，我们正在核实。")
        rows["messages"] += [
            _message(2 * number - 1, number, 1, said[0], at),
            _message(2 * number, number, 2, said[1], at + timedelta(hours=5)),
        ]
        terms = (*reference_terms(reference), *index_terms(" ".join((words, f"示例{number}", *said))))
        values = signature_of(f"{words} {words}")
        rows["case_signatures"] += [{"value": value, "case_id": number} for value in values]
        rows["case_terms"].append({"id": number, "terms": " ".join(dict.fromkeys(terms))})
        rows["case_events"] += _events(number, at, ended)

    def _case(
        self, number: int, reference: str, kind: CaseKind, words: str, at: datetime, received: date, ended: date | None
    ) -> dict[str, Any]:
        chance, is_application = self._chance, kind is CaseKind.DISCLOSURE_APPLICATION
        states = (CaseStatus.NEW, CaseStatus.IN_PROGRESS, CaseStatus.WAITING)
        return {
            "id": number,
            "reference": reference,
            "kind": kind.value,
            "status": CaseStatus.CLOSED.value if ended else chance.choice(states).value,
            "subject": words,
            "party_id": number,
            "thread_id": number,
            "channel": chance.choice(["web_chat", "email", "telegram", "letter", "telephone"]),
            "language": "zh",
            "opened_at": at,
            "unit": chance.choice(self._units),
            "assignee": None,
            "due_on": received + timedelta(days=20),
            "urgent": chance.random() < 0.01,
            "anonymous": chance.random() < 0.05,
            "disposition": "answered" if ended else None,
            "closed_at": at + timedelta(days=1) if ended else None,
            "updated_at": at,
            "details": {"facts": words},
            "query_code_hash": "0" * 64,
            "version": 3,
            "regime": "cn-ogi-2019" if is_application else "cn-mailbox",
            "received_at": at,
            "received_on": received,
            "closed_on": ended,
            "applicant": chance.choice(list(ApplicantKind)).value,
            "reply_kind": chance.choice(list(ReplyKind)).value if is_application and ended else None,
            "rating": chance.choice([None, None, None, 2, 3, 4, 5]) if ended else None,
        }


def _measure(store: SqlStore, bureau: Bureau, fill: Filling) -> dict[str, float]:
    chance = random.Random(len(fill.references))
    references = chance.sample(fill.references, 200)
    waiting = (CaseStatus.NEW, CaseStatus.IN_PROGRESS, CaseStatus.WAITING)
    unit = tuple(bureau.under(bureau.units[-1].slug))
    with store.read() as uow:

        def find(words: str) -> None:
            wanted = QueueFilter(statuses=waiting, words=words)
            uow.cases.queue(wanted, limit=25)
            uow.cases.count(wanted, most=10_000)

        def look_up(reference: str) -> None:
            case = uow.cases.find(reference)
            assert case is not None
            uow.threads.messages(case.thread_id)

        def open_page(reference: str) -> None:
            case = uow.cases.find(reference)
            assert case is not None
            uow.cases.events(case.id)
            uow.threads.messages_of_case(case.id)
            uow.deadlines.of_case(case.id)
            uow.cases.of_party(case.party_id)

        def queue_page(_: object) -> None:
            wanted = QueueFilter(statuses=waiting)
            uow.cases.queue(wanted, limit=25)
            for statuses in (waiting, waiting, (CaseStatus.CLOSED,), None):
                uow.cases.count(QueueFilter(statuses=statuses), most=10_000)

        found = {
            "queue": _median(lambda _: uow.cases.queue(QueueFilter(statuses=waiting), limit=25), range(30)),
            "queue_unit": _median(
                lambda _: uow.cases.queue(QueueFilter(statuses=waiting, units=unit), limit=25), range(30)
            ),
            "queue_page": _median(queue_page, range(20)),
            "case": _median(open_page, references),
            "status": _median(look_up, references),
            "search": _median(find, [f"{chance.choice(_PLACES)}{chance.choice(_MATTERS)}" for _ in range(3)]),
            "search_broad": _median(find, _MATTERS[:3]),
            "search_rare": _median(find, [f"第{chance.randrange(1, FEW)}号情况" for _ in range(3)]),
        }
        began = time.perf_counter()
        report_of_year(uow, 2025, Form.OF_2021, statement=Statement(), bureau=bureau)
        found["report"] = time.perf_counter() - began
        began = time.perf_counter()
        period = Period(date(2025, 1, 1), date(2025, 12, 31))
        count_figures(outcomes_in(uow, period, bureau, None), period, Grouping.UNIT, today=TODAY)
        found["figures_year"] = time.perf_counter() - began
    return found | {"open": _opening(store, bureau)}


_SOMEBODY = itertools.count(1)


def _opening(store: SqlStore, bureau: Bureau) -> float:
    office = Office(bureau, _notices(), b"an invented secret")

    def open_one(_: object) -> None:
        def work(uow: Any) -> None:
            where = Address(ChannelName.WEB_CHAT, f"opening-{next(_SOMEBODY)}")
            party = uow.parties.ensure(where, language="zh", name=None, now=NOW)
            thread = uow.threads.ensure_chat(where, party.id, language="zh", now=NOW)
            message = uow.threads.add_message(thread.id, Direction.INBOUND, Author.CITIZEN, "窗口态度不好", now=NOW)
            command = OpenCase(CaseKind.COMPLAINT, "窗口态度不好", {"facts": "排队"}, unit=bureau.units[0].slug)
            open_case(command, uow, office=office, thread=thread, message=message, now=NOW)

        store.write(work)

    return _median(open_one, range(200))


def _notices() -> Wording:
    return load_wording(files("casework") / "notices")


def _median(ask: Callable[[Any], object], over: Sequence[Any]) -> float:
    for one in over[:3] if len(over) > 10 else ():
        ask(one)
    took = []
    for one in over:
        began = time.perf_counter()
        ask(one)
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)


def _batches(count: int) -> Iterator[int]:
    while count > 0:
        yield min(count, _AT_ONCE)
        count -= _AT_ONCE


def _write(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    raw: Any = connection.connection.dbapi_connection
    with raw.cursor().copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(value) if isinstance(value, dict) else value for value in row.values()])


def _copy(connection: Connection, table: Table, first: int, count: int, copy: int) -> None:
    """The rows of so many cases behind the first once more, `copy` times as far behind."""
    shift = copy * count
    changed = {
        "id": f"id + {shift * _ROWS_A_CASE.get(table.name, 1)}",
        **{name: f"{name} + {shift}" for name in ("party_id", "thread_id", "case_id")},
        "reference": f"reference || '-{copy}'",
        "chat_key": f"chat_key || '-{copy}'",
    }
    key = {"messages": "thread_id", "case_events": "case_id", "case_signatures": "case_id"}.get(table.name, "id")
    condition = f"{key} > {first} AND {key} <= {first + count}"
    names = [column.name for column in table.columns]
    chosen = ", ".join(changed.get(name, name) for name in names)
    connection.execute(
        text(f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {chosen} FROM {table.name} WHERE {condition}")
    )


def _advance(connection: Connection) -> None:
    """Let numbers go on behind what was written in bulk."""
    if connection.dialect.name == "postgresql":
        for table in ("parties", "threads", "cases", "messages", "case_events"):
            last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            connection.execute(text(last))


def _settle(store: SqlStore) -> None:
    """Do at once what the database does in time: know its sizes, and put away what was written in bulk."""
    is_sqlite = store.engine.dialect.name == "sqlite"
    with store.engine.connect().execution_options(
        **{"sunwindow_reads": True} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
    ) as connection:
        if not is_sqlite:
            connection.exec_driver_sql("VACUUM ANALYZE")
            return
        for statement in ("COMMIT", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"):
            connection.exec_driver_sql(statement)


def _thread(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "audience": "citizen",
        "party_id": number,
        "channel": "web_chat",
        "address": f"bench-{number}",
        "chat_key": f"web_chat:bench-{number}",
        "language": "zh",
        "case_id": number,
        "last_number": 2,
        "opened_at": at,
    }


def _message(key: int, thread: int, number: int, words: str, at: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "thread_id": thread,
        "number": number,
        "direction": "inbound" if number == 1 else "outbound",
        "author": "citizen" if number == 1 else "staff",
        "text": words,
        "case_id": thread,
        "created_at": at,
    }


def _events(case: int, at: datetime, ended: date | None) -> list[dict[str, Any]]:
    names = [EventName.OPENED, EventName.ASSIGNED, EventName.REPLY_SENT, *([EventName.CLOSED] if ended else [])]
    found: list[dict[str, Any]] = []
    before: CaseEvent | None = None
    for place, name in enumerate(names):
        before = chained(CaseEvent(0, name, at + timedelta(hours=5 * place), "system", {}), before, "")
        found.append(
            {
                "id": 4 * case - 3 + place,
                "case_id": case,
                "number": before.number,
                "name": name.value,
                "at": before.at,
                "actor": before.actor,
                "facts": {},
                "text_digest": before.text_digest,
                "previous_hash": before.previous_hash,
                "hash": before.hash,
            }
        )
    return found
