"""A text in the two languages of the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same thing said in Chinese and in English."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        """Refuse a text that lacks a language."""
        if not self.zh.strip() or not self.en.strip():
            raise ValueError("a text needs both zh and en")

    def in_(self, language: Language) -> str:
        """The text for a reader of `language`."""
        return self.zh if language == "zh" else self.en
