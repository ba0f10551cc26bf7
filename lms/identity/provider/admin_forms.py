"""Forms of the administrators: connected systems, and accounts."""

import json
from typing import Any

from wtforms import BooleanField, Field, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import TextArea

from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.core.permissions import ROLES
from lms.identity.provider.models import NATIVE, PROGRAM, ProviderClient
from lms.identity.provider.services import PROGRAM_SCOPES, SCOPES, AccountDraft, ClientDraft
from lms.organisations.services import find_organisation_by_code

MOST_LINES = 20
LONGEST_LINE = 500
ROLE_LABELS = {"student": _l("Student"), "teacher": _l("Teacher"), "librarian": _l("Librarian"),
               "administrator": _l("Administrator")}
SCOPE_LABELS = {
    "openid": _l("Sign people in"), "profile": _l("Name, roles and school"), "email": _l("E-mail address"),
    "offline_access": _l("Renew by itself while people are away"), "api": _l("Call the API of this platform"),
    "introspect": _l("Ask about tokens that others were given"),
}


class LinesField(Field):
    """Several short texts, one a line."""

    widget = TextArea()

    def _value(self) -> str:
        return "\n".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """The lines that are not empty."""
        text = valuelist[0] if valuelist else ""
        self.data = [line.strip() for line in text.splitlines() if line.strip()]
        if len(self.data) > MOST_LINES or any(len(line) > LONGEST_LINE for line in self.data):
            raise ValueError(_("At most %(count)s lines of %(length)s characters.", count=MOST_LINES,
                               length=LONGEST_LINE))


def known_place(_form: Form, field: Field) -> None:
    """The code of an organisation that there is, if any."""
    if field.data and find_organisation_by_code(field.data) is None:
        raise ValidationError(_("There is no organisation with this code."))


class ClientForm(Form):
    """An application; `kind` decides which of the fields there are."""

    client_id = StringField(_l("Id"), [Optional(), Length(max=60)],
                            description=_l("What the application calls itself: letters a to z, digits and - _ ."))
    name = StringField(_l("Name of the system"), [InputRequired(), Length(max=200)])
    own = BooleanField(_l("The ministry's own: people are not asked for consent"), default=True)
    redirect_uris = LinesField(_l("Addresses to return to after the sign-in"),
                               description=_l("One a line, complete and to the letter."))
    post_logout_redirect_uris = LinesField(_l("Addresses to return to after the sign-out"),
                                           description=_l("One a line; may be empty."))
    back_channel_uri = StringField(_l("Address that is told of sign-outs"), [Optional(), Length(max=LONGEST_LINE)],
                                   description=_l("Back-channel logout; may be empty."))
    scopes = SelectMultipleField(_l("It may"))
    keys = TextAreaField(_l("Public keys instead of a secret"), [Optional(), Length(max=20_000)],
                         description=_l("A JSON Web Key Set, for private_key_jwt; may be empty."))
    roles = SelectMultipleField(_l("Roles at the API"), choices=list(ROLE_LABELS.items()))
    organisation = StringField(_l("Code of the organisation where it has them"),
                               [Optional(), Length(max=100), known_place])

    def __init__(self, kind: str, row: ProviderClient | None = None, **values: Any) -> None:
        super().__init__(obj=row, **values)
        self.kind, self.is_new = kind, row is None
        self.scopes.choices = [(name, SCOPE_LABELS[name]) for name in (PROGRAM_SCOPES if kind == PROGRAM else SCOPES)]
        if row is not None and row.keys and not self.is_submitted():
            self.keys.data = json.dumps(row.keys, indent=2)
        for name in self._absent():
            delattr(self, name)

    def validate_keys(self, field: Any) -> None:
        """JSON, if anything; what is in it the service judges."""
        if field.data:
            try:
                json.loads(field.data)
            except (ValueError, RecursionError):
                raise ValidationError(_("This is not JSON.")) from None

    def draft(self) -> ClientDraft:
        """What was said."""
        def said(name: str, default: Any) -> Any:
            return getattr(self, name).data if name in self._fields else default

        keys = (said("keys", "") or "").strip()
        return ClientDraft(
            name=self.name.data, kind=self.kind, own=said("own", True), redirect_uris=said("redirect_uris", []),
            post_logout_redirect_uris=said("post_logout_redirect_uris", []), scopes=self.scopes.data or [],
            back_channel_uri=said("back_channel_uri", None), keys=json.loads(keys) if keys else None,
            roles=said("roles", []), organisation=said("organisation", None))

    def _absent(self) -> list[str]:
        absent = [] if self.is_new else ["client_id"]
        if self.kind == PROGRAM:
            return [*absent, "own", "redirect_uris", "post_logout_redirect_uris", "back_channel_uri"]
        return [*absent, "roles", "organisation", *(["keys"] if self.kind == NATIVE else [])]


class AccountForm(Form):
    """An account; the user name is that of a new one."""

    username = StringField(_l("User name"), [InputRequired(), Length(max=100)])
    name = StringField(_l("Full name"), [InputRequired(), Length(max=200)])
    email = StringField(_l("E-mail"), [Optional(), Length(max=200)])
    roles = SelectMultipleField(_l("Roles"), choices=[(name, ROLE_LABELS[name]) for name in ROLES])
    organisation = StringField(_l("Code of the organisation"), [Optional(), Length(max=100), known_place])

    def draft(self) -> AccountDraft:
        """What was said."""
        return AccountDraft(
            username=self.username.data if "username" in self._fields else "", name=self.name.data,
            email=self.email.data, roles=self.roles.data or [], organisation=self.organisation.data)
