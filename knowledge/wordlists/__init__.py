"""Words as data: what questions are wrapped in, what means the same, and by what a facet is asked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

from knowledge.normalise import fold

_Tree = dict[str, "_Tree"]


def wordlist(name: str) -> dict[str, dict[str, list[str]]]:
    """One of the lists in this folder, by table and key."""
    found: dict[str, dict[str, list[str]]] = tomllib.loads(_read(name))
    return found


def synonyms() -> dict[str, list[str]]:
    """Words that mean the same, by the one that stands for them."""
    found: dict[str, list[str]] = tomllib.loads(_read("synonyms"))
    return found


def _read(name: str) -> str:
    return (files("knowledge.wordlists") / f"{name}.toml").read_text(encoding="utf-8")


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of `words`, the longest first; words of Latin letters match as whole words."""
    folded = {fold(word) for word in words}
    latin = _pattern(sorted(word for word in folded if word.isascii()))
    others = _pattern(sorted(word for word in folded if not word.isascii()))
    return "|".join(part for part in (rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])" if latin else "", others) if part)


def _pattern(words: Iterable[str]) -> str:
    """Words folded into a tree by their beginnings: a plain row of alternatives takes ten times as long to try."""
    tree: _Tree = {}
    for word in words:
        node = tree
        for sign in word:
            node = node.setdefault(sign, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: _Tree) -> str:
    ends = "" in node
    rest = [re.escape(sign) + _branches(below) for sign, below in sorted(node.items()) if sign]
    if not rest:
        return ""
    joined = rest[0] if len(rest) == 1 else f"(?:{'|'.join(rest)})"
    if not ends:
        return joined
    return f"(?:{joined})?"
