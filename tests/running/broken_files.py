"""Files as a careless hand leaves them."""

from __future__ import annotations

from pathlib import Path


def break_it(folder: Path, name: str, old: str, new: str) -> None:
    """Put `new` where `old` stands first in a file below `folder`; it must stand there."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
