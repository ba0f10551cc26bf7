"""Responses and right answers in words, and the words of an item that a search finds. Pure, no database.

The HTML is safe: what a candidate typed is escaped, what an author wrote was cleaned when it was stored.
"""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from assessment.bank.markup import plain_text
from assessment.bank.showing import place_mark
from assessment.bank.types import TYPES, Stored
from lms.core.i18n import _, _n

SHOWN_LIMIT = 4_000
Lines = Iterator[str]


def response_html(type: str, content: Stored, response: Any) -> str:
    """What was answered, one line for each part; empty where nothing was, or where it fits no more."""
    if response is None or type not in TYPES or not TYPES[type].fits(content, response):
        return ""
    return "<br>".join(_LINES[type](content, response))


def right_answer_html(type: str, content: Stored, key: Stored) -> str:
    """What is right, one line for each part; for what a person marks, the model answer."""
    if type in _RIGHT:
        return "<br>".join(_RIGHT[type](key))
    if key.get("model_answer"):
        return str(key["model_answer"])
    try:
        return response_html(type, content, TYPES[type].answer(content, key))
    except (KeyError, IndexError, AttributeError, TypeError):  # a draft has holes
        return ""


def right_answer_text(type: str, content: Stored, key: Stored) -> str:
    """The same in one plain line, for lists and exports; its parts are parted by semicolons."""
    html = right_answer_html(type, content, key)
    return "; ".join(line for part in html.split("<br>") if (line := plain_text(part, SHOWN_LIMIT)))


def search_text(content: Mapping[str, Any], limit: int = SHOWN_LIMIT) -> str:
    """Every word that a reader of the item sees, in one plain line: prompt, options, targets, labels, cells."""
    return plain_text(" ".join(_texts(content)), limit)


def _texts(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if field in ("prompt", "text", "head", "label", "alt", "starter"):
            yield value if field in ("prompt", "text", "head") else escape(value)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, field)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, name)


def _rows(content: Stored, name: str) -> dict[str, tuple[str, str]]:
    """By id, what stands before a row (A, B, …; 1, 2, … for what is on the right) and its text."""
    return {row["id"]: (place_mark(place) if name == "options" else str(place + 1), row.get("text") or "")
            for place, row in enumerate(content.get(name) or ())}


def _named(content: Stored, name: str, identity: str) -> str:
    mark, text = _rows(content, name)[identity]
    return f"{mark}. {text}"


def _choice(content: Stored, response: Any) -> Lines:
    for identity in [response] if isinstance(response, str) else response:
        yield _named(content, "options", identity)


def _statements(content: Stored, response: Any) -> Lines:
    for identity, (mark, _text) in _rows(content, "options").items():
        if identity in response:
            yield f"{mark.lower()}) {_truth(response[identity])}"


def _truth(value: bool) -> str:
    return _("True") if value else _("False")


def _typed(_content: Stored, response: Any) -> Lines:
    yield from (escape(line) for line in str(response).split("\n"))


def _program(_content: Stored, response: Any) -> Lines:
    yield f"<pre><code>{escape(response)}</code></pre>"


def _formula(_content: Stored, response: Any) -> Lines:
    yield f"\\({escape(response)}\\)"


def _gaps(content: Stored, response: Any) -> Lines:
    pool = _rows(content, "pool")
    for place, gap in enumerate(content.get("gaps", ()), start=1):
        value = response.get(gap["id"])
        if value in (None, ""):
            continue
        shown = (_rows(gap, "options") if gap["kind"] == "choice" else pool).get(value, ("", escape(value)))[1] \
            if gap["kind"] in ("choice", "pool") else escape(value)
        yield f"({place}) {shown}"


def _pairs(content: Stored, response: Any) -> Lines:
    for identity in _rows(content, "options"):
        if response.get(identity):
            target = _named(content, "targets", response[identity])
            yield f"{_named(content, 'options', identity)} → {target}"


def _categories(content: Stored, response: Any) -> Lines:
    options = _rows(content, "options")
    for identity, (_mark, text) in _rows(content, "targets").items():
        inside = [options[name][1] for name, target in response.items() if target == identity]
        if inside:
            yield f"{text}: {', '.join(inside)}"


def _order(content: Stored, response: Any) -> Lines:
    options = _rows(content, "options")
    for place, identity in enumerate(response, start=1):
        yield f"{place}. {options[identity][1]}"


def _places(content: Stored, response: Any) -> Lines:
    labels = {area["id"]: area.get("label") or area["id"] for area in content.get("areas", ())}
    for each in response:
        yield escape(labels[each]) if isinstance(each, str) else f"({round(each['x'])}; {round(each['y'])})"


def _labels(content: Stored, response: Any) -> Lines:
    options = _rows(content, "options")
    for place, point in enumerate(content.get("points", ()), start=1):
        if response.get(point["id"]):
            yield f"({place}) {options[response[point['id']]][1]}"


def _files(_content: Stored, response: Any) -> Lines:
    count = len(response["files"])
    yield _n("%(num)s file", "%(num)s files", count)


def _right_numbers(key: Stored) -> Lines:
    for row in key.get("accepted", ()):
        value, margin = (str(row[name]).replace(".", ",") for name in ("value", "tolerance"))
        relative = " " + _("of the value") if row.get("relative") else ""
        yield escape(value if margin == "0" else f"{value} ± {margin}{relative}")


def _right_words(key: Stored) -> Lines:
    return (escape(row["text"]) for row in key.get("accepted", ()))


def _right_cells(key: Stored) -> Lines:
    return (escape(str(each)) for each in key.get("accepted", ()))


def _right_formulas(key: Stored) -> Lines:
    return (f"\\({escape(row['tex'])}\\)" for row in key.get("accepted", ()))


_LINES: dict[str, Callable[[Stored, Any], Lines]] = {
    "single_choice": _choice, "multiple_response": _choice, "true_false": _statements,
    "single_true_false": lambda _content, response: iter([_truth(response)]),
    "four_cell": _typed, "short_numeric": _typed, "short_text": _typed, "cloze": _gaps, "table_fill": _gaps,
    "matching": _pairs, "ordering": _order, "categorise": _categories, "hotspot": _places, "label_image": _labels,
    "maths": _formula, "essay": _typed, "file_upload": _files, "oral": _files, "code": _program}
_RIGHT: dict[str, Callable[[Stored], Lines]] = {
    "short_numeric": _right_numbers, "short_text": _right_words, "four_cell": _right_cells, "maths": _right_formulas}
