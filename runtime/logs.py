"""The log: one line an action, with ids as fields; never a citizen's words, names or addresses."""

from __future__ import annotations

import logging
import sys
import threading

import structlog


def set_up_logs(level: str, *, as_json: bool) -> None:
    """Write structured lines to standard error: JSON for machines, or words for a terminal."""
    least = getattr(logging, level.upper())
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # A traceback in words shows places; the richer kind would show values, and with them citizens' words.
        _without_messages,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # On the handler, not on the root: some libraries set their own loggers to write everything.
    handler = _OfLibraries()
    handler.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[handler], force=True)
    # Access logs hold addresses and query strings; library logs hold statements.
    for name in ("uvicorn.access", "sqlalchemy.engine", "httpx", "dbos", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    threading.excepthook = _log_ended_thread


class _OfLibraries(logging.Handler):
    """Writes what libraries log as our own lines: the pattern of the message, and never what was filled into it."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line; of a message over several, the first, since those that follow show values."""
        said = str(record.msg).partition("\n")[0]
        raised = record.exc_info[1] if record.exc_info else None
        write = structlog.get_logger().error if record.levelno >= logging.ERROR else structlog.get_logger().warning
        write(said, action="library", logger=record.name, exc_info=raised)


def _log_ended_thread(ended: threading.ExceptHookArgs) -> None:
    structlog.get_logger().error("thread ended", action="thread_failed", exc_info=ended.exc_value)


def _without_messages(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace an exception by its classes and places: its message may hold what a citizen wrote."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()[1]
    if isinstance(raised, BaseException):
        event["trace"] = trace_of(raised)
    return event


def trace_of(error: BaseException) -> list[str]:
    """Where an error passed through, outermost first, and the classes of it and its causes."""
    rows: list[str] = []
    chain: list[BaseException] = []
    cause: BaseException | None = error
    # Raised by hand, causes can run in a circle.
    while cause is not None and cause not in chain:
        chain.append(cause)
        where, places = cause.__traceback__, []
        while where is not None:
            places.append(f"{where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}")
            where = where.tb_next
        rows.append(f"{type(cause).__name__}: {' > '.join(places[-6:])}")
        cause = cause.__cause__ or cause.__context__
    return rows
