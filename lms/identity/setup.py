"""What identity adds to the application: its OpenID clients, and who a cookie's sign-in is."""

from flask import Flask

from lms.core.web import csrf, login_manager
from lms.identity import openid, sessions, views
from lms.identity.providers import read_providers
from lms.identity.services import find_signed_in, positions_changed
from lms.organisations import services as organisations


def init_app(app: Flask) -> None:
    """Register the providers and the loader. The cookie holds the sign-in's id alone."""
    given = app.extensions["lms.settings"]
    known = read_providers(given)
    login_manager.session_protection = None
    login_manager.user_loader(find_signed_in)
    sessions.init_app(app, given, known)
    organisations.when_positions_change(positions_changed)
    openid.init_app(app, known)
    app.extensions["lms.web.form_targets"].extend(provider.issuer for provider in known)
    csrf.exempt(views.back_channel_logout)
