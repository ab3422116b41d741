"""Answering a question from what the bureau has published, asking back, or saying that we do not know."""

from __future__ import annotations

from dataclasses import replace

from bot.engine.choices import NO_THANKS, NONE_OF_THESE
from bot.engine.following import facet_of_last, names_no_matter, neighbour_of_last, said_together
from bot.engine.phrases import fold
from bot.engine.turn import ChoiceDraft, Decision, Fact, Keyed, ReplyDraft, Response, Turn
from casework.commands import RecordEnquiry
from casework.message import Source
from casework.party import Language
from knowledge.card import cite, compose_card, compose_facet
from knowledge.facets import asked_facet
from knowledge.procedure import FacetName, Procedure
from knowledge.retrieval import Decision as Found
from knowledge.retrieval import Finding

ASK = "ask:"
"""A choice that asks for one entry carries its slug after this."""
LONGEST_QUOTE = 60


def answer(turn: Turn, finding: Finding) -> Response:
    """What the published entries say to the message, by itself or after what was said before."""
    if finding.decision is not Found.ANSWER and not turn.message.is_letter:
        together = said_together(turn)
        if together is None and (found := facet_of_last(turn)):
            return answer_facet(turn, *found)
        finding = together or neighbour_of_last(turn) or finding
        if finding.decision is Found.HAND_OVER and names_no_matter(turn.text):
            return Response(turn.conversation, (ReplyDraft("answer.which_matter"),), decision=Decision.ASK_BACK)
    return _answer_by_itself(turn, finding)


def answer_facet(turn: Turn, procedure: Procedure, facet: FacetName) -> Response:
    """One side of an entry, with what it rests on."""
    found = cite(procedure, turn.language)
    facts: dict[str, Fact] = {
        "title": found.title,
        "facet": compose_facet(procedure, turn.language, facet),
        "basis": found.basis,
        "version": found.version,
    }
    source = Source(found.procedure, found.title, found.version, found.basis)
    draft = ReplyDraft("answer.facet", facts, sources=(source,))
    enquiry = RecordEnquiry(Decision.ANSWER.value, procedure.slug, procedure.version, 1.0, (facet.value,))
    kept = replace(turn.conversation, last_procedure=procedure.slug, question="")
    return Response(kept, (draft,), (enquiry,), Decision.ANSWER)


def _answer_by_itself(turn: Turn, finding: Finding) -> Response:
    decision = Decision(finding.decision.value)
    best = finding.matches[0] if finding.matches else None
    if decision is Decision.ANSWER and best:
        procedure = turn.known.library.get(best.slug)
        enquiry = RecordEnquiry(decision.value, procedure.slug, procedure.version, finding.confidence, best.because)
        return _answered(turn, procedure, enquiry)
    enquiry = RecordEnquiry(decision.value, confidence=finding.confidence)
    # Another matter was spoken of: "and how much?" no longer means the entry before.
    last = turn.conversation.last_procedure if turn.message.is_letter else None
    asked = replace(turn.conversation, question=turn.text, last_procedure=last)
    if decision is Decision.ASK_BACK:
        return Response(asked, (_ask_back(turn, finding),), (enquiry,), decision)
    return Response(asked, (unknown(turn.text),), (enquiry,), Decision.HAND_OVER)


def answer_entry(turn: Turn, slug: str) -> Response | None:
    """The entry that was chosen; None when there is none of this name any more."""
    if slug not in turn.known.library:
        return None
    procedure = turn.known.library.get(slug)
    enquiry = RecordEnquiry(Decision.ANSWER.value, procedure.slug, procedure.version, 1.0, ("chosen",))
    return _answered(turn, procedure, enquiry)


def card(procedure: Procedure, language: Language, facet: FacetName | None) -> ReplyDraft:
    """The published entry, with its source."""
    found = cite(procedure, language)
    source = Source(found.procedure, found.title, found.version, found.basis)
    return ReplyDraft("answer.card", text=compose_card(procedure, language, facet), sources=(source,))


def withdrawn(turn: Turn) -> Response:
    """The entry that was chosen is published no more; what it said is not repeated."""
    return Response(
        turn.conversation, (ReplyDraft("answer.withdrawn", choices=_to_a_person()),), decision=Decision.HAND_OVER
    )


def unknown(question: str) -> ReplyDraft:
    """We do not know; a person may."""
    quoted = " ".join(question.split())
    shown = quoted if len(quoted) <= LONGEST_QUOTE else quoted[:LONGEST_QUOTE] + "…"
    return ReplyDraft("answer.unknown", {"question": shown}, choices=_to_a_person())


def _to_a_person() -> tuple[ChoiceDraft, ...]:
    return (
        ChoiceDraft("start:handoff", Keyed("choice.handoff")),
        ChoiceDraft(NO_THANKS, Keyed("choice.no_thanks")),
    )


def _answered(turn: Turn, procedure: Procedure, enquiry: RecordEnquiry) -> Response:
    asked = turn.conversation.question if turn.choice else turn.text
    draft = card(procedure, turn.language, asked_facet(fold(asked)))
    kept = replace(turn.conversation, last_procedure=procedure.slug, question="")
    return Response(kept, (draft,), (enquiry,), Decision.ANSWER)


def _ask_back(turn: Turn, finding: Finding) -> ReplyDraft:
    entries = [turn.known.library.get(match.slug) for match in finding.choices]
    choices = tuple(
        ChoiceDraft(f"{ASK}{entry.slug}", Keyed("choice.entry", {"title": entry.title.in_(turn.language)}))
        for entry in entries
    )
    none = ChoiceDraft(NONE_OF_THESE, Keyed("choice.none_of_these"))
    return ReplyDraft("answer.ask_back", choices=(*choices, none))
