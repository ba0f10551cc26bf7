"""The bank's pages share one blueprint; each module of views adds its own to it."""

from flask import Blueprint

blueprint = Blueprint("bank", "assessment.bank", url_prefix="/bank", template_folder="templates",
                      static_folder="static")
