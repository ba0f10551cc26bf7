"""What identity adds to the application: its OpenID client, and who a cookie's sign-in is."""

from flask import Flask

from lms.core.web import login_manager
from lms.identity import openid
from lms.identity.services import find_signed_in


def init_app(app: Flask) -> None:
    """Register the provider and the loader. The cookie holds the sign-in's id alone."""
    login_manager.session_protection = None
    login_manager.user_loader(find_signed_in)
    openid.init_app(app, app.extensions["lms.settings"])
