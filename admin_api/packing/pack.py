"""Putting a pack together: what was said, done, sent and delivered in a case, with all that proves it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import IO

from admin_api.access import shown_details
from admin_api.packing.archive import Archive, safe_name
from admin_api.packing.timeline import Teller, compose_timeline
from admin_api.packing.veil import NAMES_KEPT_OUT, Veil, veil_over
from casework.bureau import Bureau
from casework.case import Case
from casework.errors import CaseworkNotFound
from casework.events import CaseEvent
from casework.letter import Letter
from casework.message import Message
from casework.party import LANGUAGES, Party
from casework.ports import BlobStore, UnitOfWork

Derivations = Callable[[Case], Sequence[Mapping[str, object]]]
"""How each deadline of a case came about, as `sunwindow clock explain` returns it."""


@dataclass(slots=True)
class _Packing:
    """A pack in the making."""

    case: Case
    uow: UnitOfWork
    blobs: BlobStore
    veil: Veil
    archive: Archive = field(default_factory=Archive)
    lost: list[str] = field(default_factory=list)
    """Files that are named and gone: said in the manifest, never passed over."""

    def add_file(self, folder: str, name: str, sha256: str) -> str | None:
        """A file of the store under a name that is safe; None when it is lost."""
        place = f"{folder}/{safe_name(sum(each.startswith(f'{folder}/') for each in self.archive.files) + 1, name)}"
        try:
            return self.archive.add(place, self.blobs.get(sha256))
        except CaseworkNotFound:
            self.lost.append(f"{place} ({sha256})")
            return None


def pack_case(
    case: Case,
    uow: UnitOfWork,
    blobs: BlobStore,
    file: IO[bytes],
    *,
    bureau: Bureau,
    derivations: Derivations = lambda _case: (),
    names: bool = True,
) -> None:
    """Write the evidence pack of a case as a ZIP; without `names` nothing in it tells who wrote."""
    party = uow.parties.get(case.party_id)
    events = uow.cases.events(case.id)
    packing = _Packing(case, uow, blobs, veil_over(case, party, events, names=names))
    messages = uow.threads.messages_of_case(case.id)
    derived = list(derivations(case))
    staff = {f"staff:{one.id}": one.display_name for one in uow.accounts.list_staff()}
    teller = Teller(bureau, staff, packing.veil)
    _add_case(packing, party if names else None)
    _add_ledger(packing, events)
    _add_timelines(packing, teller, party if names else None, events, messages, derived)
    packing.archive.add_json("derivations.json", derived)
    _add_messages(packing, messages)
    _add_letters(packing)
    if names:
        _add_raw_mails(packing)
    packing.archive.add_text("verify.py", (files("admin_api.packing") / "verify.py").read_text("utf-8"))
    facts: dict[str, object] = {
        "case": case.reference,
        "version": case.version,
        "ledger_hash": events[-1].hash if events else "",
        "names": names,
        "left_out": [] if names else list(NAMES_KEPT_OUT),
        "lost": packing.lost,
    }
    packing.archive.write(file, facts)


def _add_case(packing: _Packing, party: Party | None) -> None:
    case, veil = packing.case, packing.veil
    details = shown_details(case, named=party is not None)
    row: dict[str, object] = {
        "reference": case.reference,
        "kind": case.kind.value,
        "status": case.status.value,
        "subject": veil.text(case.subject),
        "details": {slot: veil.text(words) for slot, words in details.items()},
        "unit": case.unit,
        "channel": case.channel.value,
        "opened_at": case.opened_at.isoformat(),
        "due_on": case.due_on.isoformat() if case.due_on else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "disposition": case.disposition.value if case.disposition else None,
        "regime": case.regime,
        "deadlines": [
            {
                "name": one.name,
                "owed_by": one.owed_by,
                "due_on": one.due_on.isoformat() if one.due_on else None,
                "state": one.state,
                "rule": one.rule,
            }
            for one in packing.uow.deadlines.of_case(case.id)
        ],
    }
    if party is not None:
        row["writer"] = {
            "name": party.name,
            "addresses": [f"{point.address.channel.value}:{point.address.value}" for point in party.contact_points],
        }
    packing.archive.add_json("case.json", row)


def _add_ledger(packing: _Packing, events: Sequence[CaseEvent]) -> None:
    lines = [json.dumps(_ledger_row(event, packing.veil), ensure_ascii=False, sort_keys=True) for event in events]
    packing.archive.add_text("ledger.jsonl", "".join(f"{line}\n" for line in lines))


def _ledger_row(event: CaseEvent, veil: Veil) -> dict[str, object]:
    """An event as it is hashed; a text that would tell who wrote is withheld, as an erased one is: its digest stays."""
    withheld = event.text is not None and veil.hides(event.text)
    return {
        "number": event.number,
        "name": event.name.value,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "facts": dict(event.facts),
        "text": None if withheld else event.text,
        "salt": None if withheld or event.text is None else event.salt,
        "text_digest": event.text_digest,
        "withheld": withheld,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _add_timelines(
    packing: _Packing,
    teller: Teller,
    party: Party | None,
    events: Sequence[CaseEvent],
    messages: Sequence[Message],
    derived: Sequence[Mapping[str, object]],
) -> None:
    for language in LANGUAGES:
        page = compose_timeline(
            packing.case,
            language,
            teller=teller,
            party=party,
            events=events,
            messages=messages,
            derivations=derived,
        )
        packing.archive.add_text(f"timeline.{language}.html", page)
        told = teller.tell(events, language)
        rows = [
            {"number": one.number, "at": one.at, "who": one.who, "says": one.says, "text": one.text} for one in told
        ]
        packing.archive.add_json(f"timeline.{language}.json", rows)


def _add_messages(packing: _Packing, messages: Sequence[Message]) -> None:
    rows = []
    for message in messages:
        shown = packing.veil.shown_files(message)
        placed = [(one, packing.add_file("attachments", one.name, one.sha256)) for one in shown]
        rows.append(
            {
                "id": message.id,
                "direction": message.direction.value,
                "author": message.author.value,
                "at": message.created_at.isoformat(),
                "text": packing.veil.text(message.text),
                "files": [
                    {"name": packing.veil.text(one.name), "file": place, "sha256": one.sha256} for one, place in placed
                ],
                "deliveries": _deliveries(packing, message),
            }
        )
    packing.archive.add_json("messages.json", rows)


def _deliveries(packing: _Packing, message: Message) -> dict[str, object] | None:
    """How a message left: every try, with what the other side said."""
    entry = packing.uow.outbox.of_message(message.id)
    if entry is None:
        return None
    return {
        "channel": entry.to.channel.value,
        "to": packing.veil.text(entry.to.value) if packing.veil.is_open else None,
        "state": entry.state.value,
        "receipts": [
            {
                "at": str(receipt["at"]),
                "outcome": receipt["outcome"],
                "detail": packing.veil.text(str(receipt["detail"])),
            }
            for receipt in packing.uow.outbox.receipts(entry.id)
        ],
    }


def _add_letters(packing: _Packing) -> None:
    rows = [_letter_row(packing, letter) for letter in packing.uow.letters.of_case(packing.case.id)]
    packing.archive.add_json("letters.json", rows)


def _letter_row(packing: _Packing, letter: Letter) -> dict[str, object]:
    placed = {}
    for kind, sha256 in (("pdf", letter.pdf_sha256), ("docx", letter.docx_sha256)):
        if sha256 and packing.veil.is_open:
            placed[kind] = packing.add_file("letters", f"{letter.number}.{kind}", sha256)
    return {
        "number": letter.number,
        "kind": letter.kind.value,
        "title": packing.veil.text(letter.title),
        "body": packing.veil.text(letter.body),
        "issued_at": letter.issued_at.isoformat(),
        "delivered_on": letter.delivered_on.isoformat() if letter.delivered_on else None,
        "delivered_how": letter.delivered_how,
        "files": placed,
    }


def _add_raw_mails(packing: _Packing) -> None:
    for inbox_id in packing.uow.ledgers.arrivals_of(packing.case.id):
        mail = packing.uow.inbox.get(inbox_id).raw_mail
        if mail is not None:
            packing.archive.add(f"mails/{inbox_id}.eml", mail.data)
