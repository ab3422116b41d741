"""Rates as charts: bars for units, channels and kinds, lines over the months."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casework.papers.charts import bars, lines
from casework.party import Language
from casework.rates import Grouping, Measure, Rates
from casework.wording import Wording


def rate_bars(
    measure: Measure,
    table: Mapping[str, Rates],
    words: Wording,
    language: Language,
    *,
    name_of: Callable[[str], str] = str,
) -> str:
    """One measure of each unit, channel or kind; those without a case of it are left out."""
    found = {name_of(name): rates[measure].percent for name, rates in table.items()}
    known = {name: percent for name, percent in found.items() if percent is not None}
    measured = words.say(f"measure.{measure.value}", language)
    return bars(words.say("chart.named", language, measure=measured), known, top=100)


def rate_lines(table: Mapping[str, Rates], words: Wording, language: Language) -> str:
    """All five measures over the months of a table by `Grouping.MONTH`."""
    series = {
        words.say(f"measure.{measure.value}", language): [rates[measure].percent for rates in table.values()]
        for measure in Measure
    }
    title = words.say("chart.months", language, by=words.say(f"by.{Grouping.MONTH.value}", language))
    return lines(title, list(table), series, top=100)
