"""What is right, as lines that people read: for the item's page, for reviewers and for comparing two versions. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from assessment.bank.markup import plain_text
from lms.core.i18n import _

LETTERS = "ABCDEFGHIJKL"
Rows = Iterable[dict[str, Any]]


def key_lines(type: str, content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    """The key in words, a line a part; empty where nothing is given yet. Formulas stay as TeX."""
    return [line for line in _SAYS.get(type, _accepted)(content, key) if line]


def _lettered(rows: Rows) -> dict[str, str]:
    return {str(row["id"]): f"{letter}. {_text(row)}" for letter, row in zip(LETTERS, rows, strict=False)}


def _text(row: dict[str, Any]) -> str:
    return plain_text(str(row.get("text", "")))


def _choices(content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    right = key.get("correct") or []
    named = _lettered(content.get("options", []))
    return [text for each, text in named.items() if each in ([right] if isinstance(right, str) else right)]


def _statements(content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    named = _lettered(content.get("options", []))
    return [f"{text.lower()[:1]}{text[1:]}: {_('True') if each in (key.get('true') or []) else _('False')}"
            for each, text in named.items()]


def _yes_no(_content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    return [_("True") if key["true"] else _("False")] if isinstance(key.get("true"), bool) else []


def _accepted(_content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    return [_value(each) for each in key.get("accepted") or []]


def _value(each: Any) -> str:
    if not isinstance(each, dict):
        return str(each)
    if "tex" in each:
        return rf"\({each['tex']}\)"
    if "value" not in each:
        return str(each.get("text", ""))
    spread = str(each.get("tolerance", "0"))
    value = str(each["value"]).replace(".", ",")
    return value if spread in ("", "0") else f"{value} ± {spread.replace('.', ',')}"


def _gaps(content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    told = []
    pool = {str(row["id"]): _text(row) for row in content.get("pool", [])}
    for number, gap in enumerate(content.get("gaps", []), 1):
        right = (key.get("gaps") or {}).get(gap["id"]) or {}
        offered = pool | {str(row["id"]): _text(row) for row in gap.get("options", [])}
        words = [offered.get(str(right["correct"]), "")] if "correct" in right else [
            _value(each) for each in right.get("accepted") or []]
        told.append(f"({number}) {' / '.join(words)}")
    return told


def _pairs(content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    named = {str(row["id"]): _text(row) for name in ("options", "targets") for row in content.get(name, [])}
    named |= {str(row["id"]): str(number) for number, row in enumerate(content.get("points", []), 1)}
    return [f"{named.get(one, one)} → {named.get(other, '') if other else _('belongs nowhere')}"
            for one, other in (key.get("pairs") or {}).items()]


def _order(content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    named = {str(row["id"]): _text(row) for row in content.get("options", [])}
    return [f"{number}. {named.get(each, '')}" for number, each in enumerate(key.get("order") or [], 1)]


def _areas(content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    areas = {area["id"]: area for area in [*content.get("areas", []), *(key.get("areas") or [])]}
    return [str(areas[each].get("label") or f"{areas[each].get('shape')} {areas[each].get('coords')}")
            for each in (key.get("correct") or areas) if each in areas]


def _rubric(_content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    told = []
    for criterion in (key.get("rubric") or {}).get("criteria", []):
        levels = "; ".join(f"{str(level['points']).replace('.', ',')}: {level['text']}"
                           for level in criterion.get("levels", []))
        told.append(f"{criterion.get('name', '')} ({levels})")
    return told


def _tests(_content: dict[str, Any], key: dict[str, Any]) -> list[str]:
    return [f"{test.get('input', '')!r} → {test.get('output', '')!r}" for test in key.get("tests") or []]


_SAYS: dict[str, Callable[[dict[str, Any], dict[str, Any]], list[str]]] = {
    "single_choice": _choices, "multiple_response": _choices, "true_false": _statements, "single_true_false": _yes_no,
    "cloze": _gaps, "table_fill": _gaps, "matching": _pairs, "categorise": _pairs, "label_image": _pairs,
    "ordering": _order, "hotspot": _areas, "essay": _rubric, "file_upload": _rubric, "oral": _rubric, "code": _tests,
}
