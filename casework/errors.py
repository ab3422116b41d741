"""What can go wrong in casework, sorted by what the caller does next.

The docstring of each branch is its default message. Doors translate these once: HTTP in
`admin_api/error_handlers.py`, SMTP in `mail_gateway/server.py`.
"""


class CaseworkError(Exception):
    """Casework could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        """Use `message`, which names the thing and the way out, or the class's own docstring."""
        super().__init__(message or (self.__doc__ or "").strip())


class CaseworkRejected(CaseworkError):
    """The request cannot be carried out as it stands: change it and send it again."""


class CaseworkNotFound(CaseworkError):
    """There is no such thing here: check the reference or the address."""


class CaseworkConflict(CaseworkError):
    """The state has moved on: load it again and decide anew."""


class CaseworkUnavailable(CaseworkError):
    """The store cannot be reached just now: try again later."""


class Refusal(CaseworkRejected):
    """Bad input to a step of a case, with a key, so that each door can say it in the language of its reader."""

    def __init__(self, key: str, message: str, **facts: object) -> None:
        """`key` names the text, `facts` fill it, `message` is for programs and logs."""
        super().__init__(message)
        self.key = key
        self.facts = facts
