"""Putting drafts into words: keyed texts, their facts and their buttons, in the language of the conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.engine import Fact, Keyed, ReplyDraft, thumbs_for
from casework.enquiry import Enquiry
from casework.message import Choice, Reply
from casework.party import Language
from casework.wording import Wording


@dataclass(frozen=True, slots=True)
class Speaker:
    """The words of a bureau, in one language, with the facts that this turn's commands produced."""

    wording: Wording
    language: Language
    facts: Mapping[str, Fact]

    def say(self, key: str, facts: Mapping[str, Fact]) -> str:
        """The text of `key` with its facts."""
        return self.wording.say(key, self.language, **{name: self.word(fact) for name, fact in facts.items()})

    def word(self, fact: Fact) -> str:
        """A fact as it is read; a list has one line an item."""
        if isinstance(fact, Keyed):
            return self.say(fact.key, fact.facts)
        if isinstance(fact, tuple):
            return "\n".join(self.word(item) for item in fact)
        return str(fact)

    def reply(self, draft: ReplyDraft, case: str | None) -> Reply:
        """One reply; `case` is the case that this turn filed."""
        own: Mapping[str, Fact] = {"card": draft.text} if draft.text is not None else {}
        return Reply(
            text=self.say(draft.key, {**self.facts, **own, **draft.facts}).strip(),
            choices=tuple(Choice(choice.value, self.word(choice.label)) for choice in draft.choices),
            sources=draft.sources,
            case=draft.case or (case if draft.is_receipt else None),
            key=draft.key,
        )


def with_thumbs(replies: Sequence[Reply], enquiries: Iterable[Enquiry], speaker: Speaker) -> tuple[Reply, ...]:
    """The same replies; the last one that rests on the entry of an answered enquiry asks whether it helped."""
    shown = list(replies)
    for enquiry in enquiries:
        places = [
            place
            for place, reply in enumerate(shown)
            if any(source.procedure == enquiry.procedure for source in reply.sources) and not reply.thumbs
        ]
        if places:
            thumbs = tuple(Choice(thumb.value, speaker.word(thumb.label)) for thumb in thumbs_for(enquiry.id))
            shown[places[-1]] = replace(shown[places[-1]], thumbs=thumbs)
    return tuple(shown)


def joined_mail(replies: Sequence[Reply], speaker: Speaker, bureau: str) -> Reply:
    """All replies of a turn as the one text of a mail."""
    parts = [
        speaker.say("mail.greeting", {}),
        *(reply.text for reply in replies),
        *([speaker.say("mail.not_helpful", {})] if any(reply.thumbs for reply in replies) else []),
        speaker.say("mail.closing", {"bureau": bureau}),
    ]
    return Reply(
        text="\n\n".join(parts),
        sources=tuple(source for reply in replies for source in reply.sources),
        case=_first(reply.case for reply in replies),
        key=replies[-1].key,
    )


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)
