"""Answers on a picture: places to point at, and points to be labelled. Coordinates are pixels of the picture."""

from collections.abc import Mapping
from typing import Any

from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, UnfitKey, ids, required
from assessment.bank.types.fields import (
    LARGEST_PICTURE,
    chosen_ids,
    cleaner,
    is_id,
    is_pairing,
    is_place,
    is_selection,
    read_choose,
    read_line,
    read_options,
    read_picture,
    read_rows,
)
from assessment.bank.types.pairing import judge_pairs, read_pairs
from lms.core.errors import Problem
from lms.core.i18n import _

TABLES = ("right_minus_wrong", "all_or_nothing", "equal_shares")
LABEL_TABLES = ("equal_shares", "all_or_nothing", "right_minus_wrong")
MODES = ("areas", "points")
NUMBERS_OF = {"rect": (4, 4), "circle": (3, 3), "poly": (6, 120)}
MOST_AREAS, MOST_POINTS = 40, 40


def _read_hotspot(content: Given, said: Stored, problems: Problems) -> Stored:
    mode = content.get("mode") if content.get("mode") in MODES else "areas"
    own: Stored = {"image": read_picture(content.get("image"), "image", problems), "mode": mode}
    if mode == "areas":
        own["areas"] = _read_areas(content.get("areas"), own["image"], problems)
    return own | read_choose(content, MOST_AREAS, problems)


def _read_areas(raw: object, image: Stored | None, problems: Problems) -> list[Stored]:
    areas: list[Stored] = []
    for number, row in enumerate(read_rows(raw, MOST_AREAS)[:MOST_AREAS], start=1):
        area = _read_area(row, image)
        if area is None or area["id"] in ids(areas):
            problems.append(Problem(f"areas-{number}", _("An area needs an id of its own and a shape on the picture.")))
            continue
        areas.append(area)
    if not areas:
        problems.append(Problem("areas", _("Draw 1 to %(n)s areas on the picture.", n=MOST_AREAS)))
    return areas


def _read_area(row: object, image: Stored | None) -> Stored | None:
    given = row if isinstance(row, Mapping) else {}
    identity, shape, coords = given.get("id"), given.get("shape"), given.get("coords")
    if not is_id(identity, "a") or not isinstance(coords, list) or shape not in tuple(NUMBERS_OF):
        return None
    least, most = NUMBERS_OF[shape]
    largest = max(image["width"], image["height"]) if image else LARGEST_PICTURE
    if not least <= len(coords) <= most or (shape == "poly" and len(coords) % 2) \
            or not all(is_place(each, largest) for each in coords):
        return None
    return {"id": identity, "shape": shape, "coords": _ordered(shape, [round(each) for each in coords]),
            "label": read_line(given.get("label"), 200)}


def _ordered(shape: str, coords: list[int]) -> list[int]:
    """A rectangle from its upper left to its lower right corner, whichever way it was drawn."""
    if shape != "rect":
        return coords
    left, top, right, bottom = coords
    return [min(left, right), min(top, bottom), max(left, right), max(top, bottom)]


def _read_hotspot_key(key: Given, content: Stored, problems: Problems) -> Stored:
    if content["mode"] == "points":
        return {"areas": _read_areas(key.get("areas"), content["image"], problems)}
    correct = chosen_ids(key.get("correct"), content["areas"])
    if not correct:
        problems.append(Problem("key", _("Say which areas are right: at least one.")))
    return {"correct": correct}


def _fits_hotspot(content: Stored, response: object) -> bool:
    most = content.get("choose", {}).get("max")
    if response is None:
        return True
    if content.get("mode") != "points":
        return is_selection(response, ids(content.get("areas")), most)
    image = content.get("image") or {"width": LARGEST_PICTURE, "height": LARGEST_PICTURE}
    return isinstance(response, list) and len(response) <= (most or MOST_POINTS) and all(
        _is_point(point, image) for point in response)


def _is_point(point: object, image: Stored) -> bool:
    return (isinstance(point, dict) and point.keys() == {"x", "y"}
            and is_place(point["x"], image["width"]) and is_place(point["y"], image["height"]))


def _judge_hotspot(content: Stored, key: Stored, response: object) -> Parts:
    if content.get("mode") == "points":
        return _judge_points(required(key, "areas"), response)
    correct = set(required(key, "correct"))
    if not correct:
        raise UnfitKey("a picture without a right area")
    chosen = {each for each in response if isinstance(each, str)} if isinstance(response, list) else set()
    return Parts(len(chosen & correct), len(chosen - correct), len(correct), len(content["areas"]))


