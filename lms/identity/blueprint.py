"""The pages of identity hang on this; `views` and `account_views` add them."""

from flask import Blueprint

blueprint = Blueprint("identity", __name__, template_folder="templates", static_folder="static",
                      static_url_path="/static/identity")
