"""What the bundled provider adds to the application."""

from flask import Flask

from lms.core.web import csrf
from lms.identity.provider import back_channel, services, views
from lms.identity.provider.server import make_server


def init_app(app: Flask) -> None:
    """Make the authorization server. Its machine-to-machine addresses have proofs other than a CSRF token, and the
    form of the login page checks its own."""
    app.extensions["lms.identity.provider"] = make_server(app)
    services.know_sender(back_channel.tell_soon)
    for view in (views.token, views.userinfo, views.end_session, views.introspect, views.revoke, views.log_in):
        csrf.exempt(view)
