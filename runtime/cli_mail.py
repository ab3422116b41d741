"""Commands over mail: what was understood of a file, and taking an archive in."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

mail_app = typer.Typer(no_args_is_help=True)


@mail_app.command("read")
def read(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR…", help="Mails; every file of a folder, at any depth.")
    ],
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON for each file.")] = False,
    body: Annotated[bool, typer.Option("--body", help="The files hold a body alone, as text or HTML.")] = False,
    bundle: Annotated[Path | None, typer.Option(help="Folder of the bureau whose addresses are ours.")] = None,
) -> None:
    """Print what is understood of mails, whatever they hold."""
    from mail_gateway.description import describe, describe_body
    from mail_gateway.mailboxes import mailboxes_of
    from mail_gateway.parsing import parse, parse_body
    from runtime.bundle import load_bundle

    ours = mailboxes_of(load_bundle(bundle).bureau)
    missing = 0
    for path in paths:
        if not path.exists():
            missing += 1
            typer.echo(f"sunwindow: there is no file or folder {path}", err=True)
        for file in _files(path):
            raw = file.read_bytes()
            understood = describe_body(*parse_body(raw)) if body else describe(parse(raw), ours)
            _print({"file": str(file), **understood}, indent=None if jsonl else 2)
    if missing:
        raise typer.Exit(1)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(found for found in path.rglob("*") if found.is_file())
    elif path.exists():
        yield path


def _print(understood: dict[str, Any], indent: int | None) -> None:
    sys.stdout.write(json.dumps(understood, ensure_ascii=False, indent=indent) + "\n")
