"""What the bank tells the page of reasons: what a question is."""

from flask import Flask

from assessment.bank import services
from lms.core.i18n import _l
from lms.core.permissions import Kind, know_kind


def init_app(_app: Flask) -> None:
    """Items are things of `item:*`."""
    know_kind(Kind("item", _l("Question"), "item_id", ("item:*",), "item:read", services.find_item,
                   lambda item: str(item.stem_text)))
