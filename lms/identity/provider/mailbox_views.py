"""The mailbox page: mail that the embedded size keeps instead of sending it, for administrators."""

from flask import Blueprint, render_template

from lms.core import mail
from lms.core.web import current_actor, page_number, recent_sign_in

blueprint = Blueprint("mailbox", __name__, template_folder="../templates")


@blueprint.get("/mailbox")
@recent_sign_in()
def show() -> str:
    """The newest first; there is no such page where mail is sent."""
    return render_template("lms/identity/mailbox.html", messages=mail.list_mail(current_actor(), page_number()))
