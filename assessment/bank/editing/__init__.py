"""What stands in the fields of the editor, for every type: source text, not yet checked. Pure, no database.

The fields are a tree (`options.0.text`), the same whether a browser's script or its plain form sends them. Each family
of types says in a module of its own how a version becomes fields and fields become content and key; `content.read_body`
alone judges them.
"""

from assessment.bank.editing.base import EditedBody, EditForm
from assessment.bank.editing.choice import CHOICE_FORMS
from assessment.bank.editing.gaps import GAP_FORMS
from assessment.bank.editing.pairing import PAIRING_FORMS
from assessment.bank.editing.pictures import PICTURE_FORMS
from assessment.bank.editing.words import WORD_FORMS
from assessment.bank.editing.written import WRITTEN_FORMS

FORMS: dict[str, EditForm] = {each.code: each for each in (
    *CHOICE_FORMS, *WORD_FORMS, *GAP_FORMS, *PAIRING_FORMS, *PICTURE_FORMS, *WRITTEN_FORMS)}


def blank_body(type: str) -> EditedBody:
    """Where a new item of this type starts."""
    return EditedBody.blank(FORMS[type])


def body_of_version(type: str, content: dict[str, object], key: dict[str, object]) -> EditedBody:
    """The fields of a stored version."""
    return EditedBody.of_version(FORMS[type], content, key)


def body_of_fields(type: str, sent: list[tuple[str, str]]) -> EditedBody:
    """The fields as a form sent them."""
    return EditedBody.of_fields(FORMS[type], sent)


__all__ = ["FORMS", "EditForm", "EditedBody", "blank_body", "body_of_fields", "body_of_version"]
