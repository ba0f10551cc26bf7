"""Versions in static addresses: kept for good under their version, asked for again without it."""

from flask import url_for

from lms.core import assets


def test_an_address_carries_the_version_of_its_file(request_context):
    address = url_for("shell.static", filename="css/main.css")
    assert address.startswith("/static/shell/css/main.css?v=")
    assert url_for("npm", path="bootstrap/dist/css/bootstrap.min.css").count("?v=") == 1


def test_other_addresses_carry_none(request_context):
    assert url_for("core.list_jobs") == "/admin/jobs"
    assert url_for("shell.static", filename="no/such/file.css") == "/static/shell/no/such/file.css"


def test_a_file_is_kept_for_good_under_its_version(app, client):
    with app.test_request_context():
        address = url_for("shell.static", filename="css/main.css")
    assert client.get(address).headers["Cache-Control"] == assets.KEPT


def test_a_file_is_asked_for_again_under_any_other(client):
    for address in ("/static/shell/css/main.css", "/static/shell/css/main.css?v=0123456789"):
        assert "immutable" not in client.get(address).headers["Cache-Control"]


def test_the_version_follows_the_content(tmp_path):
    old, new = tmp_path / "old.css", tmp_path / "new.css"
    old.write_text("a{}")
    new.write_text("b{}")
    assert assets.version_of(old) != assets.version_of(new)
