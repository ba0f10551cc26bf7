"""The blueprint that the pages of this room hang on."""

from flask import Blueprint

blueprint = Blueprint("marking", __name__, template_folder="templates", static_folder="static",
                      static_url_path="/static/marking")
