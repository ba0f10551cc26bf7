"""What must not be read yet is on no page, in no answer of the API and in no search result, whoever looks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from assessment.assembly import services as assembly
from assessment.assembly.models import Form, FormItem
from assessment.delivery import candidate_views
from content_repo.files.models import StoredFile
from content_repo.works.models import WorkFile
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import SYSTEM
from search import services as search
from tests.guards.world import World, make_world

PAPER, KEY, FILE = "secret-paper", "secret-key", "secret-file"
OUTSIDERS = ("anonymous", "student", "stranger", "librarian")


@pytest.fixture
def world(app: Flask) -> World:
    """The world with words on the paper, in the keys and in the names of files that can be looked for."""
    world = make_world(app)
    with app.test_request_context():
        world.values["item_id"] += _mark_papers(world.values["exam_id"][1:])
        later = clock.now() + timedelta(days=1)
        db.session.execute(update(WorkFile).values(name=f"{FILE}.pdf", embargo_until=later, findings={"text": FILE}))
        db.session.execute(update(StoredFile).values(name=f"{FILE}.pdf"))
        db.session.commit()
        search.rebuild(SYSTEM)
    assembly.get_paper.cache_clear()
    candidate_views.paper_html.cache_clear()
    return world


def _mark_papers(exam_ids: list[Any]) -> list[Any]:
    """Put the words into every question of these exams; the questions' ids."""
    versions = db.metadata.tables["item_version"]
    used = select(FormItem.item_version_id).join(Form, Form.id == FormItem.form_id).where(Form.exam_id.in_(exam_ids))
    for row in db.session.execute(select(versions).where(versions.c.id.in_(used))).all():
        options = [{**each, "text": f"{PAPER} {each['id']}"} for each in row.content["options"]]
        db.session.execute(update(versions).where(versions.c.id == row.id).values(
            content={**row.content, "prompt": f"<p>{PAPER}</p>", "options": options},
            key={**row.key, "explanation": f"<p>{KEY}</p>"}))
    items = db.metadata.tables["item"]
    owned = items.c.current_version_id.in_(used)
    db.session.execute(update(items).where(owned).values(stem_text=PAPER, search_text=PAPER))
    return list(db.session.scalars(select(items.c.id).where(owned)))


def _crawl(app: Flask, world: World, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """(address, text) of every answer that this person gets, refusals too."""
    paths = [path for rule in app.url_map.iter_rules() if "GET" in rule.methods and ".static" not in rule.endpoint
             and rule.endpoint not in ("identity.start", "npm") for path in world.addresses(rule)]
    paths += ["/search?q=secret", "/api/v1/search?q=secret", "/bank/?text=secret", "/api/v1/items?text=secret"]
    for path in paths:
        answer = client.get(path, headers={"Accept": "text/html"})
        yield path, answer.get_data().decode("utf-8", "replace")  # some are files


def _seen(app: Flask, world: World, client: FlaskClient, *words: str) -> list[tuple[str, str]]:
    """Where any of the words stands."""
    return [(path, word) for path, text in _crawl(app, world, client) for word in words if word in text]


@pytest.mark.parametrize("role", OUTSIDERS)
def test_paper_key_and_embargoed_file_are_nowhere(app: Flask, world: World, sign_in, role: str) -> None:
    client = app.test_client() if role == "anonymous" else sign_in(world.people[role])
    words = (PAPER, KEY) if role == "librarian" else (PAPER, KEY, FILE)
    assert _seen(app, world, client, *words) == []


def test_who_sits_reads_the_paper_and_no_key(app: Flask, world: World, sign_in) -> None:
    student, exam_id = sign_in(world.people["student"]), world.values["exam_id"][1]
    assert student.post(f"/exams/{exam_id}/start").status_code == 302
    assert PAPER in student.get(f"/exams/{exam_id}/attempt").text
    assert [path for path, _word in _seen(app, world, student, PAPER)] == [f"/exams/{exam_id}/attempt"]
    assert _seen(app, world, student, KEY) == []


def test_the_teacher_finds_what_others_do_not(app: Flask, world: World, sign_in) -> None:
    """So that the words looked for are really there."""
    found = _seen(app, world, sign_in(world.people["administrator"]), PAPER, KEY, FILE)
    assert {word for _path, word in found} == {PAPER, KEY, FILE}
    assert ("/api/v1/items?text=secret", PAPER) in found
