"""Logs: one JSON object a line on standard error. Never personal data: ids, codes and counts only."""

import logging
import sys

import structlog

from lms.core.config import Settings


def init_app(given: Settings) -> None:
    """Route structlog and the standard library's logging to standard error, at the level of the settings."""
    level = logging.getLevelNamesMapping().get(given.log_level.upper(), logging.INFO)
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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
