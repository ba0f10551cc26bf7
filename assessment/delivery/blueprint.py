"""The blueprint that the pages of this room hang on."""

from flask import Blueprint

blueprint = Blueprint("delivery", __name__, url_prefix="/exams", template_folder="templates",
                      static_folder="static")
