"""Findings and places of the report in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

from casework.annual.findings import Cell, Finding, Table, parse_cell
from casework.annual.forms import OTHER_HANDLING
from casework.party import Language
from casework.reply_kinds import ApplicantKind, ReplyKind
from casework.wording import Wording, load_wording

MOST_CASES = 50
"""A finding names this many cases in words; the rest are counted."""
_APPLICANTS = {kind.value for kind in ApplicantKind}
_REPLIES = {kind.value for kind in ReplyKind}


def annual_words() -> Wording:
    """The product's texts of the report, with the names of replies and applicants."""
    return load_wording(files("casework") / "words").overlaid(load_wording(files("casework") / "annual" / "words"))


def say_place(cell: Cell, words: Wording, language: Language) -> str:
    """Where a number stands, such as: table III, row “Disclosed”, column “Natural persons”."""
    return words.say(
        "failures.place",
        language,
        table=words.say(f"table.{cell.table.value}", language),
        row=row_name(cell, words, language),
        column=column_name(cell, words, language),
    )


def say_gap(gap: str, words: Wording, language: Language) -> str:
    """What nobody has written yet: a chapter, or a number of table II."""
    kind, _, name = gap.partition(".")
    if kind != "chapters":
        return say_place(parse_cell(gap), words, language)
    return words.say(f"part.{name}" if name.startswith("overview_") else f"chapter.{name}", language)


def row_name(cell: Cell, words: Wording, language: Language) -> str:
    """The name of a row; those of table III that are kinds of reply have theirs."""
    if cell.table is Table.APPLICATIONS and cell.row in _REPLIES and cell.row != OTHER_HANDLING:
        return words.say(f"reply_kind.{cell.row}", language)
    return words.say(f"row.{cell.row}", language)


def column_name(cell: Cell, words: Wording, language: Language) -> str:
    """The name of a column."""
    if cell.table is Table.APPLICATIONS and cell.column in _APPLICANTS:
        return words.say(f"applicant_kind.{cell.column}", language)
    return words.say(f"column.{cell.column}", language)


def say_finding(finding: Finding, words: Wording, language: Language, *, cases: bool = True) -> str:
    """One finding in a line: what is wrong, where, and, unless they are told apart from it, in which cases."""
    facts = {"expected": _plain(finding.expected), "found": _found(finding, words, language)}
    said = words.say(f"finding.{finding.kind.value}", language, **facts)
    between = words.say("failures.between", language)
    places = between.join(say_place(cell, words, language) for cell in finding.cells)
    named = between.join(finding.references[:MOST_CASES]) if cases else ""
    if cases and len(finding.references) > MOST_CASES:
        named += words.say("failures.more", language, count=len(finding.references))
    parts = [said, places and f"[{places}]", named and f"{words.say('failures.cases', language)}: {named}"]
    return " ".join(part for part in parts if part)


def say_findings(findings: Iterable[Finding], *, year: int, words: Wording, language: Language) -> Iterator[str]:
    """Every finding on lines of their own under a heading, what stops the report first."""
    every = list(findings)
    against = [finding for finding in every if not finding.is_warning]
    yield words.say("failures.heading", language, year=year, count=len(against))
    yield from (f"- {say_finding(finding, words, language)}" for finding in against)
    yield from say_warnings(every, words, language)


def say_warnings(findings: Iterable[Finding], words: Wording, language: Language) -> Iterator[str]:
    """The warnings among findings, under a heading when there are any."""
    warnings = [finding for finding in findings if finding.is_warning]
    if warnings:
        yield words.say("failures.warnings", language)
        yield from (f"- {say_finding(finding, words, language)}" for finding in warnings)


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _found(finding: Finding, words: Wording, language: Language) -> str:
    if isinstance(finding.found, str) and finding.found in _APPLICANTS:
        return words.say(f"applicant_kind.{finding.found}", language)
    return _plain(finding.found)
