"""The command that measures how well questions are answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from knowledge.finder import Finder
from knowledge.measures import Asked, ask_all, measure
from knowledge.question_set import read_entries, read_questions


def evaluate(
    faq: Annotated[Path, typer.Option(help="Entries, an object of JSON a line.")],
    queries: Annotated[Path, typer.Option(help="Labelled questions, an object of JSON a line.")],
    calibrate: Annotated[Path | None, typer.Option(help="Other labelled questions to fit confidence on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write what was found, a line a question.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure how well labelled questions are answered."""
    entries = read_entries(faq)
    slugs = {entry.slug for entry in entries}
    questions = read_questions(queries, slugs)
    known = read_questions(calibrate, slugs) if calibrate else ()
    finder = Finder(entries, labelled=[(question.text, question.right) for question in known])
    asked = ask_all(finder, questions)
    if out:
        out.write_text("".join(f"{line}\n" for line in _lines(asked)), encoding="utf-8")
    figures = measure(asked)
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        typer.echo(f"{name:<12} {'-' if value is None else f'{value:.2f}'}")


def add_commands(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("eval")(evaluate)


def _lines(asked: Sequence[Asked]) -> list[str]:
    return [
        json.dumps(
            {
                "id": one.question.id,
                "ranked": [{"id": match.slug, "score": match.score} for match in one.finding.matches],
                "confidence": one.finding.confidence,
                "decision": one.finding.decision.value,
            },
            ensure_ascii=False,
        )
        for one in asked
    ]
