"""The log: one line an action, with ids as fields; never a citizen's words, names or addresses."""

from __future__ import annotations

import logging
import sys

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
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[handler], format="%(levelname)s %(name)s %(message)s")
    # Access logs hold addresses and query strings; library logs hold statements.
    for name in ("uvicorn.access", "sqlalchemy.engine", "httpx", "dbos", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


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
    seen: BaseException | None = error
    while seen is not None:
        where, places = seen.__traceback__, []
        while where is not None:
            places.append(f"{where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}")
            where = where.tb_next
        rows.append(f"{type(seen).__name__}: {' > '.join(places[-6:])}")
        seen = seen.__cause__ or seen.__context__
    return rows
