"""The printed receipt of what came on paper: its number, its query code, and a QR code that opens the page to ask."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from urllib.parse import quote

import segno

from casework.bureau import Bureau
from casework.case import Case
from casework.kept_deadline import KeptDeadline
from casework.letter_facts import clean_line, telephone_of, unit_in_charge, write_date
from casework.papers.typesetting import breakable, picture_pages, typeset
from casework.party import Language
from casework.wording import Wording

_SHOWN = ("confirmation", "acceptance", "reply", "conclusion")
"""The deadlines that whoever wrote waits for."""
_LONGEST_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is printed of a case that came on paper, over the counter or by telephone."""

    case: Case
    query_code: str
    status_url: str
    """Where the page of the status lies, without a query."""
    language: Language
    today: date
    deadlines: Sequence[KeptDeadline] = ()

    def __repr__(self) -> str:
        """Keep the code out of logs."""
        return f"Receipt({self.case.reference})"


def receipt_pdf(receipt: Receipt, *, wording: Wording, bureau: Bureau) -> bytes:
    """The receipt on half a sheet.

    It is printed at once and kept nowhere: the query code is on it, and we have that only as a hash.
    """
    return typeset(_template(), _content(receipt, wording, bureau))


def receipt_pictures(receipt: Receipt, *, wording: Wording, bureau: Bureau) -> list[bytes]:
    """The same as PNG."""
    return picture_pages(_template(), _content(receipt, wording, bureau))


def status_address(status_url: str, reference: str) -> str:
    """The address of the page of the status with the reference filled in, and never the query code."""
    return f"{status_url}?reference={quote(reference, safe='')}"


def _template() -> str:
    return (files("casework") / "papers" / "receipt.typ").read_text(encoding="utf-8")


def _content(receipt: Receipt, wording: Wording, bureau: Bureau) -> dict[str, object]:
    language, today = receipt.language, receipt.today
    address = status_address(receipt.status_url, receipt.case.reference)
    rows = [
        (wording.say(f"letter.slip.{name}", language), said, name in ("reference", "code"))
        for name, said in _rows(receipt, wording, bureau)
        if said
    ]
    return {
        "language": language,
        "on": [today.year, today.month, today.day],
        "bureau": bureau.name.in_(language),
        "title": wording.say("letter.slip.title", language),
        "reference": receipt.case.reference,
        "rows": rows,
        "qr": _qr(address),
        "address": address,
        "status": receipt.status_url,
        "how": wording.say("letter.slip.how", language),
        "keep": wording.say("letter.slip.keep", language),
        "dated": write_date(today, wording, language),
        "seal": wording.say("letter.seal", language),
    }


def _rows(receipt: Receipt, wording: Wording, bureau: Bureau) -> tuple[tuple[str, str], ...]:
    case, language = receipt.case, receipt.language
    unit = unit_in_charge(case, bureau)
    subject = clean_line(case.subject)
    received = write_date(case.received_on, wording, language) if case.received_on else ""
    return (
        ("reference", case.reference),
        ("code", receipt.query_code),
        ("kind", wording.say(f"letter.slip.kinds.{case.kind.value}", language)),
        ("subject", breakable(_shortened(subject))),
        ("received", received or wording.say("letter.slip.unconfirmed", language)),
        ("unit", unit.name.in_(language)),
        ("telephone", telephone_of(unit, bureau)),
        ("next", _waits(receipt.deadlines, wording, language)),
    )


def _shortened(subject: str) -> str:
    return subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1]}…"


def _waits(deadlines: Sequence[KeptDeadline], wording: Wording, language: Language) -> str:
    """What the bureau owes next and until when, soonest first."""
    running = [one for one in deadlines if one.due_on and one.name in _SHOWN and one.state in ("running", "paused")]
    said = [
        f"{wording.say(f'letter.slip.deadlines.{one.name}', language)} {write_date(one.due_on, wording, language)}"
        for one in sorted(running, key=lambda one: one.due_on or date.max)
        if one.due_on
    ]
    return "\n".join(said)


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, scale=8)
    return drawn.getvalue().decode()
