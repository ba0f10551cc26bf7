"""Logs: one JSON object a line on standard error. Never personal data: ids, codes and counts only."""

import logging
import re
import sys

import structlog

from lms.core.config import Settings

# PostgreSQL quotes the row that it refuses, whole: names, addresses, answers.
ROW_QUOTED = re.compile(r"DETAIL: .*?(?=\n\nThe above exception|\n\[SQL|\Z)", re.DOTALL)


def without_rows(_logger: object, _method: str, told: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave out of a traceback what the database quoted of its rows."""
    if "exception" in told:
        told["exception"] = ROW_QUOTED.sub("DETAIL: (left out)", told["exception"])
    return told


def init_app(given: Settings) -> None:
    """Route structlog and the standard library's logging to standard error, at the level of the settings."""
    level = logging.getLevelNamesMapping().get(given.log_level.upper(), logging.INFO)
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_rows,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
