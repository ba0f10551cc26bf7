"""The types of items: one entry each, pure, the same for every room.

A new type is one `ItemType` in a module of its family and one place in `TYPES`; nothing else decides by the name
of a type how content is cleaned, which responses may be kept, and what of them is right.
"""

from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, UnfitKey
from assessment.bank.types.choice import MULTIPLE_RESPONSE, SINGLE_CHOICE, SINGLE_TRUE_FALSE, TRUE_FALSE
from assessment.bank.types.gaps import CLOZE, TABLE_FILL
from assessment.bank.types.maths import MATHS
from assessment.bank.types.pairing import CATEGORISE, MATCHING, ORDERING
from assessment.bank.types.pictures import HOTSPOT, LABEL_IMAGE
from assessment.bank.types.quantities import FOUR_CELL, SHORT_NUMERIC
from assessment.bank.types.words import SHORT_TEXT
from assessment.bank.types.written import CODE, ESSAY, FILE_UPLOAD, ORAL, rubric_points

TYPES: dict[str, ItemType] = {each.code: each for each in (
    SINGLE_CHOICE, MULTIPLE_RESPONSE, SINGLE_TRUE_FALSE, TRUE_FALSE, FOUR_CELL, SHORT_NUMERIC, SHORT_TEXT,
    CLOZE, TABLE_FILL, MATCHING, ORDERING, CATEGORISE, HOTSPOT, LABEL_IMAGE, MATHS,
    ESSAY, FILE_UPLOAD, ORAL, CODE)}
"""By code, in the order of the page where a type is chosen."""


def needs_person(type: str, *, runs_code: bool = False) -> bool:
    """Whether a person must mark responses of this type; programs are marked by their tests where these may run."""
    return TYPES[type].judge is None and not (type == "code" and runs_code)


def may_vary_order(type: str) -> bool:
    """Whether the options of this type may be shuffled; statements a) to d) and labelled points keep their order."""
    return type in ("single_choice", "multiple_response", "matching", "ordering", "categorise")


__all__ = ["TYPES", "Given", "ItemType", "Parts", "Problems", "Stored", "UnfitKey", "may_vary_order", "needs_person",
           "rubric_points"]
