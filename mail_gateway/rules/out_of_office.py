"""Automatic answers without any header that says so, known by their subject or by a sentence of the mail service.

The sentence alone proves nothing: people quote it, or write it below their letters. Then a clerk looks.
"""

from __future__ import annotations

import re

from mail_gateway.letter import Letter
from mail_gateway.verdict import Reason

_SUBJECT = re.compile(
    r"^\s*(?:re\s*[:：]\s*)?[\[【(（]?\s*(?:自动回复|自动答复|自动应答|自動回覆|自動回復|外出自动回复|假期自动回复|不在办公室"
    r"|automatic reply|auto[- ]?reply|auto[- ]?response|autoreply|out of (?:the )?office)\s*(?:[\]】)）:：]|$)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:这|此)(?:是一?封?|邮件是|为)[^。\n]{0,16}(?:自动回复|自动答复|自动发送|系统自动)|本邮件(?:由系统|为系统)自动|请勿直接回复"
    r"|this is an (?:automatic|automated|auto-generated) (?:reply|response|message)",
    re.IGNORECASE,
)
_SHORT = 400
"""Automatic answers are short; a long letter that quotes such a sentence is a person's."""


def check(letter: Letter) -> Reason | None:
    """Applies when the subject begins as automatic answers do, or when text and transport both speak for a program."""
    if _SUBJECT.match(letter.mail.subject):
        return Reason("out_of_office.subject")
    if _says_so(letter) and (letter.envelope.has_null_sender or letter.mail.has_header("x-auto-response-suppress")):
        return Reason("out_of_office.sentence")
    return None


def check_sentence(letter: Letter) -> Reason | None:
    """Applies when a short text says that nobody wrote it, whatever else speaks for a program or against it."""
    return Reason("out_of_office.sentence_alone") if _says_so(letter) else None


def _says_so(letter: Letter) -> bool:
    return len(letter.words.new) <= _SHORT and _SENTENCE.search(letter.words.new) is not None
