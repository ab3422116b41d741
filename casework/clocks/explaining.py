"""Deadlines in words, for a person and for a machine, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from casework.bureau import Words
from casework.clocks.deadline import Deadline, Fact, Step, source_step
from casework.party import Language
from casework.regime import ReceiptChannel, Regime, Rule
from casework.wording import Wording


@dataclass(frozen=True, slots=True)
class Explainer:
    """Puts steps, rules and deadlines into the words of one language."""

    words: Wording
    language: Language

    def sentence(self, step: Step) -> str:
        """One step in words."""
        return self.words.say(step.key, self.language, **{name: self._fact(fact) for name, fact in step.facts.items()})

    def day(self, day: date) -> str:
        """A date with its weekday."""
        weekday = self.words.say(f"clock.weekday.{day.weekday()}", self.language)
        return self.words.say("clock.date", self.language, date=day.isoformat(), weekday=weekday)

    def rule(self, regime: Regime, rule: Rule) -> str:
        """The law and the article of a rule; a rule that rests on no article is named by its own words."""
        if rule.article == "-":
            return rule.words.in_(self.language)
        name = regime.name.in_(self.language)
        source = self.sentence(source_step(rule))
        return self.words.say("clock.rule.name", self.language, regime=name, source=source)

    def _fact(self, fact: Fact) -> str:
        if isinstance(fact, date):
            return self.day(fact)
        if isinstance(fact, Words):
            return fact.in_(self.language)
        if isinstance(fact, tuple):
            return self.words.say("clock.between", self.language).join(self.sentence(each) for each in fact)
        return str(fact)


def describe(regime: Regime, found: Sequence[Deadline], explainer: Explainer) -> dict[str, object]:
    """Deadlines for a machine: the values of the interface, the derivations in words."""
    return {
        "deadlines": [_describe_one(regime, deadline, explainer) for deadline in found],
        "problems": list(dict.fromkeys(explainer.sentence(each) for deadline in found for each in deadline.problems)),
        "unconfirmed": list(regime.unconfirmed()),
    }


def print_out(
    regime: Regime, channel: ReceiptChannel, found: Sequence[Deadline], explainer: Explainer, *, today: date
) -> Iterator[str]:
    """Deadlines for a person, line by line."""
    say, language = explainer.words.say, explainer.language
    came = say(f"clock.channel.{channel.value}", language).rstrip("。.")
    yield say("clock.page.title", language, regime=regime.name.in_(language), channel=came, day=explainer.day(today))
    for deadline in found:
        yield ""
        yield _heading(deadline, explainer)
        yield "  " + say("clock.page.by", language, rule=explainer.rule(regime, deadline.rule))
        if not deadline.rule.confirmed:
            yield "  " + say("clock.page.unconfirmed_rule", language)
        for number, each in enumerate(deadline.steps, start=1):
            yield f"  {number}. {explainer.sentence(each)}"
        for problem in deadline.problems:
            yield "  " + say("clock.page.problem", language, problem=explainer.sentence(problem))
    yield ""
    yield say("clock.page.unconfirmed", language)
    for name in regime.unconfirmed():
        yield "  " + say(
            "clock.page.unconfirmed_line",
            language,
            name=name,
            meaning=meaning(regime, name, explainer),
            value=_value(regime, name, explainer),
        )


def meaning(regime: Regime, unconfirmed: str, explainer: Explainer) -> str:
    """What a rule or setting that the bureau must confirm says."""
    sort, _, name = unconfirmed.partition(".")
    if sort == "rules":
        return regime.rules[name].words.in_(explainer.language)
    return explainer.words.say(f"clock.setting.{name}", explainer.language)


def _value(regime: Regime, unconfirmed: str, explainer: Explainer) -> str:
    sort, _, name = unconfirmed.partition(".")
    if sort == "rules":
        return explainer.words.say("clock.page.as_it_stands", explainer.language)
    value = getattr(regime.conventions, name)
    if isinstance(value, bool):
        return explainer.words.say("clock.page.yes" if value else "clock.page.no", explainer.language)
    return str(value)


def standing(deadline: Deadline, explainer: Explainer) -> str:
    """The day and the state of a deadline."""
    say, language = explainer.words.say, explainer.language
    due = explainer.day(deadline.due_on) if deadline.due_on else say("clock.page.no_date", language)
    return say("clock.change.standing", language, due=due, state=say(f"clock.state.{deadline.state.value}", language))


def _heading(deadline: Deadline, explainer: Explainer) -> str:
    say, language = explainer.words.say, explainer.language
    due = explainer.day(deadline.due_on) if deadline.due_on else say("clock.page.no_date", language)
    if deadline.provisional:
        due = f"{due} [{say('clock.page.provisional', language)}]"
    return say(
        "clock.page.deadline",
        language,
        name=say(f"clock.name.{deadline.name.value}", language),
        owed_by=say(f"clock.owed_by.{deadline.owed_by.value}", language),
        due=due,
        state=say(f"clock.state.{deadline.state.value}", language),
    )


def _describe_one(regime: Regime, deadline: Deadline, explainer: Explainer) -> dict[str, object]:
    return {
        "name": deadline.name.value,
        "owed_by": deadline.owed_by.value,
        "due_on": deadline.due_on.isoformat() if deadline.due_on else None,
        "state": deadline.state.value,
        "rule": f"{regime.slug} art. {deadline.rule.article}",
        "derivation": [explainer.sentence(each) for each in deadline.steps],
        "rule_words": explainer.rule(regime, deadline.rule),
        "rule_confirmed": deadline.rule.confirmed,
        "date_may_move": deadline.provisional,
        "problems": [explainer.sentence(each) for each in deadline.problems],
    }
