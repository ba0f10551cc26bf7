"""Two little providers in place of the one of the settings: the main one and a university's, named by a file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.identity import openid, sessions
from lms.identity.providers import Provider, Providers, read_providers
from tests.lms.identity.little_provider import SECRET, LittleProvider

FILE = """
[[provider]]
slug = "bach-khoa"
label = {{ vi = "Đại học Bách khoa Hà Nội", en = "Hanoi University of Science and Technology" }}
issuer = "{issuer}"
client_id = "lms-at-university"
client_secret_env = "SECRET_OF_BACH_KHOA"
roles = ["student", "teacher", "librarian"]
organisation = "BKHN"
acr_values = {acr_values}

[provider.claims]
role = "affiliation"
roles = {{ "sinh-vien" = "student", "giang-vien" = "teacher", "thu-thu" = "librarian" }}
organisation = "faculty"
pupil_code = "student_number"
staff_code = "employee.code"
personal_number = "cccd"
"""


@pytest.fixture
def ministry() -> Iterator[LittleProvider]:
    made = LittleProvider("ministry")
    yield made
    made.close()


@pytest.fixture
def university() -> Iterator[LittleProvider]:
    made = LittleProvider("university")
    yield made
    made.close()


def known(app: Flask, tmp_path: Path, ministry: LittleProvider, university: LittleProvider, acr: str = "") -> Providers:
    """Both, read from a real file; the main one in the place of that of the settings."""
    path = tmp_path / "providers.toml"
    path.write_text(FILE.format(issuer=university.issuer, acr_values=f'["{acr}"]' if acr else "[]"), "utf-8")
    given = replace(app.extensions["lms.settings"], providers_file=str(path))
    main, *others = read_providers(given, {"SECRET_OF_BACH_KHOA": SECRET})
    mine: Provider = replace(main, issuer=ministry.issuer, client_id=ministry.client_id, client_secret=SECRET,
                             label_vi="Bộ Giáo dục và Đào tạo", label_en="Ministry of Education")
    return Providers((mine, *others))


@pytest.fixture
def two_providers(app: Flask, tmp_path: Path, ministry: LittleProvider, university: LittleProvider) -> Iterator[Any]:
    """Puts them in place; call what it gives with an `acr` to make the university's step-up ask for it."""
    before = {name: app.extensions[name] for name in ("lms.identity.providers", "lms.identity.openid",
                                                      "lms.identity.sessions")}

    def place(acr: str = "") -> None:
        found = known(app, tmp_path, ministry, university, acr)
        openid.init_app(app, found)
        sessions.init_app(app, app.extensions["lms.settings"], found)

    place()
    yield place
    app.extensions.update(before)
