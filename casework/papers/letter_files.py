"""A letter as PDF, as DOCX, and as pictures of its pages for the preview."""

from __future__ import annotations

from importlib.resources import files

from casework.errors import CaseworkRejected
from casework.letters import Letterhead, LetterText
from casework.papers.letter_word import fill_letter_template, write_letter
from casework.papers.typesetting import breakable, picture_pages, typeset


def letter_pdf(text: LetterText, letterhead: Letterhead) -> bytes:
    """The letter on A4, the same bytes for the same letter; FontMissing when no font has Chinese glyphs."""
    return typeset(_template(), _content(text, letterhead))


def letter_pictures(text: LetterText, letterhead: Letterhead, *, ppi: float = 80) -> list[bytes]:
    """The pages of the same as PNG, which a clerk is shown before the letter is issued."""
    return picture_pages(_template(), _content(text, letterhead), ppi=ppi)


def letter_docx(text: LetterText, letterhead: Letterhead, template: bytes | None = None) -> bytes:
    """The letter as DOCX, in the bureau's own template when it has one; the same bytes for the same letter."""
    return write_letter(text, letterhead) if template is None else fill_letter_template(template, text, letterhead)


def fault_of_template(template: bytes, text: LetterText, letterhead: Letterhead) -> str | None:
    """What is wrong with a bureau's template, tried with a sample; None when nothing is."""
    try:
        fill_letter_template(template, text, letterhead)
    except CaseworkRejected as error:
        return str(error)
    return None


def _template() -> str:
    return (files("casework") / "papers" / "letter.typ").read_text(encoding="utf-8")


def _content(text: LetterText, letterhead: Letterhead) -> dict[str, object]:
    form = text.form
    return {
        "language": text.language,
        "on": [text.on.year, text.on.month, text.on.day],
        "bureau": letterhead.bureau,
        "address": letterhead.address,
        "seal": letterhead.seal,
        "footer": letterhead.footer,
        "title": text.title,
        "number": text.number,
        "salutation": breakable(text.salutation),
        "lines": [breakable(line) for line in text.words.split("\n") if line.strip()],
        "contact": text.contact,
        "signature": text.signature,
        "dated": text.dated,
        "form": form and {"title": form.title, "rows": _rows(form.rows)},
    }


def _rows(rows: tuple[tuple[str, str], ...]) -> list[tuple[str, str, bool]]:
    """Rows of a form, each with whether its blank is a tall one: the one that wants sentences, amid short ones."""
    blanks = [place for place, (_, beside) in enumerate(rows) if not beside]
    tall = blanks[0] if len(blanks) < 4 else blanks[1]
    return [(label, breakable(beside), place == tall) for place, (label, beside) in enumerate(rows)]
