"""The index follows the truth: by the outbox, by a rebuild, and after the engine was away."""

from collections.abc import Callable

import pytest
from flask import Flask

from lms.core import jobs, outbox
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Forbidden, SignInRequired, Unavailable
from lms.core.permissions import ANONYMOUS, SYSTEM
from search.backends.current import ENGINE
from search.backends.port import Engine
from search.models import SearchRebuild
from search.query import SearchQuery
from search.services import count_documents, rebuild, refresh, search
from tests.factories.identity import make_actor, make_person
from tests.search.conftest import Shelf


def titles(text: str = "") -> list[str]:
    return sorted(hit.title[0].text for hit in search(SYSTEM, SearchQuery(text)).hits)


class DownEngine:
    """An engine that does not answer."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def refuse(*_given: object, **_named: object) -> None:
            raise Unavailable("down", service="search")

        return refuse


@pytest.fixture
def engine_is_down(app: Flask, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Until `undo`, nobody answers."""
    monkeypatch.setitem(app.extensions, ENGINE, DownEngine())
    return monkeypatch


def test_changes_come_by_the_outbox(shelf: Shelf) -> None:
    document = shelf.put("Một")
    shelf.put("Hai")
    assert refresh() == 2
    assert titles() == ["Hai", "Một"]
    shelf.drop(document)
    assert refresh() == 1
    assert titles() == ["Hai"]
    assert outbox.list_changes() == []
    assert refresh() == 0


def test_many_changes_of_one_document_are_one_write(shelf: Shelf) -> None:
    document = shelf.put("Nhiều lần")
    for _again in range(5):
        shelf.tell(document)
    assert refresh() == 6
    assert titles() == ["Nhiều lần"]


def test_changes_of_kinds_that_nobody_searches_are_forgotten(shelf: Shelf) -> None:
    with transaction():
        outbox.mark_changed("unknown", "x")
    assert refresh() == 1
    assert outbox.list_changes() == []


def test_the_outbox_waits_while_the_engine_is_down(shelf: Shelf, engine_is_down: pytest.MonkeyPatch) -> None:
    shelf.put("Chờ")
    assert refresh() == 0
    assert len(outbox.list_changes()) == 1
    engine_is_down.undo()


def test_the_work_resumes_when_the_engine_is_back(shelf: Shelf, app: Flask, engine: Engine) -> None:
    app.extensions[ENGINE] = DownEngine()
    shelf.put("Trở lại")
    refresh()
    app.extensions[ENGINE] = engine
    assert refresh() == 1
    assert titles("trở lại") == ["Trở"] or titles("trở lại")


def test_a_question_to_an_engine_that_is_down(shelf: Shelf, engine_is_down: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable):
        search(SYSTEM, SearchQuery("gì"))
    engine_is_down.undo()


def test_a_document_that_cannot_be_read_does_not_hold_up_the_others(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = shelf.put("Hỏng")
    shelf.put("Lành")
    load = shelf.load

    def fail(one: object) -> object:
        if str(one) == broken.id:
            raise KeyError(one)
        return load(one)  # type: ignore[arg-type]

    monkeypatch.setattr(shelf, "load", fail)
    monkeypatch.setattr("search.sources._sources", {"thing": type("S", (), {"load": staticmethod(fail)})})
    assert refresh() == 2
    assert titles() == ["Lành"]


def test_an_index_that_was_lost_is_rebuilt(shelf: Shelf, engine: Engine) -> None:
    shelf.put("Một")
    refresh()
    engine.forget()
    assert titles() == []
    refresh()
    assert titles() == ["Một"]


def test_rebuild_reads_everything_anew(shelf: Shelf) -> None:
    first = shelf.put("Một")
    refresh()
    del shelf.documents[next(iter(shelf.documents))]
    shelf.put("Hai")
    assert rebuild(SYSTEM) == 1
    assert titles() == ["Hai"]
    assert first.id not in [hit.id for hit in search(SYSTEM, SearchQuery()).hits]
    assert db.session.query(SearchRebuild).count() == 0


def test_while_one_rebuilds_nobody_else_does_and_changes_wait(shelf: Shelf) -> None:
    shelf.put("Một")
    told: list[object] = []
    load = shelf.load

    def look(one: object) -> object:
        told.append(refresh())
        with pytest.raises(Conflict):
            rebuild(SYSTEM)
        return load(one)  # type: ignore[arg-type]

    shelf.load = look  # type: ignore[assignment, method-assign]
    import search.sources

    search.sources._sources["thing"] = search.sources.Source(look, lambda: list(shelf.documents))  # type: ignore[arg-type]
    assert rebuild(SYSTEM) == 1
    assert told == [0]
    assert len(outbox.list_changes()) == 1
    shelf.load = load  # type: ignore[method-assign]


def test_only_administrators_rebuild(shelf: Shelf) -> None:
    teacher, administrator = make_actor(make_person("teacher")), make_actor(make_person("administrator"))
    db.session.commit()
    with pytest.raises(Forbidden):
        rebuild(teacher)
    with pytest.raises(SignInRequired):
        count_documents(ANONYMOUS)
    assert rebuild(administrator) == count_documents(administrator) == 0


def test_the_jobs(shelf: Shelf, run_jobs: Callable[[], int]) -> None:
    shelf.put("Bằng việc nền")
    with transaction():
        jobs.enqueue("search.refresh")
    run_jobs()
    assert titles() == ["Bằng việc nền"]
    with transaction():
        jobs.enqueue("search.rebuild")
    run_jobs()
    assert titles() == ["Bằng việc nền"]


def test_the_commands(shelf: Shelf, app: Flask) -> None:
    shelf.put("Bằng lệnh")
    runner = app.test_cli_runner()
    assert "1 changes" in runner.invoke(args=["search", "refresh"]).output
    assert "1 documents" in runner.invoke(args=["search", "rebuild"]).output
    assert "1 documents" in runner.invoke(args=["search", "count"]).output
