"""What can go wrong in the conversation, sorted by what the caller does next."""

from __future__ import annotations


class BotError(Exception):
    """The conversation could not go on."""

    def __init__(self, message: str | None = None) -> None:
        """Use `message`, which names the thing and the way out, or the class's own docstring."""
        super().__init__(message or (self.__doc__ or "").strip())


class BotRejected(BotError):
    """The conversation's data is not as it must be: correct the file that the message names."""
