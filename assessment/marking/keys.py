"""The key of a question put right: from what was ticked or typed to whole keys. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessment.bank.types import TYPES
from lms.core.errors import Problem
from lms.core.i18n import _

CHOICES = ("single_choice", "multiple_response", "true_false")
TYPED = ("short_text", "short_numeric", "four_cell")
MENDABLE = CHOICES + TYPED


def mend_key(type_: str, content: Mapping[str, Any], key: Mapping[str, Any], right: Sequence[str],
             also: Sequence[str]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """(keys, problems): `right` are ids of options, `also` further accepted answers.

    Of a single choice every ticked option is a key of its own: whoever chose one of them is right.
    """
    if type_ not in MENDABLE:
        message = _("The key of such a question cannot be put right here: leave it out, or credit it.")
        return [], [Problem("kind", message)]
    where = "right" if type_ in CHOICES else "also"
    problems: list[Problem] = []
    keys = [TYPES[type_].clean(content, {**key, **part}, problems)[1] for part in _parts(type_, key, right, also)]
    faults = [Problem(where, each.message) for each in problems if each.where in ("key", "choose")]
    known = {option["id"] for option in content.get("options", [])}
    if unknown := sorted(set(right) - known):
        faults.append(Problem("right", _("There is no such option: %(id)s.", id=unknown[0][:40])))
    if not keys or (where == "also" and not also):
        faults.append(Problem(where, _("Say which answer is right as well.")))
    return keys, faults


def _parts(type_: str, key: Mapping[str, Any], right: Sequence[str], also: Sequence[str]) -> list[dict[str, Any]]:
    if type_ == "single_choice":
        return [{"correct": each} for each in right]
    if type_ in CHOICES:
        return [{"correct" if type_ == "multiple_response" else "true": list(right)}]
    field = {"short_text": "text", "short_numeric": "value"}.get(type_)
    return [{"accepted": [*key.get("accepted", []), *({field: each} if field else each for each in also)]}]
