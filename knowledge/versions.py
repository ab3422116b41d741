"""The mark that is printed with every answer: no two texts of one entry share it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count

from knowledge.bodies import digest_of
from knowledge.revisions import Body


def free_version(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or `wanted.2` and so on when a text of this entry has it already."""
    if wanted not in taken:
        return wanted
    return next(f"{wanted}.{number}" for number in count(2) if f"{wanted}.{number}" not in taken)


def version_of(body: Body) -> str:
    """The version that a body names; empty when it names none."""
    version = body.get("version")
    return version if isinstance(version, str) else ""


def says(body: Body, digest: str) -> bool:
    """Whether a body is the text with this digest, but for the number that `free_version` may have added."""
    version = version_of(body)
    marks = {version, version.rpartition(".")[0]} - {""}
    return digest == digest_of(body) or any(digest == digest_of(_with(body, mark)) for mark in marks)


def _with(body: Body, version: str) -> Mapping[str, object]:
    return {**body, "version": version}
