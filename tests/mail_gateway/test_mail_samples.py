"""Every mail of tests/mail is read as its .json beside it says. All people and addresses in them are invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mail_gateway.bounces.failures import failures_of
from mail_gateway.chain import judge
from mail_gateway.envelope import Envelope
from mail_gateway.letter import Letter
from mail_gateway.mailboxes import Mailboxes
from mail_gateway.parsing import parse
from mail_gateway.quoting import split_letter

SAMPLES = Path(__file__).parents[1] / "mail"
OURS = Mailboxes("zmd.example", ("xinxiang@zmd.example",))


def samples() -> list[str]:
    """The names of all samples."""
    return sorted(path.stem for path in SAMPLES.glob("*.eml"))


@pytest.fixture(params=samples())
def sample(request: pytest.FixtureRequest) -> tuple[bytes, dict[str, Any]]:
    """A mail's bytes and what must be read in them."""
    path = SAMPLES / f"{request.param}.eml"
    return path.read_bytes(), json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_every_sample_is_read_as_expected(sample: tuple[bytes, dict[str, Any]]) -> None:
    raw, expected = sample
    mail = parse(raw)
    words = split_letter(mail.own_text, mail.raw_html)
    not_reached = failures_of(mail, envelope_is_null=False)
    sender = [mail.sender.name, mail.sender.address] if mail.sender else None
    envelope = Envelope(mail.sender.address if mail.sender else "someone@mail.example", (), datetime.now(UTC))
    seen: dict[str, Any] = {
        "from": sender,
        "subject": mail.subject,
        "new_words": words.new,
        "signature": words.signature,
        "kind": judge(Letter(mail, envelope, words, OURS)).kind.value,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "attachments": [[file.shown_name, file.content_type] for file in mail.attachments],
        "nested_subjects": [inner.subject for inner in mail.nested],
        "not_reached": [[f.recipient, f.action, f.status, f.original_message_id] for f in not_reached],
        "failures": [[f.recipient, f.action, f.status, f.original_message_id] for f in mail.failures],
    }
    assert {key: seen[key] for key in expected if key in seen} == {k: v for k, v in expected.items() if k in seen}
    assert all(part in words.quoted for part in expected.get("quoted_contains", ()))
    assert all(part in mail.text for part in expected.get("text_contains", ()))
    assert not [part for part in expected.get("text_lacks", ()) if part in mail.text]
    assert not [part for part in expected.get("html_lacks", ()) if part in mail.html]
    assert set(expected.get("defects_contain", ())) <= set(mail.defects)


def test_every_sample_has_expectations_that_the_test_knows() -> None:
    known = {"from", "subject", "new_words", "signature", "kind", "in_reply_to", "references", "attachments"}
    known |= {
        "nested_subjects",
        "failures",
        "not_reached",
        "quoted_contains",
        "text_contains",
        "text_lacks",
        "html_lacks",
    }
    known |= {"defects_contain"}
    assert len(samples()) >= 15
    for name in samples():
        expected = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        assert set(expected) <= known, name
