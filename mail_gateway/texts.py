"""The texts that this package says to people, from `wording/*.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from casework.wording import Wording, load_wording


@cache
def mail_wording() -> Wording:
    """Texts of letters (`letter.…`, `held.…`) and of the reasons that clerks read (`reason.…`)."""
    return load_wording(files(__package__) / "wording")
