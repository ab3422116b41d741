"""The law that an entry rests on, and how it is cited: title, article and date, never an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from knowledge.numerals import NUMERAL, parse_numeral
from knowledge.text import Language, Text

_ARTICLE = re.compile(f"第({NUMERAL}|[0-9]+)条(?:第({NUMERAL}|[0-9]+)款)?(?:第({NUMERAL}|[0-9]+)项)?")
_BETWEEN_ARTICLES = re.compile("[、，,和及至 ]*")


@dataclass(frozen=True, slots=True)
class Basis:
    """One law or rule, with the articles that matter."""

    title: Text
    article: str
    """As the law numbers it, in Chinese: 第五条、第六条. Empty when the whole document is meant."""
    on: date
    """The date of the document, as printed under its title."""

    def cite(self, language: Language) -> str:
        """The citation as a reader of `language` expects it."""
        title = self.title.in_(language)
        if language == "zh":
            bracketed = title if title.startswith("《") else f"《{title}》"
            return f"{bracketed}{self.article}（{self.on.isoformat()}）"
        article = article_in_english(self.article)
        return f"{title}{', ' if article else ''}{article} ({self.on.isoformat()})"


def article_in_english(article: str) -> str:
    """第五条第二款、第六条 as "arts. 5(2), 6"; what is not such a list is returned as it is."""
    found = list(_ARTICLE.finditer(article))
    if not found or not _BETWEEN_ARTICLES.fullmatch(_ARTICLE.sub("", article)):
        return article
    numbers = [
        _number(match[1]) + "".join(f"({_number(part)})" for part in match.groups()[1:] if part) for match in found
    ]
    return ("art. " if len(numbers) == 1 else "arts. ") + ", ".join(numbers)


def _number(numeral: str) -> str:
    return numeral if numeral.isascii() else str(parse_numeral(numeral))
