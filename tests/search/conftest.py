"""An index that is empty at the start of each test, and documents of a kind that only tests know."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from lms.core import outbox
from lms.core.db import transaction
from search import sources
from search.backends.current import ENGINE
from search.backends.port import Engine
from search.documents import Document
from search.services import refresh
from tests.factories.search import make_document

KIND = "thing"


class Shelf:
    """The truth of these tests: documents by id, and their changes told to the outbox."""

    def __init__(self) -> None:
        self.documents: dict[UUID, Document] = {}

    def put(self, title: str, **changes: Any) -> Document:
        document = replace(make_document(title, **changes), kind=KIND)
        self.documents[UUID(document.id)] = document
        self.tell(document)
        return document

    def drop(self, document: Document) -> None:
        del self.documents[UUID(document.id)]
        self.tell(document)

    def tell(self, document: Document) -> None:
        with transaction():
            outbox.mark_changed(KIND, document.id)

    def load(self, one: UUID) -> Document | None:
        return self.documents.get(one)


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine of the application, set up and empty."""
    engine: Engine = app.extensions[ENGINE]
    engine.forget()
    engine.setup()
    return engine


@pytest.fixture
def shelf(context: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A source of documents, the only one."""
    shelf = Shelf()
    monkeypatch.setattr(
        sources, "_sources", {KIND: sources.Source(shelf.load, lambda: list(shelf.documents))}
    )
    return shelf


@pytest.fixture
def shelved(shelf: Shelf) -> Shelf:
    """A shelf with a few documents, in the index."""
    shelf.put(
        "Dao động điều hoà",
        body="Con lắc <i>lò xo</i> dao động.",
        people=["Nguyễn Thị Hoa"],
        year=2025,
        facets={"kind": "lecture", "subject": "VATLI", "grade": "11"},
    )
    shelf.put("Khảo sát hàm số", facets={"kind": "textbook", "subject": "TOAN", "grade": "12"})
    shelf.put(
        "Đề cương nội bộ về dao động",
        facets={"kind": "lecture", "subject": "VATLI"},
        audience=["role:teacher"],
    )
    refresh()
    return shelf
