"""The command `clock`: how the deadlines of a case come about."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from casework.errors import CaseworkError, CaseworkRejected
from casework.party import Language

clock_app = typer.Typer(no_args_is_help=True)
RECOUNTED_AT_ONCE = 200
"""Cases in one transaction."""
TODAY = "today"
MISUSED = 2
"""Exit code for a case that cannot be read."""


@clock_app.callback()
def clock() -> None:
    """Deadlines by the law."""


@clock_app.command("explain")
def explain(
    file: Annotated[str, typer.Argument(help="File with the case as JSON; - reads standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    on: Annotated[str, typer.Option("--on", help="As of this day, or `today`; otherwise of the last event.")] = "",
    language: Annotated[str, typer.Option(help="Language of the derivations: zh or en.")] = "zh",
    bundle: Annotated[Path | None, typer.Option(help="Folder of the bureau, for its closing days.")] = None,
) -> None:
    """Every deadline of a case, who owes it, where it stands, and how its day came about.

    The same case is always explained alike: it stands as on the day of its last event, unless another day is named.
    """
    try:
        lines = _explain(file, as_json=as_json, on=on, spoken=_language(language), bundle=bundle)
    except (CaseworkError, OSError, UnicodeDecodeError) as error:
        typer.echo(f"sunwindow: {error}", err=True)
        raise typer.Exit(MISUSED) from error
    for line in lines:
        typer.echo(line)


@clock_app.command("recount")
def recount(
    apply: Annotated[bool, typer.Option("--apply", help="Keep the new dates; otherwise they are only shown.")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Settings file.")] = None,
) -> None:
    """Count the deadlines of all open cases anew, as after a new calendar or rule, and show each date that moves."""
    from casework.actions.recounting import MovedDate, apply_moved, find_moved
    from casework.store import SqlUnitOfWork
    from runtime.bundle import load_bundle
    from runtime.cli_opening import opened
    from runtime.furnishing import office_of

    count, after = 0, 0
    with opened(config) as (settings, store):
        office = office_of(load_bundle(settings.bundle), settings.secret_key.get_secret_value().encode())
        now = datetime.now(UTC)

        def look(uow: SqlUnitOfWork) -> tuple[tuple[MovedDate, ...], int]:
            cases = uow.cases.list_open(limit=RECOUNTED_AT_ONCE, after=after)
            moved = find_moved(cases, uow, office=office, now=now)
            if apply:
                apply_moved(moved, uow, office=office, now=now)
            return moved, cases[-1].id if len(cases) == RECOUNTED_AT_ONCE else 0

        while True:
            moved, after = store.write(look)
            for one in moved:
                typer.echo(f"{one.reference}\t{one.name}\t{one.before or '-'}\t{one.after or '-'}")
            count += len(moved)
            if not after:
                break
    typer.echo(f"{count} dates {'moved' if apply else 'would move; --apply keeps them'}")


def _explain(file: str, *, as_json: bool, on: str, spoken: Language, bundle: Path | None) -> list[str]:
    from importlib.resources import files

    from casework.clocks.computing import deadlines
    from casework.clocks.explaining import Explainer, describe, print_out
    from casework.clocks.reading import read_case
    from casework.wording import load_wording
    from casework.working_days import WorkCalendar

    calendar = WorkCalendar(ZoneInfo("Asia/Shanghai"))
    if bundle is not None:
        from runtime.bundle import load_bundle

        calendar = load_bundle(bundle).bureau.calendar
    text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    case = read_case(_parse(text.decode("utf-8-sig"), file), calendar)
    now = case.calendar.local_date(datetime.now(UTC))
    last = max((event.on for event in case.events), default=now)
    today = now if on == TODAY else _day(on) or case.today or last
    found = deadlines(case.regime, case.channel, case.events, case.calendar, today=today)
    explainer = Explainer(load_wording(files("casework") / "clock_words"), spoken)
    if as_json:
        head = {"regime": case.regime.slug, "channel": case.channel.value, "on": today.isoformat()}
        return [json.dumps({**head, **describe(case.regime, found, explainer)}, ensure_ascii=False, indent=2)]
    return list(print_out(case.regime, case.channel, found, explainer, today=today))


def _parse(text: str, file: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CaseworkRejected(f"{file}: this is no JSON: {error}") from error


def _day(on: str) -> date | None:
    try:
        return date.fromisoformat(on) if on else None
    except ValueError as error:
        raise CaseworkRejected(f"--on is a date like 2026-02-06 or today, not {on!r}") from error


def _language(language: str) -> Language:
    if language not in {"zh", "en"}:
        raise typer.BadParameter("the language is zh or en")
    return "zh" if language == "zh" else "en"
