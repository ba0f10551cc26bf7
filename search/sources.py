"""What other rooms tell search: where documents come from, and how the codes of facets read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.core.i18n import _l
from lms.curriculum import services as curriculum
from search.documents import FACETS, Document

Labels = Callable[[], Mapping[str, Any]]
FACET_LABELS = {"kind": _l("Kind"), "subject": _l("Subject"), "grade": _l("Grade"), "licence": _l("Licence")}


@dataclass(frozen=True)
class Source:
    """A kind of documents: how one is read from the truth, and which there are."""

    load: Callable[[UUID], Document | None]
    list_ids: Callable[[], Iterable[UUID]]


_sources: dict[str, Source] = {}
ListDependents = Callable[[UUID], Iterable[UUID]]
_dependents: dict[str, dict[str, ListDependents]] = {}
_labels: dict[str, Labels] = {}


def register_source(
    kind: str, load: Callable[[UUID], Document | None], list_ids: Callable[[], Iterable[UUID]]
) -> None:
    """Say where documents of a kind come from. `kind` is the one given to `outbox.mark_changed`.

    `load` returns None for what nobody may find any more; `list_ids` returns all that a rebuild must load.
    """
    _sources[kind] = Source(load, list_ids)


def register_dependents(changed: str, kind: str, list_ids: ListDependents) -> None:
    """Say which documents of `kind` a `mark_changed(changed, id)` concerns: who may find them hangs on it."""
    _dependents.setdefault(changed, {})[kind] = list_ids


def dependents_of(changed: str) -> dict[str, ListDependents]:
    """Return the kinds of documents that hang on something of this kind, and how they are listed."""
    return dict(_dependents.get(changed, {}))


def register_labels(facet: str, labels: Labels) -> None:
    """Say how the codes of a facet read, in the order they are shown in when counts are equal."""
    if facet not in FACETS:
        raise ValueError(f"unknown facet: {facet}")
    _labels[facet] = labels


def sources() -> dict[str, Source]:
    """Return the sources by kind."""
    return dict(_sources)


def labels_of(facet: str) -> dict[str, str]:
    """Return code to label of one facet, in the reader's language; empty if nobody registered any."""
    return {code: str(label) for code, label in _labels[facet]().items()} if facet in _labels else {}


def _subjects() -> dict[str, str]:
    return {subject.code: subject.name for subject in curriculum.list_subjects()}


def _grades() -> dict[str, Any]:
    return {str(grade): _l("Grade %(grade)s", grade=grade) for grade in curriculum.GRADES}


register_labels("subject", _subjects)
register_labels("grade", _grades)
