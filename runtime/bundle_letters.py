"""A bureau's own template of letters, `letters/letter.docx` of its bundle, tried on a sample before it is taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources.abc import Traversable
from pathlib import Path

from casework.bundle_file import Fault
from casework.bureau import Bureau
from casework.case import Case, CaseStatus
from casework.kinds import CaseKind
from casework.letter import LetterKind
from casework.letters import compose_letter, compose_letterhead, letter_words
from casework.message import CaseId, ThreadId
from casework.papers.letter_files import fault_of_template
from casework.party import ChannelName, PartyId

TEMPLATE = "letters/letter.docx"


def read_letter_template(folder: Path | Traversable, bureau: Bureau | None) -> tuple[bytes | None, tuple[Fault, ...]]:
    """The template and what is wrong with it; nothing when the bureau has none."""
    file = folder / "letters" / "letter.docx"
    if not file.is_file():
        return None, ()
    try:
        template = file.read_bytes()
    except OSError as error:
        return None, (Fault(TEMPLATE, 1, f"cannot be read: {error.strerror}"),)
    message = _fault(template, bureau) if bureau else None
    return (None, (Fault(TEMPLATE, 1, message),)) if message else (template, ())


def _fault(template: bytes, bureau: Bureau) -> str | None:
    words, case = letter_words(), _sample(bureau)
    text = compose_letter(
        LetterKind.WITHDRAWN,
        case,
        {"on": date(2026, 1, 5)},
        wording=words,
        bureau=bureau,
        party_name=None,
        language="zh",
        today=date(2026, 1, 5),
    )
    return fault_of_template(template, text, compose_letterhead(case, wording=words, bureau=bureau, language="zh"))


def _sample(bureau: Bureau) -> Case:
    return Case(
        CaseId(0),
        "",
        CaseKind.DISCLOSURE_APPLICATION,
        CaseStatus.NEW,
        "",
        PartyId(0),
        ThreadId(0),
        ChannelName.LETTER,
        "zh",
        datetime(2026, 1, 5, tzinfo=UTC),
        bureau.root.slug,
    )
