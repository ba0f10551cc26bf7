"""Interactions on a picture: areas to choose, points to set, labels to place."""

import math
from html import escape
from typing import Any

from assessment.bank.markup import one_line, plain_text
from assessment.interchange.qti.drafts import Draft, Item, right_ones, score_table
from assessment.interchange.qti.tree import Element, numbers_of, text_of
from assessment.interchange.questions import Refused
from lms.core.i18n import _

_SHAPES = ("rect", "circle", "poly")
POINT_RADIUS = 10
_CORNERS = 24


def build_hotspot(item: Item) -> Draft:
    """Choose areas of a picture."""
    prompt, image = item.text(), _image(item, item.only.find("object"), item.only.find("img"))
    response = item.response
    areas, names = [], {}
    for number, element in enumerate(item.only.findall("hotspotChoice"), start=1):
        names[element.get("identifier") or ""] = f"a{number}"
        areas.append(_area(item, f"a{number}", element.get("shape") or "", element.get("coords") or "", image,
                           element.get("hotspotLabel") or ""))
    right = [names[name] for name in right_ones(item, response) if name in names]
    most = 1 if response.cardinality == "single" else _most(item.only, len(areas))
    content = {"prompt": prompt, "image": image, "mode": "areas", "areas": areas}
    return Draft("hotspot", content | _choose(most),
                 {"correct": right, **score_table(item, "hotspot", response)})


def build_points(item: Item) -> Draft:
    """Set points on a picture; the areas in which they are right are the key."""
    stage = item.only if item.only.tag == "selectPointInteraction" else item.only.getparent()
    prompt, image = item.text(), _image(item, stage.find("object"), stage.find("img"))
    if item.only.tag == "positionObjectInteraction":
        item.page.note(_("a picture was to be placed in the file; here points are set"))
    response = item.response
    shapes = [(area.shape, area.coords) for area in response.areas if area.value > 0]
    if not shapes:
        points = [value for value in response.correct if len(numbers_of(value)) == 2]
        shapes = [("circle", f"{point},{POINT_RADIUS}") for point in points]
        item.page.doubt("key", _("the file gives a point but no area; a circle of %(n)s pixels was taken",
                                 n=POINT_RADIUS))
    areas = [_area(item, f"a{number}", shape, coords, image, "") for number, (shape, coords) in enumerate(shapes, 1)]
    most = 1 if response.cardinality == "single" else _most(item.only, 0)
    return Draft("hotspot", {"prompt": prompt, "image": image, "mode": "points"} | _choose(most), {"areas": areas})


def build_labels(item: Item) -> Draft:
    """Put labels to points of a picture."""
    prompt, image = item.text(), _image(item, item.only.find("object"), item.only.find("img"))
    labels = [each for each in item.only if each.tag in ("gapImg", "gapText")]
    names = {each.get("identifier") or "": f"o{number}" for number, each in enumerate(labels, start=1)}
    options = [{"id": f"o{number}", "text": _label(item, each, number)} for number, each in enumerate(labels, start=1)]
    points, places = [], {}
    for number, spot in enumerate(item.only.findall("associableHotspot"), start=1):
        places[spot.get("identifier") or ""] = f"p{number}"
        x, y = _middle(spot.get("shape") or "", numbers_of(spot.get("coords")))
        points.append({"id": f"p{number}", "x": x, "y": y})
    pairs: dict[str, str] = {}
    for value in right_ones(item, item.response):
        parts = value.split()
        one = [part for part in parts if part in names]
        other = [part for part in parts if part in places]
        if len(one) == 1 and len(other) == 1:
            pairs[places[other[0]]] = names[one[0]]
    used = list(pairs.values())
    reuse = len(set(used)) < len(used) or any((each.get("matchMax") or "1") != "1" for each in labels)
    return Draft("label_image", {"prompt": prompt, "image": image, "points": points, "options": options,
                                 "reuse": reuse},
                 {"pairs": pairs, **score_table(item, "label_image", item.response)})


