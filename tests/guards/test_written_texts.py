"""What people write is text on every page: names, titles, file names, reasons, questions, search results."""

from typing import Any

from flask import Flask
from lxml import html
from sqlalchemy import String, Text, select, update

from assessment.analysis import services as analysis
from assessment.assembly import services as assembly
from assessment.bank.content import read_body
from assessment.bank.models import ItemVersion
from assessment.delivery import candidate_views
from assessment.interchange.models import ImportBatch, ImportQuestion
from assessment.marking import services as marking
from content_repo.works.models import Work
from lms.core.db import db
from lms.core.jobs import Job
from lms.core.permissions import SYSTEM
from search import services as search
from tests.guards.world import ROLES, World, make_world

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(1)</script><a href=javascript:alert(1)>&lt;b&gt;{{7*7}}"
ESCAPED = EVIL.replace("&", "&amp;").replace("<", "&lt;")
CODE_NAMES = """state kind type level role locale language code key content_type access issuer subject licence source
    release score_table_code format step from_state to_state action subject_kind subject_id owner_kind number ended_by
    device section storage_id storage_key poster_key sha256 software input_digest run password_hash username
    start_by review late_policy scope digest policy"""
"""Columns that hold a word of ours and never one of a person's."""
TO_A_PROVIDER = {"identity.start", "identity.step_up"}
"""They ask a provider's address first, and here nobody listens there."""
OUR_TABLES = {"alembic_version", "outbox_change", "score_table", "rendition", "provider_client", "search_rebuild"}


def _spoil(exam_id: Any) -> None:
    """Put it wherever a person's words are kept."""
    for table in db.metadata.sorted_tables:
        columns = [each for each in table.columns if isinstance(each.type, String | Text)
                   and each.name not in CODE_NAMES.split() and not each.foreign_keys and not each.unique]
        if table.name in OUR_TABLES | {"job"} or table.name.startswith(("event", "audit")):
            continue
        for column in columns:
            db.session.execute(update(table).values({column.name: EVIL}))
    for work in db.session.scalars(select(Work)):
        work.description = {name: [EVIL] if isinstance(value, list) else EVIL if isinstance(value, str) else value
                            for name, value in work.description.items() if name != "degree"}
    for version in db.session.scalars(select(ItemVersion)).all():
        _spoil_question(version)
    db.session.expire_all()
    for batch in db.session.scalars(select(ImportBatch)):
        batch.problems = [{"where": EVIL, "message": EVIL}]
    for row in db.session.scalars(select(ImportQuestion)):
        found = [{"where": EVIL, "message": EVIL}]
        row.data = {**row.data, "name": EVIL, "category": EVIL, "source_type": EVIL}
        row.problems, row.unsure, row.notes = found, found, [EVIL]
    db.session.execute(update(Job).values(state="failed", notes={"vi": EVIL}, reasons={"vi": EVIL}))
    assembly.get_paper.cache_clear()
    candidate_views.paper_html.cache_clear()
    analysis.store_analysis(exam_id, marking.results_of(exam_id))
    db.session.commit()
    search.rebuild(SYSTEM)


def _spoil_question(version: ItemVersion) -> None:
    """As an author can: raw markup is cleaned on the way in, written-out markup stays as text."""
    text = f"{EVIL} {ESCAPED} \\({EVIL}\\)"
    options = [{**option, "text": f"{number} {text}"} for number, option in enumerate(version.content["options"])]
    key = {**version.key, "explanation": text}
    body, _problems = read_body(version.type, {**version.content, "prompt": text, "options": options}, key)
    table = db.metadata.tables["item_version"]
    db.session.execute(update(table).where(table.c.id == version.id).values(content=body.content, key=body.key))


def _markup_of(page: str) -> list[str]:
    """What a browser would run or fetch and no template wrote."""
    found = []
    for element in html.fromstring(page).iter("*"):
        names = {name.lower(): value for name, value in element.attrib.items()}
        runs = [name for name in names if name.startswith("on")]
        leads = [value for value in names.values() if value.strip().lower().startswith("javascript:")]
        fetched = element.tag == "img" and names.get("src") == "x"
        script = element.tag == "script" and "src" not in names
        if runs or leads or fetched or script:
            found.append(html.tostring(element, encoding="unicode")[:120])
    return found


def test_what_people_write_never_becomes_markup(app: Flask, sign_in) -> None:
    world: World = make_world(app)
    with app.test_request_context():
        _spoil(world.values["exam_id"][0])
    clients = {role: sign_in(world.people[role]) for role in ROLES} | {"anonymous": app.test_client()}
    shown, found = set(), []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or ".static" in rule.endpoint or rule.endpoint in TO_A_PROVIDER:
            continue
        paths = [*world.addresses(rule), *(["/search?q=alert"] if rule.endpoint == "search.index" else [])]
        for path in paths:
            for role, client in clients.items():
                answer = client.get(path, headers={"Accept": "text/html"})
                assert answer.status_code < 500, (rule.endpoint, role)
                if answer.mimetype == "text/html" and answer.text.strip():
                    if "onerror" in answer.text:
                        shown.add(rule.endpoint)
                    found += [(rule.endpoint, role, each) for each in _markup_of(answer.text)]
    assert not found, "\n".join(map(str, found))
    assert len(shown) > 25, f"the words must reach the pages to show anything: {sorted(shown)}"
