"""What the bundled provider adds to the application."""

from flask import Flask

from lms.core.web import csrf
from lms.identity.provider import views
from lms.identity.provider.server import make_server


def init_app(app: Flask) -> None:
    """Make the authorization server. Its machine-to-machine addresses have proofs other than a CSRF token."""
    app.extensions["lms.identity.provider"] = make_server(app)
    for view in (views.token, views.userinfo, views.end_session):
        csrf.exempt(view)
