"""What the documents promise: commands, targets and links, read out of Markdown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol


class Command(Protocol):
    """What a command line knows of one of its commands."""

    params: list[Any]


_FENCE = re.compile(r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img[^>]+src=\"([^\"]+)\"")
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def shell_lines(page: str) -> Iterator[str]:
    """Each command of a page's shell blocks, continued lines joined, prompts and remarks left out."""
    for block in _FENCE.findall(page):
        for line in block.replace("\\\n", " ").splitlines():
            said = line.strip().removeprefix("$ ")
            if said and not said.startswith("#"):
                yield said


def make_targets(makefile: str) -> set[str]:
    return set(_TARGET.findall(makefile))


def unknown_targets(page: str, targets: set[str]) -> list[str]:
    """Targets that a page tells one to make and the Makefile does not have."""
    said = re.findall(r"(?:^|`)make ([a-z]+)", page, re.MULTILINE)
    return [target for target in said if target not in targets]


def unknown_commands(page: str, command: Command) -> list[str]:
    """Calls of `sunwindow` in shell blocks that name a command or an option which it does not have."""
    parts = [part for line in shell_lines(page) for part in re.split(r"\s*(?:\||&&|;)\s*", line)]
    calls = [(part, call) for part in parts if (call := _call_of(part)) is not None]
    return [f"{part}: {fault}" for part, call in calls if (fault := _misfit(call, command))]


def broken_links(page: str, place: Path) -> list[str]:
    """Links of a page to files that are not there; `place` is the folder of the page."""
    links = (one or other for one, other in _LINK.findall(page))
    return [
        link for link in links if "://" not in link and not link.startswith("mailto:") and not (place / link).exists()
    ]


def _call_of(part: str) -> list[str] | None:
    try:
        words = shlex.split(part, comments=True)
    except ValueError:
        return None
    while words and (re.fullmatch(r"[A-Z_]+=.*", words[0]) or words[0] == "sudo"):
        words = words[1:]
    return words[1:] if words and Path(words[0]).name == "sunwindow" else None


def _misfit(words: list[str], command: Command) -> str | None:
    here = command
    for word in words:
        known: Mapping[str, Command] = getattr(here, "commands", {})
        if word.startswith("--"):
            options = {option for param in here.params for option in param.opts} | {"--help"}
            if word.partition("=")[0] not in options:
                return f"there is no option {word}"
        elif known:
            if word not in known:
                return f"there is no command {word}"
            here = known[word]
    return None
