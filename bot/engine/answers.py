"""What the bureau has published as messages to the citizen: a whole entry, or some facets of it, with the source."""

from __future__ import annotations

from bot.engine.turn import Fact, ReplyDraft
from casework.message import Source
from casework.party import Language
from knowledge.card import cite, compose_card, compose_facets
from knowledge.procedure import FacetName, Procedure


def card(procedure: Procedure, language: Language, asked: tuple[FacetName, ...]) -> ReplyDraft:
    """The whole entry, the facets `asked` first."""
    text = compose_card(procedure, language, *asked)
    return ReplyDraft("answer.card", text=text, sources=(_source(procedure, language),))


def facets(procedure: Procedure, language: Language, asked: tuple[FacetName, ...]) -> ReplyDraft:
    """Some facets of an entry, with what they rest on."""
    found = cite(procedure, language)
    facts: dict[str, Fact] = {
        "title": found.title,
        "facet": compose_facets(procedure, language, *asked),
        "basis": found.basis,
        "version": found.version,
    }
    return ReplyDraft("answer.facet", facts, sources=(_source(procedure, language),))


def _source(procedure: Procedure, language: Language) -> Source:
    found = cite(procedure, language)
    return Source(found.procedure, found.title, found.version, found.basis)