def _judge_points(areas: list[Stored], response: object) -> Parts:
    """Areas that were hit; a point that lies in none, or a second one in the same, is wrong."""
    if not areas:
        raise UnfitKey("a picture without a right area")
    points = [point for point in response if _is_point(point, {"width": LARGEST_PICTURE, "height": LARGEST_PICTURE})
              ] if isinstance(response, list) else []
    hit = {area["id"] for area in areas for point in points if is_inside(area, point["x"], point["y"])}
    return Parts(len(hit), len(points) - len(hit) if len(points) > len(hit) else 0, len(areas))


def is_inside(area: Mapping[str, Any], x: float, y: float) -> bool:
    """Whether a point lies in an area; its border belongs to it (but for slanting edges, to the pixel)."""
    coords = area["coords"]
    if area["shape"] == "rect":
        return bool(coords[0] <= x <= coords[2] and coords[1] <= y <= coords[3])
    if area["shape"] == "circle":
        return bool((x - coords[0]) ** 2 + (y - coords[1]) ** 2 <= coords[2] ** 2)
    corners = list(zip(coords[::2], coords[1::2], strict=True))
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > y) != (y2 > y) and x <= x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def middle_of(area: Mapping[str, Any]) -> dict[str, float]:
    """A point inside an area: the middle of a rectangle or circle, else one that is found on a grid."""
    coords = area["coords"]
    if area["shape"] == "circle":
        return {"x": coords[0], "y": coords[1]}
    if area["shape"] == "rect":
        return {"x": (coords[0] + coords[2]) / 2, "y": (coords[1] + coords[3]) / 2}
    across, down = coords[::2], coords[1::2]
    grid = ((min(across) + (max(across) - min(across)) * step / 17, min(down) + (max(down) - min(down)) * row / 17)
            for row in range(1, 17) for step in range(1, 17))
    x, y = next((point for point in grid if is_inside(area, *point)), (across[0], down[0]))
    return {"x": x, "y": y}


def _answer_hotspot(content: Stored, key: Stored) -> list[Any] | None:
    if content["mode"] == "points":
        return [middle_of(area) for area in key["areas"]] or None
    return list(key["correct"]) or None


def _read_label_image(content: Given, said: Stored, problems: Problems) -> Stored:
    image = read_picture(content.get("image"), "image", problems)
    return {"image": image, "points": _read_points(content.get("points"), image, problems),
            "options": read_options(content, "options", problems, most=MOST_POINTS),
            "reuse": content.get("reuse") is True}


def _read_points(raw: object, image: Stored | None, problems: Problems) -> list[Stored]:
    width, height = (image["width"], image["height"]) if image else (LARGEST_PICTURE, LARGEST_PICTURE)
    points: list[Stored] = []
    for number, row in enumerate(read_rows(raw, MOST_POINTS)[:MOST_POINTS], start=1):
        given = row if isinstance(row, Mapping) else {}
        identity, x, y = given.get("id"), given.get("x"), given.get("y")
        if not is_id(identity, "p") or identity in ids(points) or not is_place(x, width) or not is_place(y, height):
            problems.append(Problem(f"points-{number}",
                                    _("A point needs an id of its own and a place on the picture.")))
            continue
        points.append({"id": identity, "x": round(given["x"]), "y": round(given["y"])})
    if not points:
        problems.append(Problem("points", _("Set 1 to %(n)s points on the picture.", n=MOST_POINTS)))
    return points


def _read_labels(key: Given, content: Stored, problems: Problems) -> Stored:
    pairs = read_pairs(key.get("pairs"), ids(content["points"]), ids(content["options"]))
    pairs = {name: option for name, option in pairs.items() if option}
    if len(pairs) < len(content["points"]):
        problems.append(Problem("key", _("Say for each point which label belongs to it.")))
    if len(set(pairs.values())) < len(pairs) and not content["reuse"]:
        problems.append(Problem("key", _("Two points have the same label: say that it may be used again.")))
    return {"pairs": pairs}


def _fits_labels(content: Stored, response: object) -> bool:
    return response is None or is_pairing(response, ids(content.get("points")), ids(content.get("options")),
                                          bool(content.get("reuse")))


HOTSPOT = ItemType("hotspot", cleaner(_read_hotspot, _read_hotspot_key, TABLES), _fits_hotspot, _judge_hotspot,
                   TABLES, _answer_hotspot)
LABEL_IMAGE = ItemType("label_image", cleaner(_read_label_image, _read_labels, LABEL_TABLES), _fits_labels,
                       judge_pairs, LABEL_TABLES, lambda _content, key: dict(key["pairs"]))
