"""Words by which notices and automatic answers are known, in every language that we have met: data, not code.

`notices.toml` and `answers.toml` hold parts of regular expressions; whoever reads mail sets them into a frame.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def any_of(file: str, name: str) -> str:
    """One group that matches each way of saying `name`, in all languages."""
    by_language = _load(file)[name]
    return f"(?:{'|'.join(way for ways in by_language.values() for way in ways)})"


@cache
def _load(file: str) -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads((files("mail_gateway.phrases") / f"{file}.toml").read_text(encoding="utf-8"))
