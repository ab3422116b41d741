"""Kills the running product again and again while a crowd writes to it, and looks whether anything was lost or doubled.

python -m benchmarks.soak [--kills N] [--seed S] [--on sqlite|postgresql]

Half of the kills fall on an embedded SQLite installation, half on PostgreSQL, unless one of them is named. Each kill
is a SIGKILL at a random step of accepting, handling or delivering, or at a random moment; some fall on a product that
is just starting. After every round the product comes to rest, and every rule of `tests.running.audit` is checked. Ends
with 1 on any violation.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from casework.party import ChannelName
from casework.store.tables import messages
from runtime.kill_points import KillPoint
from tests.running.audit import Acknowledged, Report, audit, end_leases_of_the_dead, looking, wait_for_rest
from tests.running.crowd import Crowd
from tests.running.databases import fresh_database, own_server
from tests.running.front_desk import RunningDesk, running_desk

ROUND = 20
"""Kills between two audits."""
REACHED_WITHIN = 5.0
"""Seconds to wait for a point before the product is killed wherever it is."""
REST_WITHIN = 180.0
DATABASES = ("sqlite", "postgresql")
CHANNELS = (ChannelName.EMAIL, ChannelName.WEB_CHAT, ChannelName.TELEGRAM)


@dataclass
class Tally:
    """What happened on one database."""

    database: str
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0


def an_order(chance: random.Random) -> str:
    """A step, a channel and which passing of it."""
    point = chance.choice(list(KillPoint))
    channel = "" if point is KillPoint.CLAIMED else f"@{chance.choice(CHANNELS).value}"
    return f"{point.value}{channel}:{chance.randint(1, 3)}"


def kill_once(desk: RunningDesk, chance: random.Random, kills: Counter[str]) -> None:
    """Have the product die once, and start it again."""
    product, order = desk.product, an_order(chance)
    time.sleep(chance.uniform(0.0, 0.5))
    product.die_at(order)
    process = product.process
    assert process is not None
    try:
        process.wait(REACHED_WITHIN)
    except subprocess.TimeoutExpired:
        order = "at a random moment"
        product.kill()
    kills[order.partition(":")[0]] += 1
    start_again(desk, chance, kills)


def start_again(desk: RunningDesk, chance: random.Random, kills: Counter[str]) -> None:
    """Start it on the same data; some die again while they start, and the next takes up what both left."""
    product = desk.product
    product.die_at(an_order(chance) if chance.random() < 0.15 else "")
    while True:
        if product.database_url:
            end_leases_of_the_dead(product.store_url)
        product.start(wait=False)
        assert product.process is not None
        if product.order.read_text(encoding="ascii"):
            with contextlib.suppress(subprocess.TimeoutExpired):
                product.process.wait(REACHED_WITHIN)
            product.die_at("")
        try:
            product.wait_until_ready()
        except AssertionError:
            # It may have read its order a moment before the order was taken back.
            if product.process.poll() != -signal.SIGKILL:
                raise
            kills["while starting"] += 1
        else:
            return


def a_round(desk: RunningDesk, tally: Tally, seed: int, kills: int) -> Report:
    """Some kills under a crowd, then rest, then the audit of everything so far."""
    chance = random.Random(seed)
    crowd = Crowd(desk, seed)
    with ThreadPoolExecutor(8) as pool:
        results = crowd.work(pool)
        try:
            before = tally.kills.total()
            while tally.kills.total() - before < kills:
                kill_once(desk, chance, tally.kills)
        finally:
            crowd.going_home.set()
        for result in results:
            result()
    desk.telegram.wait_until_confirmed(seconds=REST_WITHIN)
    wait_for_rest(desk.product.store_url, seconds=REST_WITHIN)
    tally.acknowledged += crowd.acknowledged
    tally.answers += crowd.answers
    report = audit(desk.product.store_url, tally.acknowledged, desk.smarthost, desk.telegram)
    report.violations += faults_of_answers(desk.product.store_url, tally.answers)
    return report


def faults_of_answers(url: str, answers: list[str]) -> Iterator[str]:
    """Clerks' words that do not stand in a thread exactly once."""
    with looking(url) as connection:
        for number, words in enumerate(answers):
            found = select(func.count()).select_from(messages).where(messages.c.text == words)
            if (times := connection.execute(found).scalar_one()) != 1:
                yield f"a clerk's answer {number} stands {times} times"


def soak(name: str, url: str, folder: Path, chance: random.Random, kills: int) -> Tally:
    """All rounds on one database."""
    tally = Tally(name)
    began = time.monotonic()
    with running_desk(folder, url) as desk:
        while tally.kills.total() < kills and not tally.violations:
            seed = chance.randrange(2**32)
            report = a_round(desk, tally, seed, min(ROUND, kills - tally.kills.total()))
            tally.counts, tally.violations = report.counts, report.violations
            print(
                f"{name}: {tally.kills.total()} kills, {len(tally.acknowledged)} messages acknowledged, "
                f"{len(tally.violations)} violations (round of seed {seed})",
                flush=True,
            )
        if tally.violations:
            print(desk.product.log.read_text(encoding="utf-8")[-5000:], file=sys.stderr)
    tally.seconds = time.monotonic() - began
    return tally


def show(tally: Tally) -> None:
    """Print what happened on one database."""
    print(f"\n{tally.database}: {tally.kills.total()} kills in {tally.seconds:.0f} s")
    for point, number in sorted(tally.kills.items()):
        print(f"  killed  {point:<32}{number:>6}")
    tally.counts["clerks' answers acknowledged"] = len(tally.answers)
    for what, number in sorted(tally.counts.items()):
        print(f"  {what:<40}{number:>6}")
    print(f"  violations{len(tally.violations):>36}")
    for violation in tally.violations:
        print(f"    {violation}")


@contextmanager
def database(name: str) -> Iterator[str]:
    """The URL of an empty database that lives as long as the block; empty for the embedded one."""
    if name == "sqlite":
        yield ""
        return
    with own_server() as server, fresh_database(server.get_uri()) as url:
        yield url


def main() -> int:
    """Soak both databases; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="on both databases together")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats the same choices")
    parser.add_argument("--on", choices=DATABASES, action="append", help="one database alone")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    # The Bot API peer tells of every poll that a killed product broke off.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    chosen = given.on or list(DATABASES)
    kills = -(-given.kills // len(chosen))
    tallies = []
    with tempfile.TemporaryDirectory(prefix="sunwindow-soak-") as folder:
        for name in chosen:
            with database(name) as url:
                tallies.append(soak(name, url, Path(folder) / name, random.Random(given.seed), kills))
    for tally in tallies:
        show(tally)
    return 1 if any(tally.violations for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
