"""The measure of the machine: a Flask application with one route that does nothing."""

from flask import Flask


def create_app() -> Flask:
    """One empty route at /."""
    app = Flask("empty")

    @app.post("/")
    def nothing() -> dict[str, bool]:
        return {"ok": True}

    return app
