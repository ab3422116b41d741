"""Automatic answers without any header that says so, known by their subject or by a sentence of the mail service.

The sentence alone proves nothing: people quote it, or write it below their letters. Then a clerk looks.
"""

from __future__ import annotations

import re

from mail_gateway.letter import Letter
from mail_gateway.phrases import any_of
from mail_gateway.verdict import Reason

_SUBJECT = re.compile(
    rf"^\s*(?:(?:re|回复|答复)\s*[:：]\s*)?[\[【(（]?\s*{any_of('answers', 'names')}\s*"
    r"(?:[\]】)）:：!！]|[-–—](?=\s)|$|(?=(?:re|fw|回复|答复)\s*[:：])"
    r"|\s(?=(?:until|till|from|reply|message|notification|notice|re:|bis|jusqu|hasta)\b))",
    re.IGNORECASE,
)
_IS_AWAY = re.compile(rf"^[^:：?？]{{2,60}} {any_of('answers', 'is_away')}\b", re.IGNORECASE)
_SERVICE = re.compile(rf"^\W{{0,8}}{any_of('answers', 'services')}\W{{0,4}}$", re.MULTILINE)
"""What a mail service writes below the answers that it makes, on a line of its own."""
_SENTENCE = re.compile(rf"(?:^|[。！!.\n，,:：])[\s您你好hHiI]{{0,6}}{any_of('answers', 'sentences')}", re.IGNORECASE)
_ASKS = re.compile(any_of("answers", "asks"), re.IGNORECASE)
_SHORT = 400
"""Automatic answers are short; a long letter that quotes such a sentence is a person's."""


def check(letter: Letter) -> Reason | None:
    """Applies when the subject begins as automatic answers do, or when text and transport both speak for a program."""
    if _SUBJECT.match(letter.mail.subject) or _IS_AWAY.match(letter.mail.subject):
        return Reason("out_of_office.subject")
    if _is_short(letter) and _SERVICE.search(letter.words.new):
        return Reason("out_of_office.sentence")
    if _says_so(letter) and (letter.envelope.has_null_sender or letter.mail.has_header("x-auto-response-suppress")):
        return Reason("out_of_office.sentence")
    return None


def check_sentence(letter: Letter) -> Reason | None:
    """Applies when a short text says that nobody wrote it, whatever else speaks for a program or against it."""
    return Reason("out_of_office.sentence_alone") if _says_so(letter) else None


def _says_so(letter: Letter) -> bool:
    return _is_short(letter) and _SENTENCE.search(letter.words.new) is not None


def _is_short(letter: Letter) -> bool:
    """Whether the new words are few and ask nothing: who asks about an automatic answer is a person."""
    words = letter.words.new
    return len(words) <= _SHORT and _ASKS.search(words) is None
