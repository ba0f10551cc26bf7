"""Fields of questions that are answered on a picture. Places are pixels of the picture, also for the keyboard."""

import re
from typing import Any

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
    text,
    told,
    whole,
)

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
SHAPES = ("rect", "circle", "poly")


def _read_image(fields: Fields) -> Fields | None:
    given = fields.get("image")
    if not isinstance(given, dict) or not text(given.get("src")):
        return None
    return {"src": text(given.get("src")).partition("?")[0], "alt": text(given.get("alt")),
            "width": whole(given.get("width")), "height": whole(given.get("height"))}


def _show_image(content: Json) -> Fields:
    image = content.get("image") or {}
    return {name: str(image.get(name, "")) for name in ("src", "alt", "width", "height")}


def _numbers(value: Any) -> list[float]:
    return [float(each.replace(",", ".")) for each in _NUMBER.findall(text(value))]


def _read_areas(fields: Fields) -> list[Fields]:
    return [{"id": text(row.get("id")), "shape": text(row.get("shape")) or "rect",
             "coords": _numbers(row.get("coords")), "label": text(row.get("label"))}
            for row in rows(fields.get("areas"))]


def _read_hotspot(fields: Fields) -> tuple[Fields, Fields]:
    mode = text(fields.get("mode")) or "areas"
    most = whole(fields.get("most"))
    content = {"image": _read_image(fields), "mode": mode,
               **told(choose={"min": 1, "max": most} if most else None)}
    areas = _read_areas(fields)
    if mode == "points":
        return content, {"areas": areas}
    right = [text(row.get("id")) for row in rows(fields.get("areas")) if flag(row, "right")]
    return {**content, "areas": areas}, {"correct": right}


def _show_hotspot(content: Json, key: Json) -> Fields:
    pointed = content.get("mode") == "points"
    areas = key.get("areas", ()) if pointed else content.get("areas", ())
    return {"image": _show_image(content), "mode": content.get("mode", "areas"),
            "most": str(content.get("choose", {}).get("max", "")),
            "areas": [{"id": each["id"], "shape": each["shape"], "coords": " ".join(map(str, each["coords"])),
                       "label": each.get("label", ""),
                       "right": "1" if pointed or each["id"] in key.get("correct", ()) else ""} for each in areas]}


def _read_labels(fields: Fields) -> tuple[Fields, Fields]:
    points, pairs = [], {}
    for row in rows(fields.get("points")):
        place = _numbers(f"{text(row.get('x'))} {text(row.get('y'))}")
        points.append({"id": text(row.get("id")), **dict(zip(("x", "y"), place, strict=False))})
        pairs[text(row.get("id"))] = text(row.get("correct")) or None
    return {"image": _read_image(fields), "points": points, "options": option_rows(fields.get("options")),
            "reuse": flag(fields, "reuse")}, {"pairs": {name: to for name, to in pairs.items() if to}}


def _show_labels(content: Json, key: Json) -> Fields:
    pairs = key.get("pairs", {})
    return {"image": _show_image(content), "options": show_options(content.get("options")),
            "reuse": "1" if content.get("reuse") else "",
            "points": [{"id": each["id"], "x": f"{each['x']:g}", "y": f"{each['y']:g}",
                        "correct": pairs.get(each["id"]) or ""} for each in content.get("points", ())]}


def _area() -> Fields:
    return {"shape": "rect", "coords": "", "label": ""}


PICTURE_FORMS = (
    EditForm("hotspot", "pictures",
             lambda: {"image": {}, "mode": "areas", "most": "1", "areas": [{"id": "a1", **_area()}]},
             _read_hotspot, _show_hotspot, {"areas": Row("a", most=40, least=1, new=_area)}),
    EditForm("label_image", "pictures",
             lambda: {"image": {}, "options": blank_options("o", 3), "points": [{"id": "p1", "x": "", "y": ""}]},
             _read_labels, _show_labels,
             {"points": Row("p", most=40, least=1, new=lambda: {"x": "", "y": ""}),
              "options": Row("o", most=40, least=1, new=lambda: {"text": ""})}),
)
