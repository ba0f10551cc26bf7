"""How a work is cited, in one line. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lms.core.i18n import _


def citation(
    title: str, people: Sequence[str], details: Mapping[str, Any], *, url: str, published: date | None
) -> str:
    """Author (year). Title. What and where it was published. Address. `details`: the description and a
    `type_label`."""
    makers = ", ".join(people) or _("Unknown author")
    year = details.get("year") or (published.year if published else _("no date"))
    where = [details.get("type_label"), details.get("institution") or details.get("publisher")]
    parts = [
        f"{makers} ({year})",
        title.rstrip("."),
        ", ".join(part for part in where if part),
        f"ISBN {details['isbn']}" if details.get("isbn") else "",
        url,
    ]
    return ". ".join(part for part in parts if part)
