"""What the bank tells the roof: what a question is, and where its pictures and sound are."""

from flask import Flask

from assessment.bank import media_views, names, services, showing
from assessment.bank.media import item_html, media_url
from assessment.bank.services import stimuli
from assessment.bank.spoken.pages import add_words
from lms.core.i18n import _l
from lms.core.permissions import Kind, know_kind


def init_app(app: Flask) -> None:
    """Items are things of `item:*`; `|item_html` and `|media_url` show stored media; formulas have words."""
    app.register_blueprint(media_views.blueprint)
    app.after_request(add_words)
    app.jinja_env.filters.update(showing.FILTERS)
    app.add_template_filter(item_html)
    app.add_template_filter(media_url)
    know_kind(Kind("item", _l("Question"), "item_id", ("item:*",), "item:read", services.find_item,
                   lambda item: names.item_number(item) if item.is_secure else str(item.stem_text)))
    know_kind(Kind("stimulus", _l("Text or recording"), "stimulus_id", ("stimulus:*",), "stimulus:read",
                   stimuli.find_stimulus, lambda stimulus: str(stimulus.title)))
    know_kind(Kind("bank", _l("Question bank"), "bank_id", ("bank:*",), "bank:read", services.find_bank,
                   lambda bank: str(bank.name)))
