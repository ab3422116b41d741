"""One revision as a file: entry or item as a tree of TOML, and a table `[revision]` that tells its standing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from knowledge.bodies import body_of_tree, tree_of
from knowledge.catalogue.item import KEYS as ITEM_KEYS
from knowledge.catalogue.item import is_slug, item_of
from knowledge.composing import Tree, compose_file
from knowledge.errors import KnowledgeRejected
from knowledge.fields import Fault, Fields
from knowledge.publication import Classification, DisclosureClass, Stage, Standing, Step
from knowledge.reading import read_tree
from knowledge.revisions import Revision, Subject
from knowledge.source import SourceMap, line_of_syntax_error

FOLDERS: Mapping[Subject, str] = {Subject.ENTRY: "revisions", Subject.ITEM: "item-revisions"}
"""Of an exported bundle; in each a folder for each entry or item, in that a file for each number."""
_SUBJECTS = {folder: subject for subject, folder in FOLDERS.items()}
_FILE = re.compile(r"(?P<number>\d{4,9})\.toml")
_WORDS = ("title", "unit", "note", "origin", "drafted_by", "reviewed_by", "published_by", "reason")
_INSTANTS = ("drafted_at", "reviewed_at", "published_at", "ended_at")
_KEYS = ("number", "stage", "disclosure", "ground", "review_due_on", "steps", *_WORDS, *_INSTANTS)
_SOUND = frozenset(Stage) - {Stage.DRAFT, Stage.WITHDRAWN}
"""Stages that only an entry without faults comes to; what was withdrawn may have been a draft."""
_WAS_PUBLISHED = frozenset({Stage.PUBLISHED, Stage.SUPERSEDED})


def name_of(revision: Revision) -> str:
    """The path of a revision's file within an exported bundle."""
    return f"{FOLDERS[revision.subject]}/{revision.slug}/{revision.number:04}.toml"


def compose_revision(revision: Revision) -> str:
    """The file of a revision."""
    standing = revision.standing
    table: Tree = {
        "number": revision.number,
        "stage": standing.stage.value,
        "disclosure": standing.classification.disclosure.value,
        "ground": standing.classification.ground,
        **{name: getattr(revision, name) for name in _WORDS[:4]},
        **{name: getattr(standing, name) for name in (*_WORDS[4:], *_INSTANTS, "review_due_on")},
        "steps": [_compose_step(step) for step in standing.steps],
    }
    said = {key: value for key, value in table.items() if value not in ("", None, [])}
    return compose_file({**tree_of(revision.body), "revision": said})


def read_revision(name: str, source: str) -> tuple[Revision | None, tuple[Fault, ...]]:
    """The revision in a file called `name` within its bundle; None when it has faults."""
    try:
        tree = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        return None, (Fault(name, line_of_syntax_error(error, source), f"not readable as TOML: {error}"),)
    fields = Fields(name, tree, SourceMap(source))
    table = tree.pop("revision", None)
    if not isinstance(table, dict):
        fields.fault("[revision] is missing: number, stage, who drafted it and when")
        return None, tuple(fields.faults)
    revision = _read(fields, table, tree, PurePosixPath(name))
    if revision is not None:
        _check_contents(fields, revision, tree)
    return (None if fields.faults else revision), tuple(fields.faults)


def _read(fields: Fields, table: Mapping[str, Any], tree: Tree, path: PurePosixPath) -> Revision | None:
    fields.strangers(table, _KEYS, "revision")
    _check_place(fields, table, tree, path)
    _check_words_and_days(fields, table)
    standing = None if fields.faults else _read_standing(fields, table)
    if standing is None:
        return None
    words = {name: table.get(name, "") for name in _WORDS[:4]}
    subject = _SUBJECTS[path.parts[0]]
    return Revision(subject, path.parent.name, table["number"], body=body_of_tree(tree), standing=standing, **words)


def _check_contents(fields: Fields, revision: Revision, tree: Tree) -> None:
    if revision.subject is Subject.ITEM:
        fields.strangers(tree, ITEM_KEYS)
        try:
            item_of(revision)
        except KnowledgeRejected as error:
            fields.fault(str(error))
    elif revision.standing.stage in _SOUND:
        _, faults = read_tree(f"{revision.slug}.toml", tree, fields.source)
        fields.faults += [replace(fault, file=fields.file) for fault in faults]


def _check_place(fields: Fields, table: Mapping[str, Any], tree: Tree, path: PurePosixPath) -> None:
    named = _FILE.fullmatch(path.name)
    if named is None or int(named["number"]) != table.get("number") or not int(named["number"]):
        fields.fault("the file is called after the revision's number, such as 0003.toml", "revision", "number")
    if _SUBJECTS[path.parts[0]] is Subject.ITEM:
        if not is_slug(path.parent.name):
            fields.fault(f"{path.parent.name!r} is no slug of an item: name the folder after the item")
    elif tree.get("slug") != path.parent.name:
        fields.fault(f"slug {tree.get('slug')!r} differs from the folder's name", "slug")
    if table.get("stage") not in set(Stage):
        fields.fault(f"{table.get('stage')!r} is not a stage; stages are {', '.join(Stage)}", "revision", "stage")


def _check_words_and_days(fields: Fields, table: Mapping[str, Any]) -> None:
    for key in _WORDS:
        if not isinstance(table.get(key, ""), str):
            fields.fault(f"revision.{key} must be a text", "revision", key)
    for key in _INSTANTS:
        if not _is_instant(table.get(key)) or (key == "drafted_at" and table.get(key) is None):
            fields.fault(f"revision.{key} must be an instant with its offset from UTC", "revision", key)
    if table.get("stage") in _WAS_PUBLISHED and table.get("published_at") is None:
        fields.fault("revision.published_at is missing: it was published", "revision", "published_at")
    due = table.get("review_due_on")
    if due is not None and (not isinstance(due, date) or isinstance(due, datetime)):
        fields.fault("revision.review_due_on must be a date", "revision", "review_due_on")


def _read_standing(fields: Fields, table: Mapping[str, Any]) -> Standing | None:
    try:
        classification = Classification(DisclosureClass(table.get("disclosure", "")), table.get("ground", ""))
    except (KnowledgeRejected, ValueError) as error:
        fields.fault(str(error), "revision", "disclosure")
        return None
    words: dict[str, Any] = {name: table.get(name, "") for name in _WORDS[4:]}
    instants: dict[str, Any] = {name: table.get(name) for name in _INSTANTS}
    steps = [_read_step(fields, index, row) for index, row in enumerate(table.get("steps", ()))]
    return Standing(
        stage=Stage(table["stage"]),
        classification=classification,
        review_due_on=table.get("review_due_on"),
        steps=tuple(step for step in steps if step is not None),
        **words,
        **instants,
    )


def _compose_step(step: Step) -> Tree:
    return {"what": step.what, "by": step.by, "at": step.at, **({"reason": step.reason} if step.reason else {})}


def _read_step(fields: Fields, index: int, row: object) -> Step | None:
    if isinstance(row, dict) and _is_instant(row.get("at")) and row.get("at") is not None:
        words = [row.get("what"), row.get("by"), row.get("reason", "")]
        if all(isinstance(word, str) for word in words):
            return Step(str(words[0]), str(words[1]), row["at"], str(words[2]))
    fields.fault("a step tells what was done, by whom and at which instant", "revision", "steps", index)
    return None


def _is_instant(value: object) -> bool:
    return value is None or (isinstance(value, datetime) and value.tzinfo is not None)
