"""Who gets what: each address tried by each role; and no change without a token of the page that asked for it.

The things are those of `world.py`. Beyond the rules of each room, which have tests of their own, this holds the
whole: an address that is not in a group here is one that nobody thought about.
"""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms.app import OPEN_ENDPOINTS
from tests.guards.world import ROLES, World, make_world

EVERYBODY = {"anonymous", *ROLES}
STAFF = {"teacher", "stranger", "librarian", "administrator"}
KEEPERS = {"librarian", "administrator"}
OWNERS = {"teacher", "administrator"}
GROUPS: dict[frozenset[str], str] = {
    frozenset(ROLES): "delivery.list_my_exams identity.account identity_api.get_me works.show_outcomes",
    frozenset(STAFF): "works.list_mine works.choose_kind works.describe_new",
    frozenset(OWNERS | {"stranger"}): "bank.choose_type bank.create_item bank.list_items bank_api.list_items "
                                      "delivery.list_exams delivery.new_exam interchange.upload",
    frozenset(OWNERS): "analysis.* analysis_api.* bank.revise_item bank.show_item bank_api.get_item core.show_job "
                       "jobs_api.get_job delivery.candidates delivery.edit_exam delivery.plan delivery.show_exam "
                       "delivery.show_form marking.export_results marking.list_results",
    frozenset(OWNERS | {"student"}): "marking.show_result marking_api.get_result",
    frozenset({"student"}): "delivery.sit delivery.start_page delivery.submitted",
    frozenset({"teacher"}): "interchange.show_import",
    frozenset(KEEPERS): "curation.queue curation.review curation.create_collection curation.edit_collection",
    frozenset({"administrator"}): "core.list_audit core.list_jobs",
    frozenset(OWNERS | KEEPERS): "works.edit works.files works.finish",
}
"""Who may see anything of the world at these addresses; all others are refused there, whatever stands in it."""
BY_WORK = {"works.show", "works.open_file", "works_api.WorkById"}
PROVED_OTHERWISE = {"delivery_api.save_events", "provider.token", "provider.userinfo", "provider.end_session"}
"""Shown by a token of their own, not by the session's cookie."""


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


def _group(endpoint: str) -> frozenset[str] | None:
    room = endpoint.split(".")[0] + ".*"
    return next((roles for roles, names in GROUPS.items() if endpoint in names.split() or room in names.split()), None)


def _is_let_in(answer: TestResponse) -> bool:
    """It was shown, or led on to another page of the same things."""
    return answer.status_code < 400 and not answer.headers.get("Location", "").startswith("/sign-in")


def test_each_page_is_for_its_people_only(app: Flask, world: World, sign_in) -> None:
    clients = {role: sign_in(world.people[role]) for role in ROLES} | {"anonymous": app.test_client()}
    wrong = []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in OPEN_ENDPOINTS or rule.endpoint.endswith(".static"):
            continue
        wanted = _group(rule.endpoint)
        seen = {role for role, client in clients.items() for path in world.addresses(rule)
                if _is_let_in(client.get(path, headers={"Accept": "text/html"}))}
        if seen != wanted:
            wrong.append(f"{rule.endpoint}: seen by {sorted(seen)}, meant for {sorted(wanted or [])}")
    assert not wrong, "\n".join(wrong)


def test_a_work_that_is_not_published_is_for_its_keepers(app: Flask, world: World, sign_in) -> None:
    hidden = {str(work) for work in world.values["work_id"][:3]}
    for role in ("anonymous", "student", "stranger"):
        client = app.test_client() if role == "anonymous" else sign_in(world.people[role])
        for rule in (rule for rule in app.url_map.iter_rules() if rule.endpoint in BY_WORK):
            for path in world.addresses(rule):
                if hidden & set(path.split("/")):
                    assert client.get(path).status_code in (302, 401, 403), (role, path)


def test_nobody_else_changes_what_is_the_teachers(app: Flask, world: World, sign_in) -> None:
    """The stranger gets nowhere with any change at an address that names a thing of the teacher's."""
    stranger, reached = sign_in(world.people["stranger"]), []
    for rule in app.url_map.iter_rules():
        names = rule.arguments & {"exam_id", "item_id", "work_id", "batch_id", "upload_id", "sign_in_id", "asset_id",
                                  "collection_id", "job_id"}
        for method in rule.methods & {"POST", "PATCH", "DELETE"} if names else ():
            for path in world.addresses(rule):
                status = stranger.open(path, method=method, headers={"Tus-Resumable": "1.0.0"}).status_code
                if status < 400:
                    reached.append(f"{method} {path} answered {status}")
    assert not reached, "\n".join(reached)


def test_no_change_without_the_token_of_a_page(app: Flask, world: World, sign_in) -> None:
    client, taken = sign_in(world.people["administrator"]), []
    client.set_cookie("language", "en")
    app.config["WTF_CSRF_ENABLED"] = True
    headers = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}
    for rule in (rule for rule in app.url_map.iter_rules() if rule.endpoint not in PROVED_OTHERWISE):
        for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            for body in ({"data": {"a": "1"}}, {"json": {}}):
                answer = client.open(world.addresses(rule)[0], method=method, headers=headers, **body)
                if "The form was open too long" not in answer.text:
                    taken.append(f"{method} {rule} answered {answer.status_code}")
    assert not taken, "\n".join(taken)
