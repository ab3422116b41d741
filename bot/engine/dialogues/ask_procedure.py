"""Answering a question from what the bureau has published, asking back, or saying that we do not know."""

from __future__ import annotations

from dataclasses import replace

from bot.engine import answers
from bot.engine.choices import NO_THANKS, NONE_OF_THESE
from bot.engine.conversation import Conversation
from bot.engine.following import (
    facets_before,
    facets_in,
    facets_in_its_words,
    facets_of_last,
    leans,
    names_no_matter,
    neighbour_of_last,
    said_together,
)
from bot.engine.turn import ChoiceDraft, Decision, Keyed, ReplyDraft, Response, Turn
from casework.commands import RecordEnquiry
from knowledge.procedure import FacetName, Procedure
from knowledge.retrieval import Decision as Found
from knowledge.retrieval import Finding

ASK = "ask:"
"""A choice that asks for one entry carries its slug after this."""
LONGEST_QUOTE = 60


def answer(turn: Turn, finding: Finding) -> Response:
    """What the published entries say to the message, by itself or after what was said before."""
    followed = facets_of_last(turn)
    if followed:
        return answer_facets(turn, *followed)
    if finding.decision is not Found.ANSWER and not turn.message.is_letter:
        together = said_together(turn)
        if together is None and (followed := facets_in_its_words(turn)):
            return answer_facets(turn, *followed)
        if neighbour := together or neighbour_of_last(turn):
            return _answer_by_itself(turn, neighbour, facets_in(turn.text) or facets_before(turn))
        if finding.decision is Found.HAND_OVER and names_no_matter(turn.text):
            return Response(turn.conversation, (ReplyDraft("answer.which_matter"),), decision=Decision.ASK_BACK)
    return _answer_by_itself(turn, finding, facets_in(turn.text))


def answer_facets(turn: Turn, procedure: Procedure, asked: tuple[FacetName, ...]) -> Response:
    """Some sides of an entry, with what they rest on."""
    draft = answers.facets(procedure, turn.language, asked)
    enquiry = RecordEnquiry(Decision.ANSWER.value, procedure.slug, procedure.version, 1.0, asked)
    return Response(_remembering(turn, procedure, asked), (draft,), (enquiry,), Decision.ANSWER)


def answer_found(turn: Turn, finding: Finding, asked: tuple[FacetName, ...]) -> Response:
    """The entry that was surely found, the sides `asked` first."""
    best = finding.matches[0]
    procedure = turn.known.library.get(best.slug)
    enquiry = RecordEnquiry(Decision.ANSWER.value, procedure.slug, procedure.version, finding.confidence, best.because)
    return _answered(turn, procedure, enquiry, asked)


def _answer_by_itself(turn: Turn, finding: Finding, asked_for: tuple[FacetName, ...]) -> Response:
    decision = Decision(finding.decision.value)
    if decision is Decision.ANSWER and finding.matches:
        return answer_found(turn, finding, asked_for)
    enquiry = RecordEnquiry(decision.value, confidence=finding.confidence)
    asked = replace(turn.conversation, question=turn.text)
    if not turn.message.is_letter and not leans(turn.text):
        # Another matter was spoken of: "and how much?" no longer means the entry before.
        asked = replace(asked, last_procedure=None, last_facets=())
    if decision is Decision.ASK_BACK:
        return Response(asked, (_ask_back(turn, finding),), (enquiry,), decision)
    return Response(asked, (unknown(turn.text),), (enquiry,), Decision.HAND_OVER)


def answer_entry(turn: Turn, slug: str) -> Response | None:
    """The entry that was chosen; None when there is none of this name any more."""
    if slug not in turn.known.library:
        return None
    procedure = turn.known.library.get(slug)
    enquiry = RecordEnquiry(Decision.ANSWER.value, procedure.slug, procedure.version, 1.0, ("chosen",))
    return _answered(turn, procedure, enquiry, facets_in(turn.conversation.question))


def unknown(question: str) -> ReplyDraft:
    """We do not know; a person may."""
    quoted = " ".join(question.split())
    shown = quoted if len(quoted) <= LONGEST_QUOTE else quoted[:LONGEST_QUOTE] + "…"
    choices = (
        ChoiceDraft("start:handoff", Keyed("choice.handoff")),
        ChoiceDraft(NO_THANKS, Keyed("choice.no_thanks")),
    )
    return ReplyDraft("answer.unknown", {"question": shown}, choices=choices)


def _answered(turn: Turn, procedure: Procedure, enquiry: RecordEnquiry, asked: tuple[FacetName, ...]) -> Response:
    draft = answers.card(procedure, turn.language, asked)
    return Response(_remembering(turn, procedure, asked), (draft,), (enquiry,), Decision.ANSWER)


def _remembering(turn: Turn, procedure: Procedure, asked: tuple[FacetName, ...]) -> Conversation:
    return replace(turn.conversation, last_procedure=procedure.slug, last_facets=asked, question="")


def _ask_back(turn: Turn, finding: Finding) -> ReplyDraft:
    entries = [turn.known.library.get(match.slug) for match in finding.choices]
    choices = tuple(
        ChoiceDraft(f"{ASK}{entry.slug}", Keyed("choice.entry", {"title": entry.title.in_(turn.language)}))
        for entry in entries
    )
    none = ChoiceDraft(NONE_OF_THESE, Keyed("choice.none_of_these"))
    return ReplyDraft("answer.ask_back", choices=(*choices, none))
