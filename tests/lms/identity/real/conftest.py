"""The bundled provider as others see it: the processes of a whole platform over HTTP, and foreign clients of it.

The platform has a database of its own. What an administrator does (accounts, clients) is done by the services, in a
second application over the same database, in this process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from deploy.run import Platform, free_port
from lms.app import create_app
from lms.core import clock
from lms.core.config import read_settings
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from lms.identity.models import Person, SignIn
from lms.identity.provider import keys
from lms.identity.provider import services as provider
from lms.identity.provider.models import ProviderAccount, ProviderSession
from lms.identity.sessions import forget_after_commit
from tests.conftest import SIZE
from tests.factories.organisations import make_organisation
from tests.lms.identity.real.apache import Apache
from tests.lms.identity.real.node import OpenidClient
from tests.lms.identity.real.person import PASSWORD
from tests.lms.identity.real.rogue import CLIENT, SECRET, Rogue
from tests.walk.site import Browser

collect_ignore_glob = ["test_full_*"] if SIZE == "embedded" else []
PEOPLE = {"teacher": "Nguyễn Thị Hoa", "student": "Trần Minh Anh", "administrator": "Phạm Quốc Việt"}
DANGEROUS = "/audit/export"
"""A page that asks an administrator for a fresh proof of who he is."""
SCOPES = ("openid", "profile", "email", "offline_access")
REDIS_DATABASE = 5
UNIVERSITY = "/sign-in/university/start"
PROVIDERS = """
[[provider]]
slug = "university"
label = {{ vi = "Đại học thử", en = "Test University" }}
issuer = "{issuer}"
client_id = "{client}"
client_secret_env = "LMS_TEST_UNIVERSITY_SECRET"
roles = ["student", "teacher"]
organisation = "DHTN"
"""


@dataclass(frozen=True)
class Provider:
    """The running provider; `app` is a second application over its database."""

    platform: Platform
    app: Flask

    @property
    def issuer(self) -> str:
        """Its address and name."""
        return f"{self.platform.base}/oidc"

    def add_client(self, client_id: str, **given: Any) -> str:
        """Register an application as an administrator does; returns its secret."""
        with self.app.app_context(), transaction():
            return provider.add_client(SYSTEM, client_id=client_id, name=client_id, **given).secret

    def browser(self, username: str) -> Browser:
        """A browser of somebody who has an account here."""
        return Browser(self.platform.base, username)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the platform of these tests keeps what it stores."""
    return tmp_path_factory.mktemp("provider")


@pytest.fixture(scope="session")
def rogue() -> Iterator[Rogue]:
    """Another provider that the platform knows, in the hands of the tests."""
    provider = Rogue()
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def platform(folder: Path, rogue: Rogue) -> Iterator[Platform]:
    """The three processes with the bundled provider and the rogue beside it, at either size; nobody in them yet."""
    platform = Platform(SIZE, free_port(), folder / "data", own_names="lms_test_real", log_file=folder / "platform.log")
    providers = folder / "providers.toml"
    providers.write_text(PROVIDERS.format(issuer=rogue.issuer, client=CLIENT), "utf-8")
    platform.environment.update(LMS_OIDC_ISSUER=f"{platform.base}/oidc", LMS_PROVIDERS_FILE=str(providers),
                                LMS_TEST_UNIVERSITY_SECRET=SECRET)
    if SIZE == "full":
        platform.environment["LMS_REDIS_URL"] = own_broker(platform.environment["LMS_REDIS_URL"], REDIS_DATABASE)
        platform.command("forget-everything", "--yes")
    try:
        platform.prepare(demo=False)
        platform.start()
        yield platform
    finally:
        platform.stop()
        if SIZE == "full":
            platform.command("forget-everything", "--yes")


def own_broker(address: str, number: int) -> str:
    """Redis for one platform's messages: another platform's workers would take them."""
    return f"{address.rsplit('/', 1)[0]}/{number}"


def made_app(platform: Platform) -> Flask:
    """An application of this process with the settings of a platform's processes."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in platform.environment.items():
            patch.setenv(name, value)
        return create_app(read_settings())


def make_stale(app: Flask, name: str) -> None:
    """The sign-ins of the person of this name, at the platform and its provider, were an hour ago."""
    long_ago = clock.now() - timedelta(hours=1)
    person, account = select(Person.id).where(Person.name == name), select(ProviderAccount.id)
    with app.app_context(), transaction():
        mine = list(db.session.scalars(select(SignIn.id).where(SignIn.person_id.in_(person))))
        db.session.execute(update(SignIn).where(SignIn.id.in_(mine)).values(auth_time=long_ago))
        db.session.execute(update(ProviderSession).values(auth_time=long_ago).where(
            ProviderSession.account_id.in_(account.where(ProviderAccount.name == name))))
        forget_after_commit(mine)


@pytest.fixture(scope="session")
def real(platform: Platform) -> Iterator[Provider]:
    """The provider with three accounts of people at the ministry."""
    app = made_app(platform)
    with app.app_context(), transaction():
        keys.prepare_next_key()
        make_organisation("university", "Đại học Thái Nguyên", code="DHTN")
        for username, name in PEOPLE.items():
            provider.save_account(SYSTEM, username=username, password=PASSWORD, name=name, roles=[username],
                                  email=f"{username}@example.edu.vn", organisation="BGDDT",
                                  subject=f"subject-of-{username}")
    yield Provider(platform, app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def apache(real: Provider) -> Iterator[Apache]:
    """Apache with mod_auth_openidc, registered at the provider."""
    server = Apache()
    try:
        secret = real.add_client("office", redirect_uris=[server.callback], scopes=SCOPES,
                                 back_channel_uri=server.back_channel,
                                 post_logout_redirect_uris=[f"{server.base}/open/"])
        server.start(real.issuer, "office", secret)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def node(real: Provider) -> Iterator[OpenidClient]:
    """A program with npm's openid-client, registered at the provider."""
    program = OpenidClient()
    try:
        secret = real.add_client("emis", redirect_uris=[program.callback], scopes=SCOPES,
                                 back_channel_uri=program.back_channel,
                                 post_logout_redirect_uris=[f"{program.base}/out"])
        program.discover(real.issuer, "emis", secret)
        yield program
    finally:
        program.stop()


@pytest.fixture
def another_node() -> Iterator[OpenidClient]:
    """One more such program, not registered yet."""
    program = OpenidClient()
    yield program
    program.stop()
