"""The engine of the current application."""

from typing import cast

from flask import current_app

from search.backends.port import Engine

ENGINE = "lms.search"


def engine() -> Engine:
    """Return the engine that `search.setup` chose by the size."""
    return cast(Engine, current_app.extensions[ENGINE])
