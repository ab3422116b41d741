"""Notices of failed delivery: which recipients failed, whether it is a notice at all, and whether it is still tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.mail_corpora.expectation import Expectation, compare, expected_of
from mail_gateway.bounces.failures import failures_of
from mail_gateway.mailboxes import fold_address
from mail_gateway.parsed_mail import DeliveryFailure
from mail_gateway.parsing import parse

_REPORTS = "dsn/"


def flufl_bounce(folder: Path) -> Iterator[Expectation]:
    """Failed recipients as a set; whether any are named, and whether all are still tried, where the source says so."""
    for path, name, fields in expected_of(folder):
        if "failed_recipients" not in fields:
            continue
        failures = _failures(path)
        wanted = sorted(fold_address(address) for address in fields["failed_recipients"])
        yield compare(name, "failed_recipients", wanted, sorted(failure.recipient for failure in failures))
        if fields.get("is_bounce") is not None:
            yield compare(name, "is_bounce", fields["is_bounce"], bool(failures))
        if fields.get("temporary") is not None:
            yield compare(name, "temporary", fields["temporary"], _is_temporary(failures))


def enmime_reports(folder: Path) -> Iterator[Expectation]:
    """Each recipient of a delivery report with its action and status."""
    for path, name, fields in expected_of(folder):
        if not name.startswith(_REPORTS) or "recipients" not in fields:
            continue
        failures = _failures(path)
        wanted = sorted(_recipient(fields) for fields in fields["recipients"])
        yield compare(name, "recipients", wanted, sorted((f.recipient, f.action, f.status) for f in failures))
        # There a report is a bounce when any recipient failed for good.
        yield compare(name, "is_bounce", fields["is_bounce"], any(not failure.is_temporary for failure in failures))


def _recipient(fields: Mapping[str, Any]) -> tuple[str, str, str]:
    return fold_address(fields["final_recipient"]), fields["action"], fields["status"]


def _is_temporary(failures: tuple[DeliveryFailure, ...]) -> bool | None:
    """Whether all are still tried; None when nothing was found."""
    return all(failure.is_temporary for failure in failures) if failures else None


def _failures(path: Path) -> tuple[DeliveryFailure, ...]:
    """Corpora hold no envelopes; a Return-Path line is all that is left of one."""
    return failures_of(parse(path.read_bytes()), envelope_is_null=False)
