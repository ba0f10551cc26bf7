"""The bundled provider in use, whatever the size, and one account there."""

from dataclasses import replace

import pytest
from flask import Flask

from lms.core.config import Settings
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.provider import services
from lms.identity.providers import read_providers


@pytest.fixture
def given(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings with the bundled provider in use, whatever the size, and one account there."""
    usual = app.extensions["lms.settings"]
    bundled = replace(usual, oidc_issuer=f"{usual.base_url}/oidc")
    monkeypatch.setitem(app.extensions, "lms.settings", bundled)
    monkeypatch.setitem(app.extensions, "lms.identity.providers", read_providers(bundled))
    with app.app_context():
        services.save_account(
            SYSTEM,
            username="hoa",
            password="a long password",
            name="Nguyễn Thị Hoa",
            email="hoa@example.edu.vn",
            roles=["teacher"],
            organisation="S1",
            subject="s1",
        )
        db.session.commit()
    return app.extensions["lms.settings"]
