"""Entries as the bodies of revisions: the tree of a bundle's file with its dates as text, so that JSON can hold it.

A draft may hold a tree that has faults still; what is reviewed may not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from knowledge.composing import Tree, compose_tree
from knowledge.errors import KnowledgeRejected
from knowledge.fields import Fault
from knowledge.procedure import Procedure
from knowledge.reading import read_tree
from knowledge.revisions import Body, Revision
from knowledge.source import SourceMap

_DATES = ("checked_on", "review_due_on")


def body_of(procedure: Procedure) -> Body:
    """An entry as a body."""
    return body_of_tree(compose_tree(procedure))


def body_of_tree(tree: Mapping[str, Any]) -> Body:
    """The tree of a file as a body."""
    body: dict[str, object] = _undated(tree)
    return body


def tree_of(body: Body) -> Tree:
    """The tree of a body, with dates where the file has them; what is no date stays as it was typed."""
    tree: Tree = {key: _dated(value) if key in _DATES else value for key, value in body.items()}
    if isinstance(rows := body.get("basis"), list):
        tree["basis"] = [{**row, "on": _dated(row.get("on"))} if _has_day(row) else row for row in rows]
    return tree


def read_body(body: Body, slug: str) -> tuple[Procedure | None, tuple[Fault, ...]]:
    """The entry that a body holds, or every fault that it has still; `Fault.at` says where."""
    return read_tree(f"{slug}.toml", tree_of(body), SourceMap(""))


def procedure_of(revision: Revision) -> Procedure:
    """The entry of a revision that was reviewed; KnowledgeRejected names the first fault of one that was not."""
    procedure, faults = read_body(revision.body, revision.slug)
    if procedure is None:
        said = faults[0].message if faults else "it has no contents"
        raise KnowledgeRejected(f"revision {revision.number} of entry {revision.slug!r} cannot be used: {said}")
    return procedure


def procedure_in_force(revision: Revision, local_date: Callable[[datetime], date]) -> Procedure:
    """The entry as it is answered from: checked when somebody last confirmed it, due when its standing says so."""
    procedure, standing = procedure_of(revision), revision.standing
    confirmed_on = local_date(standing.confirmed_at) if standing.confirmed_at else procedure.checked_on
    checked_on = max(procedure.checked_on, confirmed_on)
    return replace(procedure, checked_on=checked_on, review_due_on=standing.review_due_on)


def digest_of(body: Body) -> str:
    """What tells two bodies apart, whatever the order of their keys."""
    said = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _undated(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _undated(part) for key, part in value.items()}
    return [_undated(part) for part in value] if isinstance(value, list | tuple) else value


def _has_day(row: object) -> bool:
    return isinstance(row, dict) and "on" in row


def _dated(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
