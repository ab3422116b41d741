"""Attributions: the line, perhaps broken over several, that says who wrote the quoted words and when.

`On Fri, Nov 20, 2026 at 10:00, Li <li@mail.example> wrote:`, `某某 <a@b> 于2026年11月20日周五 10:00写道：`, and
`2026-11-20 10:00 GMT+08:00 Li <li@mail.example>:`, which has no verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail_gateway import quote_marks as marks

MAX_LINES = 5
"""An attribution may be broken over so many lines."""
_MAX_CHARACTERS = 500

_LATIN_VERBS = (
    r"wrote|writes|said|schrieb(?:en)?|geschrieben|a écrit|écrivait|escribi[óo]|ha escrito|escreveu|ha scritto"
    r"|scrisse"
    r"|schreef|geschreven|skrev|skreiv|skrifaði|kirjoitti|napisał(?:\(a\)|a)?|pisze|napsal(?:\(a\)|a)?"
    r"|napísal(?:\(a\)|a)?"
    r"|написал(?:\(а\)|а)?|писал(?:\(а\)|а)?|пишет|написав(?:\(ла\)|ла)?|написала|пише|написа|yaz(?:dı|mış)"
    r"|yazan|írta"
    r"|a scris|έγραψε|menulis|va escriure|napisao(?:\(la\)| je)?|napisala|je napisal|kirjutas|rakstīja|rašė|parašė"
    r"|idatzi du|escribiu|skribis|đã viết|viết"
)
_WIDE_VERBS = (
    r"写道|寫道|写到|编写|撰寫|的来信|来信|書きました|書き込み|のメール|さんから"
    r"|작성|님이 씀|كتب|كتبت|כתב|כתבה|نوشت|เขียน"
)
_VERB = rf"(?:(?<![^\W\d_])(?:{_LATIN_VERBS})(?![^\W\d_])|{_WIDE_VERBS})"
VERB = re.compile(_VERB, re.IGNORECASE)
_VERB_LAST = re.compile(rf"{_VERB}[\s*_]*[:：﹕]?[\s*_]*$|{_VERB}\(?[^\s:：]{{0,4}}\)?\s*[:：]$", re.IGNORECASE)
_SENT_LAST = re.compile(r"\bsent\s*[:：]$", re.IGNORECASE)

_MONTH = r"(?<![^\W\d_])[^\W\d_]{3,12}"
DATE = re.compile(
    r"\d{4}\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]\s?\d{1,2}(?:\s?[日일]|\.)?"
    r"|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º)?[.-]?\s?(?:de |ta['’] )?{_MONTH}['’׳.]?,?[\s-](?:de )?\d{{4}}"
    rf"|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s?(?:at )?\d{{4}}"
    rf"|\d{{4}}\.?\s(?:m\. )?{_MONTH}\.?\s\d{{1,2}}"
    r"|\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
    r"|\d{1,2} tháng \d{1,2},?\s\d{4}"
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? [a-z]{3,9}\.? \d{1,2}\b|\b(?:mon|tue|wed|thu|fri|sat"
    r"|sun)[a-z]*,? \d{1,2} [a-z]{3,9}\b",
    re.IGNORECASE,
)
CLOCK = re.compile(r"(?<!\d)\d{1,2}\s?[:：.hH時时시点]\s?\d{2}(?!\d)")
ADDRESS = re.compile(r"[^\s<>\"'()\[\],;:：&=]{1,64}@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_CLOSED_ADDRESS = re.compile(
    r"(?:[<(\[]|&lt;|mailto:)\s*(?:mailto:)?[^\s<>@:：]{1,80}@[\w.-]{3,80}\s*(?:[>)\]]|&gt;)[\s>)\]*|]*[:：,，]?$",
    re.ASCII,
)

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d)"
_START = re.compile(
    rf"^[\s>*{re.escape(marks.DASH)}]*(?:(?:on|at|am|le|el|em|il|in data|op|den|på|w dniu|dnia|dne|dňa|v|vào|lúc"
    rf"|pada|la|в|on the"
    r"|a|στις|kl|em|у|het|del?|pe|ma|ti|ke|to|la|su|tir|man|ons|tor|fre|lør|søn|пн|вт|ср|чт|пт|сб|вс|нд|ngày)\b"
    r"|[\"“'«]?\d"
    r"|在|于|於|mon|tue|wed|thu|fri|sat|sun|בתאריך|في|ב-|ที่|เมื่อ)",
    re.IGNORECASE,
)
_INSIDE = re.compile(rf"(?:(?<=\s)|(?<=[\w.!?])(?=-))(?:-{{2,}}\s*)?On (?={_DAY})", re.IGNORECASE)
_ENDS = (
    ":",
    "：",
    "﹕",
    ">",
    "-",
    "*",
    ")",
    "wrote",
    "schrieb",
    "写道",
    "寫道",
    "escribió",
    "ha scritto",
    "a écrit",
    "skrev",
)
_SENTENCE_END = re.compile(r"[.!?。！？;；]\s*$")
_BROKEN_END = re.compile(rf"^\s*[>＞]\s*(?:{_VERB})?\s*[:：]\s*$", re.IGNORECASE)
_FORWARD_ENDS = re.compile(rf"^[{re.escape(marks.DASH)}]{{2,}}")


def may_end(stripped: str) -> bool:
    """A quick look that spares most lines the slow one: whether an attribution could end in this line."""
    return stripped.endswith(_ENDS)


def is_broken_end(line: str) -> bool:
    """Whether a line that looks marked is the end of an attribution broken before its `>`."""
    return len(line) < 40 and line.rstrip()[-1:] in {":", "："} and _BROKEN_END.match(line) is not None


def attribution_start(lines: Sequence[str], end: int, *, is_marked_below: bool) -> int | None:
    """The line at which an attribution begins whose last line is `end`; None when none ends there.

    With marked lines below, less evidence is enough.
    """
    if not _fits(lines, end, is_marked_below=is_marked_below):
        return None
    best = None
    for start in range(end, max(-1, end - MAX_LINES), -1):
        line = lines[start]
        if not line.strip():
            if start == end or not lines[start + 1].lstrip().startswith("<"):
                break
            continue
        if start != end and (marks.QUOTED.match(line) or (best is not None and _SENTENCE_END.search(line[-20:]))):
            break
        joined = _joined(lines[start : end + 1])
        if len(joined) > _MAX_CHARACTERS:
            break
        if not is_attribution(joined, is_marked_below=is_marked_below):
            continue
        if _START.match(line) and DATE.search(joined):
            return start
        # The first lines may be the citizen's own: an attribution begins as late as it can.
        best = start if best is None else best
    return best


def is_attribution(text: str, *, is_marked_below: bool = False) -> bool:
    """Whether the text, one line, names who wrote what is quoted below it, and when."""
    bare = text.strip(f" \t|*{marks.DASH}")
    has_verb_last = _VERB_LAST.search(bare[-60:]) is not None
    if has_verb_last and _FORWARD_ENDS.match(text) and text.rstrip()[-2:] == "--":
        return True
    if bare.count("<") < bare.count(">"):
        return False
    has_date = DATE.search(bare) is not None
    has_address = "@" in bare and ADDRESS.search(bare) is not None
    if has_verb_last:
        return has_date or has_address or (is_marked_below and _is_short(bare))
    is_open = bare[-1:] in {":", "："}
    if has_date and _CLOSED_ADDRESS.search(bare[-200:]):
        return is_open or is_marked_below
    if not is_open or not (has_date and (has_address or CLOCK.search(bare))):
        return False
    return VERB.search(bare) is not None or _SENT_LAST.search(bare) is not None


def shares_its_line(stripped: str) -> bool:
    """Whether a line begins with an attribution that the quoted words follow at once, as Yahoo does it."""
    if ":  " not in stripped[:_MAX_CHARACTERS]:
        return False
    head = stripped[: stripped.index(":  ") + 1]
    return _START.match(head) is not None and DATE.search(head) is not None and is_attribution(head)


def split_within(line: str) -> int | None:
    """Where in a line an attribution begins that shares it with other words; None when none does."""
    found = next(reversed(list(_INSIDE.finditer(line[:_MAX_CHARACTERS]))), None)
    if found is None or not re.search(r"\w", line[: found.start()]) or not is_attribution(line[found.start() :]):
        return None
    return found.start()


def _fits(lines: Sequence[str], end: int, *, is_marked_below: bool) -> bool:
    """A look at the last line, then at all that might belong to it, that spares most letters the look at each start."""
    bare = lines[end].strip(f" \t|*{marks.DASH}")[-200:]
    if _VERB_LAST.search(bare[-40:]) is not None:
        return True
    if not bare or not (is_marked_below or bare[-1] in {":", "："}):
        return False
    window = " ".join(lines[max(0, end - MAX_LINES + 1) : end + 1])[-_MAX_CHARACTERS:]
    return ("@" in window or VERB.search(window) is not None) and DATE.search(window) is not None


def _is_short(text: str) -> bool:
    return len(text) < 120


def _joined(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())


def author_and_date(text: str) -> tuple[str, str]:
    """Whom an attribution names as the author, and when it says that they wrote; what it does not say is empty."""
    bare = _clean(VERB.sub(" ", text))
    day = DATE.search(bare)
    clock = CLOCK.search(bare, day.end()) if day else None
    clock = clock or CLOCK.search(bare, 0, day.start() if day else len(bare))
    begin = min((found.start() for found in (day, clock) if found), default=0)
    end = max((found.end() for found in (day, clock) if found), default=0)
    more = _AFTER_CLOCK.match(bare, end)
    end = more.end() if more else end
    address = ADDRESS.search(bare)
    before, after = bare[:begin], bare[end:]
    weekday = _WEEKDAY.search(before)
    date = _trimmed(bare[weekday.start() if weekday else begin : end])
    if address is None or address.start() >= end:
        return _trimmed(after), date
    return _trimmed(before), date


def _clean(text: str) -> str:
    text = re.sub(r"\(?(?:mailto:)\S*?([>)\s])", r"\1", text)
    return re.sub(r"<\s+", "<", " ".join(text.split()).strip(f" |*{marks.DASH}"))


def _trimmed(text: str) -> str:
    return text.strip(" \t,，、:：于於在")


_AFTER_CLOCK = re.compile(
    r"(?:[:：]\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?(?:GMT|UTC|[A-Z]{2,4}T)?\s?[+-]\d{1,2}:?\d{0,2}|\s[A-Z]{2,4}T)?"
)
_WEEKDAY = re.compile(r"\b[^\W\d_]{2,12}\.?,\s*$")
