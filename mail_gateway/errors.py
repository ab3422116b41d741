"""What can go wrong in the mail gateway, sorted by what the caller does next.

Broken mail is no error: `parsing.parse` always returns a value and lists what was wrong in `defects`.
"""


class MailGatewayError(Exception):
    """The mail gateway could not do what was asked."""

    def __init__(self, message: str | None = None) -> None:
        """Use `message`, which names the thing and the way out, or the class's own docstring."""
        super().__init__(message or (self.__doc__ or "").strip())


class MailGatewayRejected(MailGatewayError):
    """The mail cannot be composed or sent as it stands: change it and queue it again."""


class MailGatewayNotFound(MailGatewayError):
    """There is no such mail in this mailbox: list the mailbox again."""


class MailGatewayUnavailable(MailGatewayError):
    """The mail gateway cannot do this just now: try again later."""
