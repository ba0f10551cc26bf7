"""Addresses of style, script and type carry the version of what they name: a browser keeps the file for good, and
asks for the new one as soon as it changes. On a slow line that is the difference between one request a page and ten.

What a script imports by a plain address has no version; it is asked for again each time, and mostly unchanged.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

from lms.core.views import NPM_FOLDER

KEPT = "public, max-age=31536000, immutable"


def version_of(file: Path) -> str:
    """The first digits of the file's checksum; empty for a file that is not there."""
    return _digest(file, file.stat().st_mtime_ns) if file.is_file() else ""


@cache
def _digest(file: Path, _changed_at: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]


def _file(endpoint: str, values: dict[str, Any]) -> Path | None:
    """The file that a static address names, or None for any other address."""
    if endpoint == "npm" and "path" in values:
        return NPM_FOLDER / values["path"]
    room, _dot, name = endpoint.rpartition(".")
    blueprint = current_app.blueprints.get(room)
    if name != "static" or blueprint is None or not blueprint.static_folder or "filename" not in values:
        return None
    return Path(blueprint.static_folder) / values["filename"]


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    file = _file(endpoint, values)
    version = version_of(file) if file else ""
    if version:
        values.setdefault("v", version)


def _keep(response: Response) -> Response:
    """A file that was asked for by its version never changes."""
    if response.status_code == 200 and "v" in request.args:
        file = _file(request.endpoint or "", request.view_args or {})
        if file and request.args["v"] == version_of(file):
            response.headers["Cache-Control"] = KEPT
    return response


def init_app(app: Flask) -> None:
    """Version every static address that `url_for` makes."""
    app.url_defaults(_add_version)
    app.after_request(_keep)
