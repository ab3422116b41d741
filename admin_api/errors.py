"""What can go wrong at this door itself, sorted by what the caller does next.

The docstring of each class is its default message. The HTTP status of each is decided in `error_handlers`.
"""

from __future__ import annotations

from datetime import timedelta


class AdminError(Exception):
    """The request could not be carried out."""

    def __init__(self, message: str | None = None) -> None:
        """Use `message`, which names the thing and the way out, or the class's own docstring."""
        super().__init__(message or (self.__doc__ or "").strip())


class AdminRejected(AdminError):
    """The request cannot be carried out as it stands: change it and send it again."""


class HeaderMissing(AdminRejected):
    """A header that this request needs is missing or has no valid value."""


class KeyReused(AdminRejected):
    """The Idempotency-Key was used for another request: choose a new one for new work."""


class TooLarge(AdminRejected):
    """The request is larger than this server accepts: send less at once."""


class AdminNotFound(AdminError):
    """There is no such thing here: check the address."""


class AdminConflict(AdminError):
    """The state has moved on: load it again and decide anew."""


class AdminUnavailable(AdminError):
    """It cannot be done just now: try again later."""


class TooManyTries(AdminUnavailable):
    """There were too many tries in a short time: wait before the next one."""

    def __init__(self, message: str | None = None, *, retry_after: timedelta = timedelta(minutes=1)) -> None:
        """Say also how long to wait."""
        super().__init__(message)
        self.retry_after = retry_after


class NotSignedIn(AdminError):
    """Nobody is signed in: send a valid key as `Authorization: Bearer KEY`, or sign in."""

    def __init__(self, message: str | None = None, *, presented: bool = False) -> None:
        """Say also whether credentials were presented, which then are wrong (RFC 6750 §3.1)."""
        super().__init__(message)
        self.presented = presented


class Forbidden(AdminError):
    """The account may not do that: ask an administrator."""

    def __init__(self, message: str | None = None, *, scope: str = "") -> None:
        """Name also the scope that is missing, when one is."""
        super().__init__(message)
        self.scope = scope
