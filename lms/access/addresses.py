"""What somebody pastes to name a thing: an address of the platform, or an id alone."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from werkzeug.exceptions import HTTPException

from lms.core.errors import Invalid, Problem
from lms.core.i18n import _


def read_thing(text: str) -> dict[str, UUID]:
    """The ids in an address by the names of its holes; {"": id} for an id alone; {} for nothing.

    Raises Invalid for what is neither.
    """
    text = text.strip()
    if not text:
        return {}
    try:
        return {"": UUID(text)}
    except ValueError:
        named = _match(urlsplit(text).path)
    if not named:
        message = _("This is neither an address of a thing on the platform nor an id.")
        raise Invalid(message, [Problem("thing", message)])
    return named


def _match(path: str) -> dict[str, UUID]:
    for method in ("GET", "POST"):
        try:
            _endpoint, values = current_app.url_map.bind("").match(path, method=method)
        except HTTPException:
            continue
        return {name: value for name, value in values.items() if isinstance(value, UUID)}
    return {}
