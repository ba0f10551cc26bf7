"""What is searched: documents, whatever room they come from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from search.text import exact_terms, folded_terms

FACETS = ("kind", "subject", "grade", "licence")
PUBLIC = "public"
SIGNED_IN = "signed-in"
NATIONWIDE = "nationwide"
TITLE_LIMIT = 2_000
BODY_LIMIT = 200_000
STREAMS = ("title_exact", "people_exact", "body_exact", "title_folded", "people_folded", "body_folded")


@dataclass(frozen=True)
class Document:
    """One thing that can be found.

    `kind` and `id` name it in the room it comes from; `facets` holds codes (FACETS names the keys), one or
    several; `audience` lists who may find it: "public", "signed-in", "role:teacher", "person:<id>",
    "organisation:<id>" (who belongs there or below), and those of `held_above`.
    """

    kind: str
    id: str
    title: str
    body: str = ""
    url: str = ""
    language: str = "vi"
    facets: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    people: Sequence[str] = ()
    year: int | None = None
    audience: Sequence[str] = ()
    updated_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def __post_init__(self) -> None:
        """Refuse a facet that no page shows: it would be a mistake of the room, not of a person."""
        unknown = set(self.facets) - set(FACETS)
        if unknown:
            raise ValueError(f"unknown facets: {sorted(unknown)}")

    @property
    def key(self) -> str:
        """The document's name in an index."""
        return f"{self.kind}:{self.id}"

    def facet_values(self, name: str) -> list[str]:
        """Return the values of one facet, none twice."""
        value = self.facets.get(name, ())
        values = [value] if isinstance(value, str) else list(value)
        return [one for one in dict.fromkeys(values) if one]


def held_above(role: str, lineage: Iterable[UUID]) -> list[str]:
    """Return the audience of those who hold a role in one of these organisations, or over the whole country.

    Given a thing's organisation and all above it, these are the people whom the scope "below" reaches it for.
    """
    return [f"{role}:{place}" for place in [*sorted(map(str, lineage)), NATIONWIDE]]


def term_streams(document: Document) -> dict[str, str]:
    """Return the terms that an index holds, a string parted by spaces for each of STREAMS."""
    texts = {
        "title": document.title[:TITLE_LIMIT],
        "people": "\n".join(document.people)[:TITLE_LIMIT],
        "body": document.body[:BODY_LIMIT],
    }
    exact = {f"{name}_exact": exact_terms(text) for name, text in texts.items()}
    return exact | {f"{name}_folded": folded_terms(text) for name, text in texts.items()}


def to_json(document: Document) -> dict[str, Any]:
    """Return what an index keeps of a document to show it: everything but its audience."""
    return {
        "kind": document.kind,
        "id": document.id,
        "title": document.title[:TITLE_LIMIT],
        "body": document.body[:BODY_LIMIT],
        "url": document.url,
        "language": document.language,
        "facets": {name: values for name in FACETS if (values := document.facet_values(name))},
        "people": list(document.people),
        "year": document.year,
        "updated_at": document.updated_at.isoformat(),
    }


def from_json(kept: Mapping[str, Any]) -> Document:
    """Return the document that `to_json` kept."""
    return Document(**{**kept, "updated_at": datetime.fromisoformat(kept["updated_at"])})
