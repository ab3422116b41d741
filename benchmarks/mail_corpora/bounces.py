"""Sources that say which recipients a notice of a mail server reports as not reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.mail_corpora.expectation import Expectation, expected_of
from mail_gateway.bounces.failures import failures_of
from mail_gateway.parsed_mail import DeliveryFailure, ParsedMail
from mail_gateway.parsing import parse


def flufl_bounce(folder: Path) -> Iterator[Expectation]:
    """Mailman's detector: the failed recipients of each notice, and whether they may still be reached."""
    for path, name, fields in expected_of(folder):
        if "failed_recipients" not in fields:
            continue
        found = _failures(parse(path.read_bytes()))
        wanted = sorted(address.lower() for address in fields["failed_recipients"])
        seen = sorted(failure.recipient for failure in found)
        yield Expectation(name, "failed_recipients", wanted == seen, str(wanted), str(seen))
        if "temporary" in fields:
            states = {failure.is_temporary for failure in found}
            yield Expectation(name, "temporary", states == {fields["temporary"]}, str(fields["temporary"]), str(states))


def enmime_reports(folder: Path) -> Iterator[Expectation]:
    """Delivery reports as RFC 3464 has them."""
    for path, name, fields in expected_of(folder):
        if "recipients" not in fields:
            continue
        found = _failures(parse(path.read_bytes()))
        wanted = sorted((one["final_recipient"], one["action"], one["status"]) for one in fields["recipients"])
        seen = sorted((one.final_recipient or one.recipient, one.action, one.status) for one in found)
        yield Expectation(name, "recipients", wanted == seen, str(wanted), str(seen))


def _failures(mail: ParsedMail) -> tuple[DeliveryFailure, ...]:
    is_null = mail.header("return-path").strip() == "<>"
    return failures_of(mail, envelope_is_null=is_null)
