"""Whether an answer helped: two small buttons under it, and what is said when one is pressed.

A thumb changes nothing else: the dialogue, the open question and the choices on offer stay as they were.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.engine.choices import NO_THANKS
from bot.engine.conversation import Conversation, Offer
from bot.engine.steering import go_on
from bot.engine.turn import ChoiceDraft, Keyed, ReplyDraft, Response, Turn
from casework.commands import RateAnswer

HELPFUL = "helpful:"
NOT_HELPFUL = "unhelpful:"
_THUMB = re.compile(r"(helpful|unhelpful):([0-9]{1,9})")


def thumbs_for(enquiry: int) -> tuple[ChoiceDraft, ChoiceDraft]:
    """The two buttons under the answer to an enquiry."""
    return (
        ChoiceDraft(f"{HELPFUL}{enquiry}", Keyed("choice.helpful")),
        ChoiceDraft(f"{NOT_HELPFUL}{enquiry}", Keyed("choice.unhelpful")),
    )


def thumb_of(choice: str | None) -> RateAnswer | None:
    """What a pressed button says about an answer; None when it is another button."""
    found = _THUMB.fullmatch(choice or "")
    return RateAnswer(int(found[2]), helpful=found[1] == "helpful") if found else None


def take_thumb(turn: Turn, before: Conversation) -> Response:
    """Record the thumb and thank; offer a person when the answer did not help and nothing else is open."""
    thumb = thumb_of(turn.message.choice)
    if thumb is None:
        raise ValueError("no thumb was pressed")
    if turn.known.taken_over:
        return Response(before, commands=(thumb,), because=("a thumb",))
    if thumb.helpful or before.active is not None:
        said = ReplyDraft("thumb.thanks" if thumb.helpful else "thumb.sorry")
        return Response(before, (said, *go_on(turn, before)), (thumb,), because=("a thumb",))
    offered = (ChoiceDraft("start:handoff", Keyed("choice.handoff")), ChoiceDraft(NO_THANKS, Keyed("choice.no_thanks")))
    after = replace(before, offers=tuple(Offer(choice.value) for choice in offered))
    return Response(after, (ReplyDraft("thumb.sorry", choices=offered),), (thumb,), because=("a thumb",))
