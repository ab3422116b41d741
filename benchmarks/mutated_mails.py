"""Reads mails as no program sends them, as many as asked for: none may raise an error, or take more than a second.

python -m benchmarks.mutated_mails [--mails N] [--seed S] [FOLDER …]

The mails are mutations of the project's own samples, and of the mails in the folders that are named. Ends with 1 when
any of them was not read; each is named by its seed and number, by which it can be made again.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

from mail_gateway.bounces.failures import failures_of
from mail_gateway.chain import judge
from mail_gateway.envelope import Envelope
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.parsing import parse
from mail_gateway.quoting import split_letter
from tests.mail_gateway.mutations import mutants

SAMPLES = Path(__file__).parents[1] / "tests" / "mail"
OURS = Mailboxes("zmd.example", ("xinxiang@zmd.example",))
ENVELOPE = Envelope("writer@citizen.example", ("xinxiang@zmd.example",), datetime(2026, 11, 26, tzinfo=UTC), "")
A_BATCH = 2_000
LARGEST = 400_000
SECONDS = 1.0


@dataclass
class Tally:
    """What became of some mails."""

    read: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def read_batch(seed: int, folders: list[str]) -> Tally:
    """A batch of mutated mails, each read, split, judged and asked for failures."""
    seeds = [path.read_bytes() for folder in folders for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    tally = Tally()
    for number, raw in enumerate(mutants([raw for raw in seeds if len(raw) <= LARGEST], A_BATCH, seed)):
        began = time.process_time()
        try:
            _read(raw)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            tally.faults.append(f"seed {seed} mail {number}: {type(error).__name__}: {error}")
        took = time.process_time() - began
        if took > SECONDS:
            tally.faults.append(f"seed {seed} mail {number}: took {took:.2f} s")
        tally.read += 1
        tally.slowest = max(tally.slowest, took)
    return tally


def _read(raw: bytes) -> None:
    mail = parse(raw)
    words = split_letter(mail.own_text, mail.raw_html)
    judge(Letter(mail, ENVELOPE, words, OURS))
    failures_of(mail, envelope_is_null=True)
    _ = mail.html


def main() -> int:
    """Read them all; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="repeats the same mails")
    parser.add_argument("folders", nargs="*", help="folders with more mails to begin from")
    given = parser.parse_args()
    whole = Tally()
    seeds = range(given.seed, given.seed + -(-given.mails // A_BATCH))
    with ProcessPoolExecutor(2) as pool:
        for tally in pool.map(read_batch, seeds, repeat([str(SAMPLES), *given.folders])):
            whole.read += tally.read
            whole.slowest = max(whole.slowest, tally.slowest)
            whole.faults += tally.faults
    print(f"{whole.read} mutated mails read, {len(whole.faults)} faults, slowest {whole.slowest:.2f} s of CPU")
    for fault in whole.faults[:50]:
        print(f"  {fault}")
    return 1 if whole.faults else 0


if __name__ == "__main__":
    sys.exit(main())
