"""Icons of the page, drawn into it: 300 bytes need no request, and take the colour of their text."""

import re
from functools import cache

from flask import Flask
from markupsafe import Markup

from lms.core.views import NPM_FOLDER

NAME = re.compile(r"[a-z0-9-]+")
SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@cache
def _shapes(name: str) -> Markup:
    """The inside of bootstrap-icons' drawing `name`; empty if there is none: no page fails for a picture."""
    path = NPM_FOLDER / "bootstrap-icons" / "icons" / f"{name}.svg"
    if not NAME.fullmatch(name) or not path.is_file():
        return Markup()
    found = SHAPES.search(path.read_text(encoding="utf-8"))
    return Markup(found[1].strip()) if found else Markup()  # noqa: S704  a file of the installed package


def icon_svg(name: str, label: str | None = None) -> Markup:
    """`name` as an inline SVG: hidden from screen readers, or an image called `label`."""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" viewBox="0 0 16 16" {}>{}</svg>').format(said, _shapes(name))


def init_app(app: Flask) -> None:
    """Offer `icon_svg` to the templates."""
    app.jinja_env.globals["icon_svg"] = icon_svg
