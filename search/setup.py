"""Gives the application its engine, by its size."""

from flask import Flask

from lms.core.config import Settings
from lms.core.i18n import _l
from lms.core.switches import know_feature
from search.backends.current import ENGINE
from search.backends.elastic import ElasticEngine
from search.backends.fts5 import FtsEngine
from search.backends.port import Engine


def init_app(app: Flask) -> None:
    """Bind the engine; it is asked for nothing until somebody searches or a job refreshes it."""
    engine = make_engine(app.extensions["lms.settings"])
    app.extensions[ENGINE] = engine
    app.extensions["lms.forget_search"] = engine.forget
    know_feature("search", _l("Search"), _l("Nobody finds materials by words; lists and addresses still work."))


def make_engine(given: Settings) -> Engine:
    """Return the engine of these settings."""
    if given.is_full:
        return ElasticEngine(given.elasticsearch_url, given.elasticsearch_prefix)
    return FtsEngine(given.data_folder / "search.sqlite")
