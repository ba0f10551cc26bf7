"""The five demonstration people. Their passwords are public, so production refuses to make them."""

from dataclasses import dataclass
from uuid import UUID

from lms.core.config import settings
from lms.core.errors import Forbidden
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity.claims import Claims
from lms.identity.models import Person
from lms.identity.provider import services as provider
from lms.identity.providers import providers
from lms.identity.services.recognition import recognise_person


@dataclass(frozen=True)
class DemoAccount:
    """A demonstration person, the same at the bundled provider and in deploy/keycloak/realm.json."""

    username: str
    subject: str
    name: str
    role: str
    organisation: str

    @property
    def password(self) -> str:
        """The public password."""
        return f"demo-{self.username}"

    @property
    def email(self) -> str:
        """An address that goes nowhere (RFC 2606)."""
        return f"{self.username}@example.edu.vn"


SCHOOL, DEPARTMENT, MINISTRY = "01-THPT-0001", "SGD-01", "BGDDT"
DEMO_ACCOUNTS = (
    DemoAccount("teacher", "274b461e-8060-596a-9e2c-271805da96cf", "Nguyễn Thị Hoa", "teacher", SCHOOL),
    DemoAccount("student", "636df637-6aab-5917-b2ee-c8fb00297c8d", "Trần Minh Anh", "student", SCHOOL),
    DemoAccount("librarian", "e8f95b55-301c-55b3-823c-aa293530142c", "Lê Thu Hà", "librarian", MINISTRY),
    DemoAccount("admin", "721b6cfb-edff-53e8-abff-f5c6a9ba6227", "Phạm Quốc Việt", "administrator", MINISTRY),
    DemoAccount("department", "48ef6405-c14d-54e1-97d7-439b06988349", "Đỗ Thanh Bình", "administrator", DEPARTMENT),
)


def ensure_demo_accounts(actor: Actor) -> dict[str, UUID]:
    """Make the demonstration people, able to sign in at the provider in use; returns person ids by user name.

    They become members of the organisations that their claims name, where these exist by then. Again changes
    nothing. Raises Forbidden in production.
    """
    authorize(actor, "person:manage")
    if settings().is_production:
        raise Forbidden(_("Demonstration accounts have public passwords; production refuses them."))
    return {account.username: _ensure_account(actor, account).id for account in DEMO_ACCOUNTS}


def _ensure_account(actor: Actor, account: DemoAccount) -> Person:
    """The account, and the person as his first sign-in would have made him."""
    if settings().bundled_provider:
        provider.save_account(
            actor, username=account.username, password=account.password, subject=account.subject,
            name=account.name, email=account.email, roles=[account.role], organisation=account.organisation,
            judge_password=False)
    return recognise_person(providers().main, Claims(
        subject=account.subject, name=account.name, email=account.email, roles=frozenset({account.role}),
        organisation_code=account.organisation))
