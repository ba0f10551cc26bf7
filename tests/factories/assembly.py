"""Forms for tests."""

from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from assessment.assembly.models import Form, FormItem
from assessment.assembly.sections import roman
from assessment.assembly.services import default_points, usual_table
from assessment.bank.models import ItemVersion
from assessment.bank.types import TYPES
from lms.core.db import db
from lms.core.ids import new_id
from tests.factories.bank import make_item

FOUR_TYPES = ("single_choice", "multiple_response", "true_false", "short_numeric")
_numbers = count(101)


def make_exam_for_form(subject: Any = None, owner: Any = None) -> UUID:
    """The id of a plain exam that a form can belong to."""
    from assessment.delivery.models import Exam
    from tests.factories.curriculum import make_subject
    from tests.factories.identity import make_person

    exam = Exam(title="Bài kiểm tra", subject_id=(subject or make_subject()).id,
                owner_id=(owner or make_person("teacher")).id, time_limit_minutes=45)
    db.session.add(exam)
    db.session.flush()
    return exam.id


def make_form(exam_id: UUID | None = None, items: list[Any] | None = None, *, points: Decimal | None = None,
              option_orders: dict[UUID, list[str]] | None = None) -> Form:
    """A form with these items (one of each exam type if none are given), flushed; options as written."""
    exam_id = exam_id or make_exam_for_form()
    items = items or [make_item(type) for type in FOUR_TYPES]
    number = next(_numbers)
    form = Form(id=new_id(), exam_id=exam_id, code=f"{number % 10000:04}", title=f"Mã đề {number}")
    db.session.add(form)
    db.session.flush()
    types = [type for type in TYPES if any(item.type == type for item in items)]
    ordered = sorted(items, key=lambda item: types.index(item.type))
    for position, item in enumerate(ordered, start=1):
        version = db.session.get(ItemVersion, item.current_version_id)
        assert version is not None
        order = (option_orders or {}).get(item.id) or [option["id"] for option in version.content.get("options", ())]
        db.session.add(FormItem(
            form_id=form.id, position=position, section=roman(types.index(item.type) + 1), item_id=item.id,
            item_version_id=version.id, option_order=order, points=points or default_points(item.type),
            score_table_code=usual_table(item.type, version.key)))
    db.session.flush()
    return form
