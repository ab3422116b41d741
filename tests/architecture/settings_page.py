"""The settings as rows: the source of the tables in docs/settings.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from runtime.settings import Settings, variable_of


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as a reader meets it."""

    name: str
    variable: str
    default: str
    meaning: str

    def __str__(self) -> str:
        """As a row of a Markdown table."""
        return f"| `{self.name}` | `{self.variable}` | {self.default} | {self.meaning} |"


def setting_rows(model: type[BaseModel] = Settings, above: str = "") -> Iterator[SettingRow]:
    """Every setting in the order of the class, groups by their members."""
    for name, field in model.model_fields.items():
        dotted = above + name
        if group := _group_in(field.annotation):
            yield from setting_rows(group, f"{dotted}.")
        else:
            meaning = field.description or ""
            yield SettingRow(dotted, variable_of(dotted), _say(field.default), meaning)


def _group_in(annotation: object) -> type[BaseModel] | None:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _say(default: object) -> str:
    if default is PydanticUndefined:
        return "must be given"
    if isinstance(default, tuple):
        default = ",".join(default)
    if default is None or str(default) == "":
        return "not set"
    if isinstance(default, timedelta):
        return f"`{default.total_seconds():.0f}` (seconds)"
    if isinstance(default, Enum):
        return f"`{default.value}`"
    said = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    return f"`{str(said).lower() if isinstance(said, bool) else said}`" if said != "" else "not set"