def _label(item: Item, element: Element, number: int) -> str:
    item.page.where = f"options-{number}"
    if item.hint and element.get("objectLabel"):  # our own picture of the words, which the details say better
        return escape(element.get("objectLabel"), quote=False)
    text = one_line(item.page.html(element, f"options-{number}"))
    label = element.get("objectLabel") or ""
    name = escape(plain_text(label) or element.get("identifier") or str(number))
    if element.tag == "gapImg" and 'alt=""' in text:
        return text.replace('alt=""', f'alt="{name}"', 1)
    return text or name


def _image(item: Item, *elements: Element | None) -> dict[str, Any] | None:
    """The picture of the interaction: what the sink says of it, in the size that the file means."""
    element = next((each for each in elements if each is not None), None)
    if element is None:
        item.page.problem(_("The question has no picture."))
        return None
    try:
        kept = item.page.files.keep(element.get("data") or element.get("src") or "")
    except Refused as refusal:
        item.page.problem(_("Picture: %(reason)s", reason=str(refusal)))
        return None
    alt = text_of(element) or element.get("alt") or ""
    if not alt:
        alt = (item.root.get("title") or _("Picture of the question"))[:300]
        item.page.doubt("image", _("the picture has no description; the name of the question was taken"))
    width, height = (_whole(element.get(side)) for side in ("width", "height"))
    return {"src": kept.src, "alt": alt, "width": width or kept.width or None, "height": height or kept.height or None}


def _whole(text: str | None) -> int:
    found = numbers_of((text or "").removesuffix("px"))
    return round(found[0]) if len(found) == 1 else 0


def _area(item: Item, identity: str, shape: str, coords: str, image: dict[str, Any] | None, label: str
          ) -> dict[str, Any]:
    numbers = _pixels(coords, image)
    if shape == "default" and image and image["width"] and image["height"]:
        shape, numbers = "rect", [0, 0, image["width"], image["height"]]
    if shape == "ellipse" and len(numbers) == 4:
        item.page.note(_("an ellipse became a polygon"))
        shape, numbers = "poly", ellipse(*numbers)
    if shape == "poly" and len(numbers) > 4 and numbers[:2] == numbers[-2:]:
        numbers = numbers[:-2]
    if shape not in _SHAPES:
        item.page.problem(_("An area has a shape that is not known: %(shape)s", shape=shape[:40]))
    return {"id": identity, "shape": shape, "coords": [max(0, round(number)) for number in numbers], "label": label}


def _pixels(coords: str, image: dict[str, Any] | None) -> list[float]:
    """Numbers of an area; shares of the picture, where they are percentages, become pixels."""
    if "%" not in coords:
        return numbers_of(coords)
    sides = ((image or {}).get("width") or 0, (image or {}).get("height") or 0)
    shares = numbers_of(coords.replace("%", ""))
    return [share / 100 * sides[place % 2] for place, share in enumerate(shares)]


def ellipse(x: float, y: float, across: float, down: float) -> list[float]:
    """The corners of a polygon that is nearly this ellipse."""
    turns = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
    return [part for turn in turns for part in (x + across * math.cos(turn), y + down * math.sin(turn))]


def _middle(shape: str, numbers: list[float]) -> tuple[int, int]:
    if shape in ("circle", "ellipse") or len(numbers) in (2, 3):
        return (round(numbers[0]), round(numbers[1])) if len(numbers) > 1 else (0, 0)
    xs, ys = numbers[::2], numbers[1::2]
    return (round((min(xs) + max(xs)) / 2), round((min(ys) + max(ys)) / 2)) if xs and ys else (0, 0)


def _most(interaction: Element, count: int) -> int:
    text = interaction.get("maxChoices") or "0"
    most = int(text) if text.isdigit() and len(text) < 4 else 0
    return 0 if count and most >= count else most


def _choose(most: int) -> dict[str, dict[str, int]]:
    return {"choose": {"min": 1, "max": most}} if most else {}
