"""What is made of a bundle alone: the office, what it knows, the desk and its words. Nothing here touches the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bot.desk import Desk
from casework.actions.office import Office
from casework.wording import Wording, load_wording
from knowledge.effect import labels_of
from knowledge.library import Library
from knowledge.retrieval import Caution, Embedder, KnowledgeBase
from knowledge.searchable import entries_of
from runtime.bundle import Bundle
from runtime.kept_index import kept_finder


@dataclass(frozen=True, slots=True)
class Furniture:
    """The desk and everything on it."""

    office: Office
    desk: Desk
    replies: Wording
    mail_words: Wording


def know(
    bundle: Bundle, embedder: Embedder | None = None, library: Library | None = None, *, kept: Path | None = None
) -> KnowledgeBase:
    """What a bureau knows, as cautious as it wishes, calibrated on its labelled questions.

    `library` are its entries where they are no longer those that the bundle discloses, and a question whose entries
    are all gone from it teaches nothing; an `embedder` compares by meaning too. In the folder `kept` the index is
    kept; not with an embedder, whose rows are the model's.
    """
    served = bundle.library.public() if library is None else library
    caution = Caution(bundle.bureau.may_be_wrong)
    labelled = [(label.question, label.slugs) for label in labels_of(bundle.labelled, served)]
    if kept is not None and embedder is None:
        return KnowledgeBase(served, finder=kept_finder(kept, entries_of(served), labelled, caution))
    return KnowledgeBase(
        served,
        caution=caution,
        labelled=labelled,
        embedder=embedder,
    )


def office_of(bundle: Bundle, secret: bytes, *, site: str = "") -> Office:
    """What actions need of a bureau, with its notices in its own words where the bundle has them."""
    return Office(bundle.bureau, bundle.reworded(load_wording(files("casework") / "notices")), secret, site)


def furnish(bundle: Bundle, secret: bytes, knowledge: Callable[[], KnowledgeBase], *, site: str = "") -> Furniture:
    """Set up the desk of a bureau, in its own words where the bundle has them, over what `knowledge` gives."""
    replies, mail_words = (
        bundle.reworded(load_wording(files(room) / folder))
        for room, folder in (("bot", "replies"), ("mail_gateway", "wording"))
    )
    office = office_of(bundle, secret, site=site)
    desk = Desk(knowledge=knowledge, office=office, replies=replies)
    return Furniture(office, desk, replies, mail_words)
