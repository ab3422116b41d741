"""Tables II, III and IV as their forms draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from casework.annual.entries import RemedyOutcome, Route
from casework.annual.findings import Cell, Table
from casework.annual.forms import (
    AMOUNTS,
    CARRIED_IN,
    CARRIED_OUT,
    COLUMNS,
    DISCLOSURE_ROWS,
    OUTCOMES,
    RECEIVED,
    RESULTS,
    TOTAL,
    Form,
    result_rows,
)
from casework.annual.naming import row_name, say_place
from casework.annual.report import AnnualReport
from casework.papers.document import Grid, Head, Square
from casework.party import Language
from casework.reply_kinds import ApplicantKind, ReplyGroup, ReplyKind
from casework.wording import Wording

LinkMaker = Callable[[Cell], str | None]
"""Where a number leads to; None for nowhere."""
_PARAGRAPHS = {
    **dict.fromkeys(("rules", "normative_documents"), 1),
    **dict.fromkeys(("licences", "other_services"), 5),
    **dict.fromkeys(("penalties", "coercion"), 6),
    "fees": 8,
    "procurement": 9,
}
"""Of article 20, for each row of table II."""


def no_link(_: Cell) -> None:
    """Numbers of a paper that lead nowhere."""


@dataclass(frozen=True, slots=True)
class GridMaker:
    """What each table of one report in one language is drawn with."""

    report: AnnualReport
    words: Wording
    language: Language
    link: LinkMaker = no_link

    def say(self, key: str, **facts: object) -> str:
        """A text of the report in the language of the paper."""
        return self.words.say(key, self.language, **facts)

    def number(self, cell: Cell, *, across: int = 1) -> Square:
        """The square of a number, or a gap where there is none."""
        value = self.report.cells.get(cell)
        key, label = str(cell).replace(".", "_"), say_place(cell, self.words, self.language)
        if value is None:
            return Square(self.say("report.empty_cell"), key=key, across=across, is_gap=True, label=label)
        number = value if isinstance(value, int) else float(value)
        href = self.link(cell) if cell.table is not Table.DISCLOSURE else None
        return Square(str(value), number, key, across, href=href, label=label)


def disclosure_grid(maker: GridMaker) -> Grid:
    """Table II: a block for each paragraph of article 20."""
    columns = DISCLOSURE_ROWS[maker.report.form]
    rows: list[tuple[Square, ...]] = []
    for (paragraph, names), block in groupby(columns.items(), key=lambda row: (_PARAGRAPHS[row[0]], row[1])):
        numeral = maker.say(f"numeral.{paragraph}").strip()
        rows.append((Square(maker.say("head.paragraph", numeral=numeral), across=4, head=Head.ROWS),))
        across = _spread(len(names))
        heads = [
            Square(maker.say(f"column.{_column_key(name, maker.report.form)}"), across=wide, head=Head.COLUMN)
            for name, wide in zip(names, across, strict=True)
        ]
        rows.append((Square(maker.say("head.subject"), head=Head.COLUMN), *heads))
        for row, _ in block:
            cells = (Cell(Table.DISCLOSURE, row, name) for name in names)
            numbers = (maker.number(cell, across=wide) for cell, wide in zip(cells, across, strict=True))
            rows.append((Square(maker.say(f"row.{row}"), head=Head.ROW), *numbers))
    return Grid("disclosure", maker.say("table.disclosure"), tuple(rows), (34, 22, 22, 22), 0)


def application_grid(maker: GridMaker) -> Grid:
    """Table III: 25 rows by 7 columns of numbers, or 23 in the trial form."""
    rows = [*_application_heads(maker)]
    rows += [_whole_row(maker, RECEIVED), _whole_row(maker, CARRIED_IN)]
    rows += _result_block(maker)
    rows.append(_whole_row(maker, CARRIED_OUT))
    return Grid("applications", maker.say("table.applications"), tuple(rows), (9, 12, 23, 8, 8, 8, 8, 8, 8, 8), 3)


def remedy_grid(maker: GridMaker) -> Grid:
    """Table IV: 15 numbers in one row."""
    outcomes = [maker.say(f"column.{outcome}") for outcome in OUTCOMES]
    wide = len(outcomes)
    first = (
        Square(maker.say("head.review"), across=wide, head=Head.COLUMNS),
        Square(maker.say("head.lawsuits"), across=2 * wide, head=Head.COLUMNS),
    )
    second = (
        *(Square(outcome, down=2, head=Head.COLUMN) for outcome in outcomes),
        *(
            Square(maker.say(f"row.{route.value}"), across=wide, head=Head.COLUMNS)
            for route in (Route.DIRECT_SUIT, Route.SUIT_AFTER_REVIEW)
        ),
    )
    third = tuple(Square(outcome, head=Head.COLUMN) for _ in range(2) for outcome in outcomes)
    numbers = tuple(
        maker.number(Cell(Table.REMEDIES, route.value, outcome))
        for route in Route
        for outcome in (*(outcome.value for outcome in RemedyOutcome), TOTAL)
    )
    return Grid("remedies", maker.say("table.remedies"), (first, second, third, numbers), (1,) * 15, 3)


def _application_heads(maker: GridMaker) -> Iterator[tuple[Square, ...]]:
    organisations = [kind for kind in ApplicantKind if kind is not ApplicantKind.NATURAL_PERSON]
    yield (
        Square(maker.say("head.identity"), across=3, down=3, head=Head.COLUMNS),
        Square(maker.say("head.applicants"), across=len(COLUMNS), head=Head.COLUMNS),
    )
    yield (
        Square(maker.say(f"applicant_kind.{ApplicantKind.NATURAL_PERSON.value}"), down=2, head=Head.COLUMN),
        Square(maker.say("head.organisations"), across=len(organisations), head=Head.COLUMNS),
        Square(maker.say("column.total"), down=2, head=Head.COLUMN),
    )
    yield tuple(Square(maker.say(f"applicant_kind.{kind.value}"), head=Head.COLUMN) for kind in organisations)


def _whole_row(maker: GridMaker, row: str) -> tuple[Square, ...]:
    return (Square(maker.say(f"row.{row}"), across=3, head=Head.ROW), *_numbers(maker, row))


def _numbers(maker: GridMaker, row: str) -> list[Square]:
    return [maker.number(Cell(Table.APPLICATIONS, row, column)) for column in COLUMNS]


def _result_block(maker: GridMaker) -> list[tuple[Square, ...]]:
    leaves = result_rows(maker.report.form)
    rows: list[tuple[Square, ...]] = []
    for place, (group, block) in enumerate(groupby(leaves, key=lambda leaf: leaf.kinds[0].group), 1):
        rows += _group_rows(maker, place, group, [leaf.key for leaf in block])
    numeral = maker.say(f"numeral.{len(ReplyGroup) + 1}")
    rows.append((Square(numeral + maker.say("row.results_total"), across=2, head=Head.ROW), *_numbers(maker, RESULTS)))
    block_head = Square(maker.say("row.results"), down=len(rows), head=Head.ROWS)
    return [(block_head, *rows[0]), *rows[1:]]


def _group_rows(maker: GridMaker, place: int, group: ReplyGroup, keys: list[str]) -> list[tuple[Square, ...]]:
    numeral = maker.say(f"numeral.{place}")
    if len(keys) == 1:
        name = row_name(Cell(Table.APPLICATIONS, keys[0], TOTAL), maker.words, maker.language)
        return [(Square(numeral + name, across=2, head=Head.ROW), *_numbers(maker, keys[0]))]
    head = Square(numeral + maker.say(f"reply_group.{group.value}"), down=len(keys), head=Head.ROWS)
    rows: list[tuple[Square, ...]] = []
    for number, key in enumerate(keys, 1):
        name = maker.say(f"reply_kind.{ReplyKind(key).value}")
        label = Square(f"{number}. {name}" if maker.language == "en" else f"{number}.{name}", head=Head.ROW)
        rows.append((*((head,) if number == 1 else ()), label, *_numbers(maker, key)))
    return rows


def _spread(columns: int) -> tuple[int, ...]:
    """How wide each of so many columns is, three in all."""
    return (*(1 for _ in range(columns - 1)), 3 - (columns - 1))


def _column_key(name: str, form: Form) -> str:
    is_renamed = form is Form.OF_2021 and (name == "decisions" or name in AMOUNTS)
    return f"{name}_2021" if is_renamed else name
