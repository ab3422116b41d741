"""What is made of a bundle alone: the office, the desk and its words. Nothing here touches the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from bot.desk import Desk
from casework.actions.intake import Office
from casework.wording import Wording, load_wording
from knowledge.retrieval import KnowledgeBase
from runtime.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Furniture:
    """The desk and everything on it."""

    office: Office
    desk: Desk
    replies: Wording
    mail_words: Wording


def furnish(bundle: Bundle, secret: bytes, knowledge: Callable[[], KnowledgeBase]) -> Furniture:
    """Set up the desk of a bureau, in its own words where the bundle has them, over what `knowledge` gives."""
    notices, replies, mail_words = (
        bundle.reworded(load_wording(files(room) / folder))
        for room, folder in (("casework", "notices"), ("bot", "replies"), ("mail_gateway", "wording"))
    )
    office = Office(bundle.bureau, notices, secret)
    desk = Desk(knowledge=knowledge, office=office, replies=replies)
    return Furniture(office, desk, replies, mail_words)
