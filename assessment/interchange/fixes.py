"""A staged question as plain fields that can be put right, and the question that the fields say.

Pure. What no field shows (variables, areas of a picture, a rubric) stays as it was in the file.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from assessment.bank.content import LEVELS, MOST_OPTIONS, STATEMENTS, number_text, read_number
from assessment.bank.markup import html_to_source, plain_text, source_to_html
from assessment.interchange.services import Fix

Stored = dict[str, Any]
CHOICES = ("single_choice", "multiple_response", "true_false")
ACCEPTED = {"short_numeric": "value", "short_text": "text", "four_cell": "", "maths": "tex"}
OFFERED = (*CHOICES, "single_true_false", "short_numeric", "four_cell", "short_text", "essay")
"""Types that any question can be made into; others stay what they are."""


@dataclass
class Row:
    """One option, pair or gap: what is shown, and which of the choices is right for it."""

    id: str
    text: str
    label: str = ""
    right: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Fields:
    """What the form of one question shows."""

    type: str
    types: tuple[str, ...]
    prompt: str
    level: str
    category: str
    options: list[Row]
    pairs: list[Row]
    gaps: list[Row]
    accepted: str | None = None
    true: bool | None = None


def fields_of(data: Mapping[str, Any], source: str = "") -> Fields:
    """The fields of a staged question's data; one that nothing could be made of begins with what stood in the file."""
    type, content, key = data["type"], data["content"], data["key"]
    types = OFFERED if type in OFFERED or not type else (type, *OFFERED)
    prompt = html_to_source(content.get("prompt") or "") if type else plain_text(source, 2000)
    fields = Fields(type or "", types, prompt,
                    data["metadata"].get("level") or "", data["category"], [], [], [])
    if type in CHOICES:
        fields.options = _options(type, content, key)
    elif type in ("matching", "categorise", "label_image"):
        fields.pairs = _pairs(type, content, key)
    elif type == "ordering":
        fields.pairs = _places(content, key)
    elif type in ("cloze", "table_fill"):
        fields.gaps = _gaps(content, key)
    elif type in ACCEPTED:
        fields.accepted = "\n".join(_line(row) for row in key.get("accepted") or ())
    elif type == "single_true_false":
        fields.true = key.get("true")
    return fields


def fix_of(data: Mapping[str, Any], sent: MultiDict[str, str]) -> Fix:
    """The question that the sent fields say, beginning with what it was."""
    wanted = sent.get("type") or data["type"]
    content, key = _turned(wanted, data["type"], deepcopy(dict(data["content"])), deepcopy(dict(data["key"])))
    prompt = sent.get("prompt")
    if prompt is not None and not _same_text(prompt, content.get("prompt") or ""):
        content["prompt"] = source_to_html(prompt)
    changes = {**dict.fromkeys(CHOICES, _read_options), **dict.fromkeys(ACCEPTED, _read_accepted),
               **dict.fromkeys(("matching", "categorise", "label_image"), _read_pairs), "ordering": _read_places,
               "cloze": _read_gaps, "table_fill": _read_gaps, "single_true_false": _read_truth}
    if wanted in changes:
        changes[wanted](wanted, content, key, sent)
    level = sent.get("level", "")
    return Fix(wanted, content, key, level if level in LEVELS else "", sent.get("category", data["category"]))


def _turned(wanted: str, type: str, content: Stored, key: Stored) -> tuple[Stored, Stored]:
    """Content and key of another type, with what of the old ones it can have."""
    if wanted == type:
        return content, key
    kept: Stored = {name: content[name] for name in ("prompt", "variables", "conditions") if name in content}
    said: Stored = {name: key[name] for name in ("explanation",) if name in key}
    if wanted in CHOICES:
        options = content.get("options") or [{"id": f"o{number}", "text": ""} for number in range(1, STATEMENTS + 1)]
        kept["options"] = options
        right = [key["correct"]] if isinstance(key.get("correct"), str) else key.get("correct") or key.get("true") or []
        said |= {"single_choice": {"correct": right[0] if len(right) == 1 else None},
                 "multiple_response": {"correct": right}, "true_false": {"true": right}}[wanted]
    elif wanted in ACCEPTED:
        lines = [_line(row) for row in key.get("accepted") or ()]
        said["accepted"] = [_answer(wanted, line) for line in lines]
    elif wanted == "essay":
        level = [{"points": "1", "text": ""}, {"points": "0", "text": ""}]
        said["rubric"] = {"criteria": [{"id": "c1", "name": "1", "levels": level}]}
    return kept, said


def _options(type: str, content: Stored, key: Stored) -> list[Row]:
    right = key.get("true") if type == "true_false" else key.get("correct")
    chosen = [right] if isinstance(right, str) else right or []
    letters = "abcdefghijkl" if type == "true_false" else "ABCDEFGHIJKL"
    return [Row(each["id"], html_to_source(each["text"]), letters[number], "1" if each["id"] in chosen else "")
            for number, each in enumerate((content.get("options") or [])[:MOST_OPTIONS])]


def _pairs(type: str, content: Stored, key: Stored) -> list[Row]:
    lefts, rights = (("points", "options") if type == "label_image" else ("options", "targets"))
    choices = [(each["id"], plain_text(each["text"], 60)) for each in content.get(rights) or ()]
    pairs = key.get("pairs") or {}
    return [Row(each["id"], plain_text(str(each.get("text", "")), 80), str(number), pairs.get(each["id"]) or "",
                choices) for number, each in enumerate(content.get(lefts) or (), start=1)]


