"""Taking a mail apart into its MIME parts (RFC 2045, RFC 2046): places in the bytes, nothing copied, nothing refused.

stdlib's parser reads line by line and calls itself for every part within a part: 25 MB take it a second, a million
header lines four, and two thousand nested parts end in an error. Here boundaries are searched for in the bytes, and
header lines, parts and depth are counted before anything is made of them, so that the time is bounded by the size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import Compat32

MAX_HEADERS = 500
"""Header lines of one part beyond this many are not read."""
MAX_HEADER_BYTES = 512_000
MAX_PARTS = 500
"""Parts of one mail beyond this many are not opened; the raw mail has them."""
MAX_DEPTH = 20
"""Multiparts within multiparts are opened so far."""
MOST_SCANS = 3
"""So often is the whole mail searched for boundaries: parts within parts are usually a small piece of it."""

_FIELD = re.compile(
    # A line of blanks goes on with the field only when something follows it that does.
    rb"([!-9;-~]{1,200})[ \t]*:[ \t]*"
    rb"([^\r\n]*(?:(?:\r\n|\n|\r)(?:[ \t]+[^\s][^\r\n]*|[ \t]+(?=\r?\n[ \t]+\S)))*)(?:\r\n|\n|\r|\Z)"
)
_KNOWN_FIELD = re.compile(
    rb"(?:From|To|Cc|Subject|Date|Message-ID|MIME-Version|Content-[a-z-]+|Received|Reply-To|Return-Path|References"
    rb"|In-Reply-To|Sender|Delivered-To|Envelope-To|Delivery-Date|X-[!-9;-~]+)[ \t]*:",
    re.IGNORECASE,
)
_LOOK_AHEAD = 10
"""Lines after a broken header line in which a known field shows that the header goes on."""
_BLANK = re.compile(rb"[ \t]*(?:\r\n|\n|\r)")
_BLANK_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))[ \t]*(?:\r\n|\n|\r(?!\n))")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_BEFORE = re.compile(rb"(?:[ \t]*\r?\n)*(?:>?From [^\r\n]*(?:\r\n|\n))?")
_FIRST_DELIMITER = re.compile(rb"(?:\A|\n)[ \t]*--([^\s\"][^\r\n\"]{0,68}?)[ \t]*\r?\n(?=[!-9;-~]{1,60}:|\r?\n)")


class _RawHeaders(Compat32):
    """Header values as the bytes stand (8-bit ones as surrogates): `header_values` decodes them, better than stdlib."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Hand the value out untouched."""
        return value


RAW_HEADERS = _RawHeaders()


