"""Public case numbers and query codes: making them, and finding them in what people write.

A reference looks like `ZMD-2026-000123-7`: prefix of the bureau, year, number within the year, check digit.
The digit is Luhn modulo 10 over year and number (ISO/IEC 7812-1, annex B), which catches every single
wrong digit and nearly every swap of neighbours.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata

_QUERY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L or U: nothing that is misread over the telephone."""
_QUERY_LENGTH = 10
_SPELLED_CODE = re.compile(rf"(?<![A-Za-z0-9])[{_QUERY_ALPHABET}]{{5}}-[{_QUERY_ALPHABET}]{{5}}(?![A-Za-z0-9])")
"""A code exactly as we spell it."""
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－_·.．"), "-")
_LOOKALIKE = str.maketrans({"o": "0", "O": "0", "l": "1", "I": "1", "i": "1"})


def make_reference(prefix: str, year: int, number: int) -> str:
    """The public reference of the `number`-th case of `year`, e.g. `ZMD-2026-000123-7`."""
    if not re.fullmatch(r"[A-Z]{2,8}", prefix):
        raise ValueError(f"a reference prefix is 2 to 8 capital letters, not {prefix!r}")
    if not (2000 <= year <= 9999) or number < 1:
        raise ValueError(f"a reference needs a year and a number from 1, not {year} and {number}")
    digits = f"{year:04d}{number:06d}"
    return f"{prefix}-{year:04d}-{number:06d}-{_check_digit(digits)}"


def find_references(text: str, prefix: str) -> tuple[str, ...]:
    """Every valid reference in free text, in order, each once.

    Full-width digits, o for 0, l for 1, lower case, spaces and any dash are forgiven; a wrong check digit is not.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    gap = r"[\s-]{0,3}"
    pattern = re.compile(
        rf"(?<![A-Za-z0-9]){prefix}{gap}([0-9oOlI]{{4}}){gap}([0-9oOlI]{{6,9}}){gap}([0-9oOlI])(?![A-Za-z0-9])",
        re.IGNORECASE,
    )
    found: dict[str, None] = {}
    for match in pattern.finditer(folded):
        year, number, check = (part.translate(_LOOKALIKE) for part in match.groups())
        if _check_digit(year + number) == check and int(number) >= 1 and int(year) >= 2000:
            found[make_reference(prefix, int(year), int(number))] = None
    return tuple(found)


def parse_reference(text: str, prefix: str) -> str | None:
    """The one reference that `text` consists of, in its canonical spelling, or None."""
    found = find_references(text.strip(), prefix)
    return found[0] if len(found) == 1 else None


def make_query_code() -> str:
    """A secret code of ten characters (49 bits) with which a case can be looked up without an account."""
    code = "".join(secrets.choice(_QUERY_ALPHABET) for _ in range(_QUERY_LENGTH))
    return f"{code[:5]}-{code[5:]}"


def find_query_codes(text: str) -> tuple[str, ...]:
    """Everything in `text` that has the form of a query code, canonically spelled."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).upper()
    pattern = rf"(?<![A-Z0-9])([{_QUERY_ALPHABET}]{{5}})[\s-]?([{_QUERY_ALPHABET}]{{5}})(?![A-Z0-9])"
    return tuple(dict.fromkeys(f"{a}-{b}" for a, b in re.findall(pattern, folded)))


def veil_query_codes(text: str) -> str:
    """`text` with every query code in it covered, as staff read it: the code opens the case to the citizen alone."""
    return _SPELLED_CODE.sub("•••••-•••••", text)


def hash_query_code(code: str, key: bytes) -> str:
    """What is stored of a query code: its HMAC-SHA-256 under the bureau's secret key."""
    folded = unicodedata.normalize("NFKC", code).upper()
    canonical = "".join(character for character in folded if character in _QUERY_ALPHABET)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def is_query_code(code: str, stored: str, key: bytes) -> bool:
    """Whether `code` is the one whose hash is `stored`; compared in constant time."""
    return hmac.compare_digest(hash_query_code(code, key), stored)


def _check_digit(digits: str) -> str:
    """The Luhn digit that makes `digits` valid."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        doubled = int(character) * 2 if position % 2 == 0 else int(character)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)
