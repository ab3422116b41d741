"""Words that are to be made public: what in them tells who somebody is, so that it is taken out before."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from casework.references import find_query_codes, veil_query_codes


class Telltale(StrEnum):
    """What tells who somebody is, or opens their case."""

    NAME = "name"
    ADDRESS = "address"
    """An address on a channel: mail, or the number of a conversation."""
    TELEPHONE = "telephone"
    IDENTITY = "identity"
    """A number of an identity card or a passport."""
    QUERY_CODE = "query_code"


@dataclass(frozen=True, slots=True)
class Found:
    """One such thing, as it stands in the words."""

    what: Telltale
    words: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of whoever the words must not name."""

    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """Telephone and identity numbers that they gave."""
    published: tuple[str, ...] = ()
    """Telephone numbers and addresses of the bureau, which may stand anywhere."""


_SHORTEST_NAME: Final = 2
_FEWEST_DIGITS: Final = 6
_IDENTITY_CARD = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx](?![0-9])"
)
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,2}[0-9]{7,8}(?![A-Za-z0-9])")
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9-])(?:\(?0[0-9]{2,3}\)?[ -]?)[0-9]{3,4}[ -]?[0-9]{4}(?![0-9-])")
_INTERNATIONAL = re.compile(r"\+[0-9][0-9 -]{6,16}[0-9]")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){4,20}[Xx]?")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")


def find_telltales(words: str, known: Known, *, is_code: Callable[[str], bool]) -> tuple[Found, ...]:
    """What in `words` tells who somebody is, each once; `is_code` says whether a text is the query code of the case.

    Numbers that have the form of an identity card, a passport or a telephone are found whoever they belong to, except
    those that the bureau publishes itself.
    """
    folded = unicodedata.normalize("NFKC", words).translate(_DASHES)
    found: dict[Found, None] = {}
    for name in known.names:
        for shown in _named(folded, name):
            found[Found(Telltale.NAME, shown)] = None
    for one in (*_addresses(folded, known), *_numbers(folded, known), *_codes(folded, is_code)):
        found[one] = None
    return tuple(found)


def _named(words: str, name: str) -> Iterable[str]:
    """A name, also with spaces or dots between its characters and in another case."""
    plain = "".join(character for character in unicodedata.normalize("NFKC", name) if character.isalnum())
    if len(plain) < _SHORTEST_NAME:
        return
    spread = r"[\s·.・]*".join(map(re.escape, plain))
    bounded = rf"(?<![A-Za-z]){spread}(?![A-Za-z])" if plain.isascii() else spread
    yield from (match[0] for match in re.finditer(bounded, words, re.IGNORECASE))


def _addresses(words: str, known: Known) -> Iterable[Found]:
    published = {address.casefold() for address in known.published}
    for match in _MAIL.finditer(words):
        if match[0].casefold() not in published:
            yield Found(Telltale.ADDRESS, match[0])
    folded = words.casefold()
    for address in known.addresses:
        if len(address) >= _FEWEST_DIGITS and address.casefold() in folded:
            yield Found(Telltale.ADDRESS, address)


def _numbers(words: str, known: Known) -> Iterable[Found]:
    published = {_digits(number) for number in known.published}
    given = {digits for number in known.numbers if len(digits := _digits(number)) >= _FEWEST_DIGITS}
    rest = words
    for what, pattern in (
        (Telltale.IDENTITY, _IDENTITY_CARD),
        (Telltale.IDENTITY, _PASSPORT),
        (Telltale.TELEPHONE, _MOBILE),
        (Telltale.TELEPHONE, _INTERNATIONAL),
        (Telltale.TELEPHONE, _LANDLINE),
    ):
        yield from (Found(what, match[0]) for match in pattern.finditer(rest) if _digits(match[0]) not in published)
        # What was read as one thing is not read again as another: an identity card has a telephone number inside.
        rest = pattern.sub(" ", rest)
    for match in _NUMBER.finditer(rest):
        if _digits(match[0]) in given:
            yield Found(Telltale.IDENTITY, match[0])


def _codes(words: str, is_code: Callable[[str], bool]) -> Iterable[Found]:
    for code in find_query_codes(words):
        if is_code(code) or (veil_query_codes(code) != code and code in words):
            yield Found(Telltale.QUERY_CODE, code)


def _digits(text: str) -> str:
    return "".join(character for character in text.upper() if character.isdigit() or character == "X")
