"""Whatever comes over the wire is read without an exception and without hanging: two thousand mutated mails."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from mail_gateway.description import describe
from mail_gateway.parsing import parse
from tests.mail_gateway.letters import OURS
from tests.mail_gateway.mutations import mutants

SAMPLES = tuple(path.read_bytes() for path in sorted((Path(__file__).parents[1] / "mail").glob("*.eml")))
RUNS = 4
MAILS = 2000
SECONDS = 5.0
"""A hang, not a measure: an ordinary mail takes a millisecond."""


@pytest.mark.parametrize("run", range(RUNS))
def test_mutated_mails_are_read_without_an_exception_or_a_hang(run: int) -> None:
    for number, raw in enumerate(mutants(SAMPLES, MAILS // RUNS, seed=run)):
        began = time.process_time()
        mail = parse(raw)
        described = json.dumps(describe(mail, OURS), ensure_ascii=False)
        assert time.process_time() - began < SECONDS, (run, number)
        # What any database holds: no NUL and no half of a character.
        assert "\\u0000" not in described, (run, number)
        described.encode("utf-8")
        assert not [defect for defect in mail.defects if defect.startswith("not readable")], (run, number)
