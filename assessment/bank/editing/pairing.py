"""Fields of questions about what belongs together, and in which order."""

from assessment.bank.editing.base import (
    EditForm,
    Fields,
    Json,
    Row,
    blank_options,
    flag,
    option_rows,
    rows,
    show_options,
    source,
    text,
)

LEFT, RIGHT = Row("o", most=12, least=1, new=lambda: {"text": ""}), Row("t", least=1, new=lambda: {"text": ""})
NOWHERE = "none"


def _read_matching(fields: Fields) -> tuple[Fields, Fields]:
    content, pairs = _read_sides(fields)
    return {**content, "reuse": flag(fields, "reuse")}, {"pairs": {name: to for name, to in pairs.items() if to}}


def _read_categories(fields: Fields) -> tuple[Fields, Fields]:
    content, pairs = _read_sides(fields)
    return content, {"pairs": {name: None if to == NOWHERE else to for name, to in pairs.items() if to}}


def _read_sides(fields: Fields) -> tuple[Fields, dict[str, str]]:
    pairs = {text(row.get("id")): text(row.get("target")) for row in rows(fields.get("options"))}
    return {"options": option_rows(fields.get("options")), "targets": option_rows(fields.get("targets"))}, pairs


def _show_sides(content: Json, key: Json) -> Fields:
    pairs = key.get("pairs", {})
    options = [{"id": each["id"], "text": source(each["text"]),
                "target": (pairs[each["id"]] or NOWHERE) if each["id"] in pairs else ""} for each in content["options"]]
    return {"options": options, "targets": show_options(content["targets"]),
            "reuse": "1" if content.get("reuse") else ""}


def _read_ordering(fields: Fields) -> tuple[Fields, Fields]:
    given = rows(fields.get("options"))
    places = [(text(row.get("place")), text(row.get("id"))) for row in given]
    known = {str(number) for number in range(1, len(given) + 1)}
    whole = {place for place, _identity in places} == known
    order = [identity for place, identity in sorted(places, key=lambda each: int(each[0]))] if whole else []
    return {"options": option_rows(given)}, {"order": order}


def _show_ordering(content: Json, key: Json) -> Fields:
    order = key.get("order", [])
    return {"options": [{"id": each["id"], "text": source(each["text"]),
                         "place": str(order.index(each["id"]) + 1) if each["id"] in order else ""}
                        for each in content["options"]]}


def _blank_sides() -> Fields:
    return {"options": blank_options("o", 3), "targets": blank_options("t", 3)}


PAIRING_FORMS = (
    EditForm("matching", "pairing", _blank_sides, _read_matching, _show_sides, {"options": LEFT, "targets": RIGHT}),
    EditForm("ordering", "pairing", lambda: {"options": blank_options("o", 4)}, _read_ordering, _show_ordering,
             {"options": Row("o", least=2, new=lambda: {"text": ""})}),
    EditForm("categorise", "pairing", lambda: {"options": blank_options("o", 4), "targets": blank_options("t", 2)},
             _read_categories, _show_sides,
             {"options": Row("o", most=24, least=1, new=lambda: {"text": ""}), "targets": RIGHT}),
)
