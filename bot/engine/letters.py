"""A letter is decided in one go: answered, made into a case, or given to an officer. There is always a receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from bot.engine.conversation import CONFIRM, Conversation, Progress
from bot.engine.dialogues import case_status, emergency, small_talk, withdraw_case
from bot.engine.following import facets_in, names_no_matter
from bot.engine.intent import Intent, weigh
from bot.engine.moments import day
from bot.engine.phrases import fold
from bot.engine.questions import Question, questions_in
from bot.engine.recognise import is_question, recognise
from bot.engine.several import Asked, look_up, say
from bot.engine.turn import Decision, Keyed, ReplyDraft, Response, Turn
from bot.engine.units import find_unit, overseer
from casework.case import CaseStatus
from casework.commands import AddToCase, OpenCase, RecordEnquiry, WithdrawCase
from casework.kinds import CaseKind
from casework.references import find_references
from knowledge.normalise import LONGEST_QUESTION
from knowledge.retrieval import Decision as Found

LONGEST_TO_ANSWER = LONGEST_QUESTION
"""A letter longer than this tells a story, which an officer reads."""
MOST_ANSWERS = 3
_A_FEW_KIND_WORDS = 40
_CLAUSE = re.compile(r"[,，。.!！~～\n;；]+|\bfor\b")
_LABEL = re.compile(r"[\s,，、:：。.!！;；|/()（）\[\]【】—–-]+")
_BUT = re.compile(r"但是|可是|不过|还没|没有|不满|然而|\b(but|however|still|not|yet)\b", re.IGNORECASE)
_UNHELPED = re.compile(
    rf"{_BUT.pattern}|没(说|讲|写|看|弄)?(清|明白|懂)|不(清楚|明白|对|够)|\b(unclear|wrong|incomplete|again)\b",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    r"(?<!不)匿名|(为我|替我|帮我|给我)保密|(不要|别|勿)(公开|透露|泄露)我|anonymous|keep my name|confidential",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^。！？!?\n;；]+[。！？!?;；]?")
_NUMBERED = re.compile(r"^\s*[（(]?[0-9一二三四五六七八九十][、.．)）]\s*")
_REPLY_PREFIX = re.compile(r"^\s*((re|fw|fwd|aw|回复|答复|转发)\s*[:：]\s*)+", re.IGNORECASE)
_DATE = re.compile(
    r"[0-9]{1,4}\s*[年/.-]\s*[0-9]{1,2}|[0-9]{1,2}\s*[月日号]|昨|今天|今早|前天|上午|下午|晚上|上周|周[一二三四五六日]"
    r"|yesterday|today|last (night|week|month)|on (mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|[0-9]{1,2}(:[0-9]{2})? ?[ap]m",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"[路街巷镇村区号楼店站]|派出所|大队|窗口|\b(road|street|avenue|station|window|office|town|village)\b",
    re.IGNORECASE,
)
_IDENTITY = re.compile(r"[0-9]{6,}|身份证|护照|营业执照|passport|identity card|id card", re.IGNORECASE)
_CONTACT = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}|\+[0-9]{7,}")
_FORM = re.compile(r"电子|纸质|邮寄|查阅|复印|electronic|paper|e-?mail|by post|inspect", re.IGNORECASE)

Row = Callable[[Turn], Response | None]


def answer_letter(turn: Turn) -> Response:
    """The one decision about a letter, with a receipt in its language."""
    whole = replace(turn, conversation=_open_matter(turn))
    for name, row in LETTER_POLICY:
        response = row(whole)
        if response is not None:
            return replace(response, because=(name, *response.because))
    raise AssertionError("the last row takes every letter")


def _open_matter(turn: Turn) -> Conversation:
    """The exchange so far, without dialogues, and without an answered question that nobody came back to in time."""
    conversation, days = turn.conversation, turn.known.bureau.mail_policy.answered_days
    before = replace(conversation, active=None)
    if conversation.spoke_at is None or turn.now - conversation.spoke_at <= timedelta(days=days):
        return before
    return replace(before, parked=(), last_procedure=None, last_facets=(), question="")


def _danger(turn: Turn) -> Response | None:
    match = turn.wants(Intent.EMERGENCY)
    if match is None:
        return None
    commands = emergency.commands(match.because)
    filed = _joined(turn) or _filed(turn, CaseKind.CRIME_REPORT)
    return Response(
        turn.conversation,
        (emergency.card(turn), *(draft for draft in filed.drafts if draft.is_receipt)),
        (*commands, *filed.commands),
        Decision.EMERGENCY,
        match.because,
    )


def _joined(turn: Turn) -> Response | None:
    """The letter belongs to a case: it is added, and the receipt names the case when it is the sender's own.

    Anybody else's receipt has a reference of its own, and does not even tell that there is a case.
    """
    if turn.known.case is None:
        return None
    reference = turn.known.case.reference
    if turn.known.is_anothers:
        receipt = ReplyDraft("letter.passed_on", is_receipt=True)
        return Response(turn.conversation, (receipt,), (AddToCase(reference), RecordEnquiry("dialogue")))
    receipt = ReplyDraft("letter.joined", {"reference": reference}, case=reference, is_receipt=True)
    return Response(turn.conversation, (receipt,), (AddToCase(reference),))


def _withdrawing(turn: Turn) -> Response | None:
    """Who wants a matter of their own taken back is asked once more, and says so in an answer to that."""
    case = turn.known.case
    if case is None or turn.known.is_anothers or case.status is CaseStatus.CLOSED:
        return None
    reference = case.reference
    if _asked_to_withdraw(turn, reference) and turn.says(Intent.CONFIRM, Intent.WITHDRAW_CASE):
        done = ReplyDraft("withdraw_case.done", {"reference": reference}, case=reference, is_receipt=True)
        settled = replace(turn.conversation, parked=())
        return Response(settled, (done,), (AddToCase(reference), WithdrawCase(reference)))
    if not withdraw_case.is_wish(_body(turn)):
        return None
    asked = Progress(withdraw_case.DIALOGUE.name, {"reference": reference}, asking=CONFIRM)
    draft = ReplyDraft("letter.withdraw_ask", {"reference": reference}, case=reference, is_receipt=True)
    return Response(replace(turn.conversation, parked=(asked,)), (draft,), (AddToCase(reference),))


def _asked_to_withdraw(turn: Turn, reference: str) -> bool:
    return any(
        one.dialogue == withdraw_case.DIALOGUE.name and one.slots.get("reference") == reference
        for one in turn.conversation.parked
    )


def _told(turn: Turn) -> Response | None:
    """A part of a letter that a clerk split is what the clerk says; a question goes to an officer."""
    kind = turn.message.part.kind if turn.message.part else None
    if kind is None:
        return None
    return _officer(turn) if kind is CaseKind.CONSULTATION else _filed(turn, kind)


def _stated(turn: Turn) -> Response | None:
    """A report, a complaint, an application or a suggestion is filed at once with what the letter holds."""
    for intent, kind in _KINDS:
        match = turn.matches.get(intent)
        if match is None:
            continue
        asks_how = not match.states and is_question(_body(turn)) and _answers(turn)
        return None if asks_how else _filed(turn, kind)
    named = None if _asks(turn) else _named_by_subject(turn)
    return _filed(turn, named) if named else None


def _named_by_subject(turn: Turn) -> CaseKind | None:
    """What the subject calls the letter, in a clause of its own: `投诉：…`, `… (complaint)`."""
    clauses = [recognise(clause) for clause in _LABEL.split(_subject(turn)) if clause.strip()]
    said = (kind for intent, kind in _KINDS for one in clauses if intent in one and one[intent].whole)
    return next(said, None)


def _question(turn: Turn) -> Response | None:
    """A sure answer to everything that the letter asks; how a case stands is no such thing."""
    if turn.wants(Intent.CASE_STATUS) or case_status.names_a_case(_body(turn)):
        return None
    if not _asks(turn):
        # What tells and asks nothing is no question, however near a published entry comes to its words.
        return None
    asked = _answers(turn)
    known = turn.conversation.last_procedure
    leans = any(not one.question.matter for one in asked)
    if not asked or known in {one.about for one in asked} or (leans and _UNHELPED.search(_body(turn))):
        # Who writes again after an answer was not helped by it: an officer reads on.
        return None
    answered = say(turn, asked)
    receipt = ReplyDraft("letter.answered", {"until": day(_open_until(turn))}, is_receipt=True)
    return replace(answered, drafts=(*answered.drafts, receipt))


def _open_until(turn: Turn) -> date:
    """The last day on which a letter back goes on with this question."""
    bureau = turn.known.bureau
    return bureau.calendar.local_date(turn.now) + timedelta(days=bureau.mail_policy.answered_days)


def _thanks(turn: Turn) -> Response | None:
    """Who only thanks us, or only says hello, needs no officer."""
    said = small_talk.reply(turn) or (ReplyDraft("small_talk.thanks") if _only_thanks(turn) else None)
    if said is None or turn.says(Intent.ANNOYED) or turn.message.attachments:
        return None
    receipt = ReplyDraft("letter.noted", is_receipt=True)
    return Response(turn.conversation, (replace(said, choices=()), receipt), (RecordEnquiry("dialogue"),))


def _only_thanks(turn: Turn) -> bool:
    """A few kind words, one of which is thanks, with no question, wish or complaint among them."""
    body = _body(turn)
    others = set(turn.matches) - {Intent.THANKS, Intent.GREETING, Intent.DONE, Intent.CONFIRM}
    if others or weigh(fold(body)) > _A_FEW_KIND_WORDS or is_question(body) or _BUT.search(body):
        return False
    clauses = (recognise(clause) for clause in _CLAUSE.split(body) if clause.strip())
    return any(Intent.THANKS in one and one[Intent.THANKS].whole for one in clauses)


def _officer(turn: Turn) -> Response | None:
    """Anything else is a consultation that an officer answers; what it asks is kept as a question without an answer."""
    filed = _filed(turn, CaseKind.CONSULTATION)
    return replace(filed, commands=(*filed.commands, *_unanswered(turn)), decision=Decision.HAND_OVER)


def _unanswered(turn: Turn) -> tuple[RecordEnquiry, ...]:
    """That nothing published answers the letter; how a case stands is asked of no entry, and a story asks nothing."""
    asking = _sentences_that_ask(turn)
    if not asking or turn.wants(Intent.CASE_STATUS) or case_status.names_a_case(_body(turn)):
        return ()
    finding = turn.known.find("\n".join(asking)[:LONGEST_TO_ANSWER], turn.language)
    return (RecordEnquiry(Decision.HAND_OVER.value, confidence=finding.confidence),)


LETTER_POLICY: tuple[tuple[str, Row], ...] = (
    ("danger", _danger),
    ("it takes a matter back", _withdrawing),
    ("it belongs to a case", _joined),
    ("a clerk said what it is", _told),
    ("it states a matter", _stated),
    ("it thanks us", _thanks),
    ("it asks what is published", _question),
    ("an officer reads it", _officer),
)
_KINDS = (
    (Intent.REPORT_CRIME, CaseKind.CRIME_REPORT),
    (Intent.FILE_COMPLAINT, CaseKind.COMPLAINT),
    (Intent.START_APPLICATION, CaseKind.DISCLOSURE_APPLICATION),
    (Intent.SUGGESTION, CaseKind.SUGGESTION),
)
_MAIN_SLOT = {
    CaseKind.CRIME_REPORT: "facts",
    CaseKind.COMPLAINT: "facts",
    CaseKind.DISCLOSURE_APPLICATION: "description",
    CaseKind.SUGGESTION: "suggestion",
    CaseKind.CONSULTATION: "question",
}
_MISSING: dict[CaseKind, tuple[tuple[str, re.Pattern[str]], ...]] = {
    CaseKind.CRIME_REPORT: (("time", _DATE), ("place", _PLACE), ("contact", _CONTACT)),
    CaseKind.COMPLAINT: (("time", _DATE), ("place", _PLACE)),
    # Regulations on Open Government Information, art. 29.
    CaseKind.DISCLOSURE_APPLICATION: (("identity", _IDENTITY), ("contact", _CONTACT), ("form", _FORM)),
}


def _filed(turn: Turn, kind: CaseKind) -> Response:
    text = turn.text or _subject(turn)
    accused = find_unit(text, turn.known.bureau) if kind is CaseKind.COMPLAINT else None
    command = OpenCase(
        kind,
        subject=(_subject(turn) or next(iter(text.splitlines()), ""))[:80],
        details={_MAIN_SLOT[kind]: text} if text else {},
        unit=overseer(accused.slug, turn.known.bureau) if accused else None,
        accused=accused.slug if accused else None,
        anonymous=kind is CaseKind.COMPLAINT and bool(_UNNAMED.search(text)),
        party_name=turn.message.sender_name,
    )
    first = (ReplyDraft("letter.police_first"),) if kind is CaseKind.CRIME_REPORT else ()
    receipt = ReplyDraft(f"letter.filed.{kind.value}", is_receipt=True)
    return Response(turn.conversation, (*first, receipt, *_missing(text, kind)), (command,))


def _missing(text: str, kind: CaseKind) -> tuple[ReplyDraft, ...]:
    """What the letter does not say, asked for in one go."""
    lacking = tuple(
        Keyed("letter.missing_line", {"label": Keyed(f"letter.missing.{slot}")})
        for slot, pattern in _MISSING.get(kind, ())
        if not pattern.search(text)
    )
    return (ReplyDraft("letter.please_add", {"missing": lacking}),) if lacking else ()


def _answers(turn: Turn) -> tuple[Asked, ...]:
    """Each question with its sure finding; nothing when something that the letter asks has none."""
    body = _body(turn)
    if len(body) > LONGEST_TO_ANSWER or turn.message.attachments or find_references(body, _prefix(turn)):
        return ()
    questions = questions_in(turn.saying("\n".join(_sentences_that_ask(turn)) or _topic(turn)))
    asked = [one for one in look_up(turn, questions) if one.is_answered or not _is_courtesy(one.question.matter)]
    is_sure = all(one.is_answered for one in asked) and len(asked) <= MOST_ANSWERS
    # What only leans on the answer before, or asks for our hours, is no answer to a letter that tells more.
    names_it = any(one.question.matter for one in asked)
    if is_sure and asked and (names_it or _tells_nothing_else(turn)):
        return tuple(asked)
    return _by_topic(turn, asked)


def _tells_nothing_else(turn: Turn) -> bool:
    return all(is_question(sentence) or names_no_matter(sentence) for sentence in _sentences(_body(turn)))


def _by_topic(turn: Turn, asked: list[Asked]) -> tuple[Asked, ...]:
    """The one question of a letter that names its matter elsewhere, in its subject perhaps."""
    topic = _topic(turn)
    found = turn.known.find(topic, turn.language)
    if len(asked) > 1 or found.decision is not Found.ANSWER:
        return ()
    return (Asked(Question(topic, topic, facets_in(_body(turn))), found),)


def _asks(turn: Turn) -> bool:
    return is_question(_subject(turn)) or bool(_sentences_that_ask(turn))


def _sentences_that_ask(turn: Turn) -> list[str]:
    return [sentence for sentence in _sentences(_body(turn)) if is_question(sentence)]


def _is_courtesy(question: str) -> bool:
    """Whether a question asks nothing of its own, as "may I ask something?" and "and how much?" do."""
    return names_no_matter(question) or len(question) <= 8 or len(question.split()) in {2, 3, 4}


def _prefix(turn: Turn) -> str:
    return turn.known.bureau.reference_prefix


def _subject(turn: Turn) -> str:
    return _REPLY_PREFIX.sub("", turn.message.subject).strip()


def _topic(turn: Turn) -> str:
    """Subject and words together, where a letter names its matter."""
    return f"{_subject(turn)} {turn.text}".strip()


def _body(turn: Turn) -> str:
    return turn.text or _subject(turn)


def _sentences(text: str) -> list[str]:
    return [found for one in _SENTENCE.findall(text) if (found := _NUMBERED.sub("", one).strip())]
