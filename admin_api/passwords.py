"""Passwords of staff: making and checking their argon2id hashes, and what a new one must be like."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200

# OWASP's smaller argon2id setting: 19 MiB, two passes, one lane; the semaphore bounds the memory of a rush.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE: Final = BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """What is stored of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, stored: str) -> bool:
    """Whether `password` is the one whose hash is `stored`."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(stored, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False


def weakness_of(password: str, name: str) -> str | None:
    """The key of what is wrong with a new password, or None when it may be used."""
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    if len(set(password)) < 5:
        return "simple"
    if name and name.casefold() in password.casefold():
        return "name"
    return None


def make_password() -> str:
    """A first password to hand to a colleague, who must change it on signing in."""
    alphabet = "23456789abcdefghjkmnpqrstvwxyz"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


@cache
def nobodys_hash() -> str:
    """What an unknown name's password is compared with, so that it takes as long."""
    return hash_password(secrets.token_urlsafe(16))
