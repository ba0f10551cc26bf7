"""What the bundled provider adds to the application."""

from flask import Flask

from lms.core import mail
from lms.core.bearer import know_bearers
from lms.core.web import csrf
from lms.identity.provider import account_views, admin_views, back_channel, mailbox_views, services, views
from lms.identity.provider import security_views as security_views  # its pages stand on the same blueprint
from lms.identity.provider.server import make_server
from lms.identity.services.bearers import find_bearer


def init_app(app: Flask) -> None:
    """Make the authorization server. Its machine-to-machine addresses have proofs other than a CSRF token, and the
    form of the login page checks its own."""
    app.extensions["lms.identity.provider"] = make_server(app)
    know_bearers(find_bearer)
    app.register_blueprint(admin_views.blueprint)
    app.register_blueprint(account_views.blueprint)
    with app.app_context():
        if mail.has_mailbox():
            app.register_blueprint(mailbox_views.blueprint)
    services.know_sender(back_channel.tell_soon)
    for view in (views.token, views.userinfo, views.end_session, views.introspect, views.revoke, views.log_in):
        csrf.exempt(view)