def _places(content: Stored, key: Stored) -> list[Row]:
    order = {identity: str(number) for number, identity in enumerate(key.get("order") or (), start=1)}
    options = content.get("options") or []
    choices = [(str(number), str(number)) for number in range(1, len(options) + 1)]
    return [Row(each["id"], plain_text(each["text"], 80), str(number), order.get(each["id"], ""), choices)
            for number, each in enumerate(options, start=1)]


def _gaps(content: Stored, key: Stored) -> list[Row]:
    rows = []
    for number, gap in enumerate(content.get("gaps") or (), start=1):
        said = (key.get("gaps") or {}).get(gap["id"]) or {}
        options = gap.get("options") or (content.get("pool") if gap.get("kind") == "pool" else None) or []
        choices = [(each["id"], plain_text(each["text"], 60)) for each in options]
        text = "\n".join(_line(row) for row in said.get("accepted") or ())
        rows.append(Row(gap["id"], text, str(number), said.get("correct") or "", choices))
    return rows


def _line(row: Any) -> str:
    """One accepted answer as a person writes it: `1,5`, `1,5 ± 0,1`, `1,5 ± 5%`, words."""
    if not isinstance(row, Mapping):
        return str(row)
    if "value" not in row:
        return str(row.get("text", row.get("tex", "")))
    tolerance = read_number(str(row.get("tolerance") or "0")) or Decimal()
    shown = number_text(tolerance * 100) + "%" if row.get("relative") else number_text(tolerance)
    return (f"{row['value']} ± {shown}" if tolerance else str(row["value"])).replace(".", ",")


def _answer(type: str, line: str) -> Any:
    """What `_line` showed."""
    shape = ACCEPTED.get(type, type)
    if shape != "value":
        return {shape: line.strip()} if shape else line.strip()
    said, _sign, tolerance = line.replace("+-", "±").partition("±")
    number, tolerance = read_number(said), tolerance.strip() or "0"
    value = said.strip() if number is None else number_text(number)
    share = read_number(tolerance.removesuffix("%")) if tolerance.endswith("%") else None
    if share is None:
        return {"value": value, "tolerance": tolerance}
    return {"value": value, "tolerance": number_text(share / 100), "relative": True}


def _same_text(sent: str, html: str) -> bool:
    return sent.replace("\r\n", "\n").strip() == html_to_source(html).strip()


def _read_options(type: str, content: Stored, key: Stored, sent: MultiDict[str, str]) -> None:
    options = []
    for option in content.get("options") or []:
        text = sent.get(f"option-{option['id']}")
        if text is not None and not _same_text(text, option["text"]):
            option = {**option, "text": source_to_html(text)}
        if text is None or text.strip():
            options.append(option)
    content["options"] = options
    if not any(name.startswith("option-") for name in sent):
        return  # the type was just chosen: there was no field for the options yet
    chosen = [each["id"] for each in options if each["id"] in sent.getlist("right")]
    if type == "single_choice":
        key["correct"] = chosen[0] if len(chosen) == 1 else None
    else:
        key["true" if type == "true_false" else "correct"] = chosen


def _read_accepted(type: str, content: Stored, key: Stored, sent: MultiDict[str, str]) -> None:
    text = sent.get("accepted")
    if text is not None:
        key["accepted"] = [_answer(type, line) for line in text.splitlines() if line.strip()]


def _read_truth(_type: str, _content: Stored, key: Stored, sent: MultiDict[str, str]) -> None:
    if sent.get("truth") in ("true", "false"):
        key["true"] = sent["truth"] == "true"


def _read_pairs(_type: str, content: Stored, key: Stored, sent: MultiDict[str, str]) -> None:
    pairs = dict(key.get("pairs") or {})
    for row in (*(content.get("options") or ()), *(content.get("points") or ())):
        name = f"pair-{row['id']}"
        if name in sent:
            pairs[row["id"]] = sent[name] or None
    key["pairs"] = pairs


def _read_places(_type: str, content: Stored, key: Stored, sent: MultiDict[str, str]) -> None:
    ids = [row["id"] for row in content.get("options") or ()]
    places = {identity: sent.get(f"pair-{identity}", "") for identity in ids}
    if all(place.isdecimal() and len(place) < 4 for place in places.values()) and len(set(places.values())) == len(ids):
        key["order"] = sorted(ids, key=lambda identity: int(places[identity]))
    elif any(places.values()):
        key["order"] = []


def _read_gaps(_type: str, content: Stored, key: Stored, sent: MultiDict[str, str]) -> None:
    gaps = dict(key.get("gaps") or {})
    for gap in content.get("gaps") or ():
        text = sent.get(f"gap-{gap['id']}")
        if text is None:
            continue
        said = dict(gaps.get(gap["id"]) or {})
        if gap.get("kind") in ("choice", "pool"):
            said["correct"] = text
        else:
            shape = "value" if gap.get("kind") == "number" else "text"
            said["accepted"] = [_answer(shape, line) for line in text.splitlines() if line.strip()]
        gaps[gap["id"]] = said
    key["gaps"] = gaps
