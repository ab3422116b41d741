"""What reply kinds and kinds of applicants are called, in the words of the annual form."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from casework.party import Language
from casework.reply_kinds import ApplicantKind, ReplyKind
from casework.wording import Wording, load_wording


def name_reply(kind: ReplyKind, language: Language) -> str:
    """A reply kind in words, without what the form says in brackets of how it is counted."""
    return _words().say(f"reply_kind.{kind.value}", language).partition("（")[0].partition(" (")[0]


def name_applicant(kind: ApplicantKind, language: Language) -> str:
    """A kind of applicant in words."""
    return _words().say(f"applicant_kind.{kind.value}", language)


@cache
def _words() -> Wording:
    return load_wording(files("casework") / "words")
