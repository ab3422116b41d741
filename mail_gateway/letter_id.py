"""What makes a letter the same letter: known before 250, from a scan of the header that parses nothing.

The same letter handed over twice, or once for each of two mailboxes, has one id. Two letters under one Message-ID
(programs with a broken clock, senders who forge) differ in their body and both are kept.
"""

from __future__ import annotations

import hashlib
import re

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:\s*(<[!-~]{1,200}>)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_MAX_HEADER = 262_144
"""A Message-ID is looked for in so many octets; RFC 5322 puts it near the top."""


def letter_id(raw: bytes) -> str:
    """The id under which a mail is saved: its Message-ID and the digest of its body, or the digest of it all.

    Relays add header lines on the way, so the header does not count where there is a Message-ID.
    """
    end = _END_OF_HEADER.search(raw, 0, _MAX_HEADER)
    found = _MESSAGE_ID.search(raw, 0, end.end() if end else min(len(raw), _MAX_HEADER))
    if found is None:
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"
    body = memoryview(raw)[end.end() if end else len(raw) :]
    return f"{found[1].decode('ascii')} {hashlib.sha256(body).hexdigest()}"
