"""What this room tells the roof: the pages of exports, and what its templates need."""

from flask import Flask

from assessment.interchange import export_views, showing
from lms.core.i18n import _l
from lms.core.switches import know_feature


def init_app(app: Flask) -> None:
    """Mount the exports; `|import_field` names the place of a problem."""
    app.register_blueprint(export_views.blueprint)
    app.jinja_env.filters["import_field"] = showing.field_name
    know_feature("exchange", _l("Import and export of questions"),
                 _l("No file of questions is taken in or written; what was begun waits in the queue."),
                 jobs=("assessment.read_import", "assessment.take_import", "assessment.write_export"))