@dataclass(slots=True)
class Part:
    """One part of a mail, or the whole of it."""

    raw: bytes = field(repr=False)
    header: tuple[tuple[str, str], ...] = ()
    """Names as written, and raw values; 8-bit octets are surrogates."""
    start: int = 0
    """Where the body begins in `raw`."""
    end: int = 0
    default_type: str = "text/plain"
    children: list[Part] = field(default_factory=list)
    """Of a multipart."""
    defects: list[str] = field(default_factory=list)
    _fields: Message[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the fields that say what the part is where stdlib can take their parameters apart."""
        self._fields = Message(policy=RAW_HEADERS)
        seen = set()
        for name, value in self.header:
            folded = name.lower()
            if folded.startswith("content-") and folded not in seen:
                seen.add(folded)
                self._fields[folded] = value

    @property
    def body(self) -> bytes:
        """The content as it stands in the mail, its transfer encoding not undone."""
        return self.raw[self.start : self.end]

    @property
    def content_type(self) -> str:
        """The declared type in small letters and ASCII (RFC 2045 §5.2)."""
        if "content-type" not in self._fields:
            return self.default_type
        declared = self._fields["content-type"].partition(";")[0].strip().strip("\"'").lower()
        main, slash, sub = declared.encode("ascii", "replace").decode("ascii").replace("\x00", "?").partition("/")
        if not slash or not main.strip() or not sub.strip() or "/" in sub:
            return "multipart/mixed" if main == "multipart" else "text/plain"
        return f"{main.strip()}/{sub.split()[0]}"

    @property
    def is_multipart(self) -> bool:
        """Whether its type says that it holds parts."""
        return self.content_type.startswith("multipart/")

    @property
    def disposition(self) -> str:
        """`inline`, `attachment` or empty (RFC 2183)."""
        return (self._fields.get_content_disposition() or "") if "content-disposition" in self._fields else ""

    @property
    def charset(self) -> str | None:
        """The declared charset of the content."""
        charset = self.parameter("charset")
        return charset[2] if isinstance(charset, tuple) else charset

    def field_value(self, name: str) -> str:
        """One of the Content- fields (small letters), or an empty text."""
        return str(self._fields[name]) if name in self._fields else ""

    def parameter(self, name: str, of: str = "content-type") -> str | tuple[str | None, str | None, str] | None:
        """A parameter of a field; a triple when it was written as RFC 2231 wants it."""
        return self._fields.get_param(name, header=of) if of in self._fields else None


def take_apart(raw: bytes) -> Part:
    """The MIME tree of a mail."""
    return _Splitter(raw).part(0, len(raw), "text/plain", 0)


def header_of(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The header lines of a mail or of a header that stands alone."""
    return _Splitter(raw).header(0, len(raw))[0]


class _Splitter:
    """Counts the parts of one mail while it takes them apart."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts = 0
        self.scanned = 0

    def part(self, start: int, end: int, default_type: str, depth: int) -> Part:
        header, body, defects = self.header(start, end)
        part = Part(self.raw, header, body, end, default_type, defects=defects)
        self.parts += 1
        if part.is_multipart:
            if depth < MAX_DEPTH:
                self.open(part, depth)
            else:
                part.defects.append("parts beyond the limit were not opened")
        return part

    def header(self, start: int, end: int) -> tuple[tuple[tuple[str, str], ...], int, list[str]]:
        """The fields, where the body begins, and what is wrong."""
        defects: list[str] = []
        fields: list[tuple[str, str]] = []
        at = start
        if (
            start == 0
            and (before := _BEFORE.match(self.raw))
            and _FIELD.match(self.raw, before.end(), min(end, MAX_HEADER_BYTES))
        ):
            at = before.end()
        limit = min(end, at + MAX_HEADER_BYTES)
        while at < limit:
            if (line := _FIELD.match(self.raw, at, limit)) is not None:
                fields.append((line[1].decode("ascii"), line[2].decode("utf-8", "surrogateescape")))
                at = line.end()
            elif (blank := _BLANK.match(self.raw, at, limit)) is not None:
                if blank[0].strip(b"\r\n") and self._goes_on(blank.end(), limit, fields):
                    at = blank.end()
                    continue
                return tuple(fields), blank.end(), defects
            elif (line := _LINE.match(self.raw, at, limit)) is not None and self._goes_on(line.end(), limit, fields):
                defects.append("header line without a name")
                at = self._unnamed(line, fields)
            else:
                defects.append("no blank line after the header")
                return tuple(fields), at, defects
            if len(fields) >= MAX_HEADERS:
                break
        if at < end and (len(fields) >= MAX_HEADERS or limit < end):
            defects.append("header lines beyond the limit were not read")
            after = _BLANK_LINE.search(self.raw, at, end)
            at = after.end() if after else end
        return tuple(fields), at, defects

    def _goes_on(self, at: int, limit: int, fields: list[tuple[str, str]]) -> bool:
        """Whether a line that is no field stands within a header: a known field follows before any blank line."""
        for _ in range(_LOOK_AHEAD if fields else 0):
            if _KNOWN_FIELD.match(self.raw, at, limit):
                return True
            line = _LINE.match(self.raw, at, limit)
            if line is None or not line[0].strip():
                return False
            at = line.end()
        return False

    def _unnamed(self, line: re.Match[bytes], fields: list[tuple[str, str]]) -> int:
        """Take a line without a name for the rest of the field before it, as after a broken folding."""
        name, value = fields[-1]
        fields[-1] = (name, f"{value}\n {line[0].decode('utf-8', 'surrogateescape').strip()}")
        return line.end()

    def open(self, part: Part, depth: int) -> None:
        """Find the parts of a multipart by the boundary that it declares, else by the one that its body begins with."""
        for boundary in self._boundaries(part):
            self.scanned += part.end - part.start
            if self.scanned > MOST_SCANS * len(self.raw) + MAX_HEADER_BYTES:
                part.defects.append("parts beyond the limit were not opened")
                return
            if self._fill(part, boundary, depth):
                return
        part.defects.append("no boundary found")

    def _fill(self, part: Part, boundary: bytes, depth: int) -> bool:
        kind = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        closed = False
        for start, end, is_last in self._stretches(boundary, part.start, part.end):
            if self.parts >= MAX_PARTS:
                part.defects.append("parts beyond the limit were not opened")
                return True
            part.children.append(self.part(start, end, kind, depth + 1))
            closed = is_last
        if part.children and not closed:
            part.defects.append("no closing boundary")
        return bool(part.children)

    def _boundaries(self, part: Part) -> Iterator[bytes]:
        declared = part.parameter("boundary")
        if isinstance(declared, tuple):
            declared = declared[2]
        written = [declared, declared.rstrip()] if declared else []
        yield from (each.encode("utf-8", "surrogateescape") for each in dict.fromkeys(written) if each)
        found = _FIRST_DELIMITER.search(self.raw, part.start, min(part.end, part.start + 65_536))
        if found is not None:
            part.defects.append("boundary found in the body")
            yield found[1]

    def _stretches(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Where each part begins and ends, and whether the closing delimiter ends it."""
        begun: int | None = None
        delimiter = _delimiter(boundary)
        for found in delimiter.finditer(self.raw, start, end):
            if begun is not None:
                yield begun, max(begun, self._before_line_end(found.start(), begun)), found[1] is not None
            if found[1] is not None:
                return
            begun = found.end()
        if begun is not None:
            yield begun, end, False

    def _before_line_end(self, place: int, begun: int) -> int:
        """The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1)."""
        if place > begun and self.raw[place - 1 : place] in {b"\n", b"\r"}:
            place -= 1
            if place > begun and self.raw[place : place + 1] == b"\n" and self.raw[place - 1 : place] == b"\r":
                place -= 1
        return place


def _delimiter(boundary: bytes) -> re.Pattern[bytes]:
    """A line that begins with two hyphens and the boundary; two more close the multipart (RFC 2046 §5.1.1)."""
    line = re.escape(b"--" + boundary)
    return re.compile(line + rb"(?<![^\r\n]" + line + rb")(--)?(?:[ \t][^\r\n]*)?(?:\r\n|\n|\r|\Z)")
