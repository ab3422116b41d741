"""Subjects without what programs put before them: 回复, 答复, 转发, Re, Fwd and their kin."""

from __future__ import annotations

import re

_REPLY = r"re|aw|sv|antw|回复|答复|回覆|答覆|回信|回應"
_FORWARD = r"fwd?|wg|tr|转发|转寄|轉寄|轉發"
_AUTO = r"自动回复|自动答复|自動回覆"
_PREFIX = re.compile(
    rf"\s*(?:(?:{_REPLY})|({_FORWARD})|({_AUTO}))\s*(?:[\[(（]\d+[\])）]|\^\d+)?\s*[:：]", re.IGNORECASE
)


_IN_BRACKETS = re.compile(r"\[[^\[\]]{0,60}\]\s*$")
"""A case reference that our answers add."""
_TELLING = 12
"""Six Chinese characters, or twelve Latin letters."""


def base_subject(subject: str) -> str:
    """The subject without any prefixes, so that a letter and its answers have the same one."""
    rest = subject
    while (found := _PREFIX.match(rest)) is not None:
        rest = rest[found.end() :]
    return rest.strip()


def reply_subject(subject: str) -> str:
    """The subject of an answer: one `Re: ` before the bare subject."""
    return f"Re: {base_subject(subject)}".strip()


def is_answer(subject: str) -> bool:
    """Whether the subject says that the mail answers another one."""
    found = _PREFIX.match(subject)
    return found is not None and found[1] is None and found[2] is None


def subject_key(subject: str) -> str:
    """What subjects are compared by; empty for one such as `咨询` or `Hello`, which many letters have."""
    letters = _IN_BRACKETS.sub("", base_subject(subject)).casefold()
    key = "".join(character for character in letters if character.isalnum())
    weight = sum(1 if character.isascii() else 2 for character in key)
    return key if weight >= _TELLING else ""


def is_forwarded(subject: str) -> bool:
    """Whether the mail says that it passes another mail on."""
    found = _PREFIX.match(subject)
    return found is not None and found[1] is not None
