"""The frame of every page: language, theme, navigation, errors, and how much a first view weighs."""

import gzip
import json
import re

import pytest
from lxml import html

from lms.core.views import NPM_FOLDER
from tests.factories.identity import make_person
from tests.guards.source import ROOT

SHELL = ROOT / "lms" / "shell"
LIMIT = 150_000


def _tree(answer):
    return html.fromstring(answer.text)


def test_a_page_speaks_vietnamese_until_it_is_told_otherwise(client):
    assert _tree(client.get("/")).get("lang") == "vi"
    client.post("/language", data={"language": "en", "next": "/"})
    page = _tree(client.get("/"))
    assert page.get("lang") == "en"
    assert "Sign in" in page.text_content()


@pytest.mark.parametrize(("theme", "attribute"), [("dark", "dark"), ("light", "light"), ("auto", None)])
def test_the_stored_theme_is_rendered_by_the_server(client, theme, attribute):
    client.post("/theme", data={"theme": theme, "next": "/"})
    assert _tree(client.get("/")).get("data-bs-theme") == attribute


def test_a_hostile_theme_is_not_echoed(client):
    client.set_cookie("theme", '"><script>alert(1)</script>')
    assert "alert(1)" not in client.get("/").text


def test_the_page_begins_with_a_link_to_its_content(client):
    page = _tree(client.get("/"))
    link = page.xpath("//body//a")[0]
    assert page.get_element_by_id(link.get("href").removeprefix("#")).tag == "main"


def test_the_navigation_marks_where_one_is(app, sign_in):
    with app.app_context():
        person = make_person("administrator")
        from lms.core.db import db
        db.session.commit()
        client = sign_in(person)
    page = _tree(client.get("/admin/jobs"))
    current = page.xpath("//nav[contains(@class, 'sidebar')]//a[@aria-current='page']/@href")
    assert current == ["/admin/jobs"]


def test_an_unknown_address_is_a_page_with_a_way_out(client):
    answer = client.get("/no/such/page", headers={"Accept": "text/html"})
    page = _tree(answer)
    assert answer.status_code == 404
    assert page.xpath("//main//a[@href='/']")
    assert page.xpath("//main//h1")


def test_no_page_carries_inline_script_or_style(client):
    page = _tree(client.get("/"))
    assert not page.xpath("//*[@style] | //style | //script[not(@src)] | //@onclick")


def test_the_api_page_shows_every_operation(client):
    spec = client.get("/api/v1/openapi.json").json
    page = _tree(client.get("/api/v1/docs"))
    shown = {element.text_content() for element in page.xpath("//code[@class='api-path']")}
    assert shown == set(spec["paths"])


def test_a_first_view_is_light_enough_for_a_slow_phone(client):
    page = _tree(client.get("/"))
    sheets = page.xpath("//link[@rel='stylesheet']/@href")
    weight = sum(len(gzip.compress(client.get(sheet).data)) for sheet in sheets)
    weight += sum(len(gzip.compress(file.read_bytes())) for file in (SHELL / "static" / "js").glob("*.js"))
    assert weight < LIMIT


def test_the_lock_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_the_packages_have_exact_versions():
    wanted = json.loads((ROOT / "package.json").read_text())
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


def test_every_icon_that_a_template_names_exists():
    named = set()
    for template in ROOT.glob("*/**/templates/**/*.html"):
        if not {".venv", "node_modules"} & set(template.parts):
            named |= set(re.findall(r'ui\.icon\("([a-z0-9-]+)"\)', template.read_text(encoding="utf-8")))
    missing = {name for name in named if not (NPM_FOLDER / "bootstrap-icons/icons" / f"{name}.svg").exists()}
    assert missing == set()
