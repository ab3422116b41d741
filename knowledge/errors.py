"""What can go wrong in knowledge, sorted by what the caller does next.

The docstring of each branch is its default message.
"""


class KnowledgeError(Exception):
    """Knowledge could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        """Use `message`, which names the thing and the way out, or the class's own docstring."""
        super().__init__(message or (self.__doc__ or "").strip())


class KnowledgeRejected(KnowledgeError):
    """The entry cannot be used as it stands: mend it and load it again."""


class KnowledgeNotFound(KnowledgeError):
    """No such entry is published: search for it by its title."""


class KnowledgeConflict(KnowledgeError):
    """The entry has changed meanwhile: load it again and decide anew."""


class KnowledgeUnavailable(KnowledgeError):
    """The published entries cannot be read just now: try again later."""
