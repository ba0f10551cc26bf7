"""What this room tells the roof: the pages of exports, and what its templates need."""

from flask import Flask

from assessment.interchange import export_views, showing


def init_app(app: Flask) -> None:
    """Mount the exports; `|import_field` names the place of a problem."""
    app.register_blueprint(export_views.blueprint)
    app.jinja_env.filters["import_field"] = showing.field_name
