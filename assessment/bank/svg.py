"""Drawings from outside: an SVG of shapes and words only. Pure.

What could run, load or never end is refused with its reason; what an editor noted for itself is dropped.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from lms.core.errors import Invalid
from lms.core.i18n import _

MOST_BYTES = 2 * 1024**2
MOST_ELEMENTS, MOST_DRAWN, DEEPEST = 20_000, 200_000, 200
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
SHAPES = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath", "defs",
    "clipPath", "mask", "linearGradient", "radialGradient", "stop", "pattern", "marker", "use", "symbol", "title",
    "desc", "style", "image"})
NOTES = frozenset({"metadata"})
_HREFS = ("href", f"{{{XLINK}}}href")
_LOCAL = re.compile(r"url\(\s*(['\"]?)#([^'\")\s]+)\1\s*\)")
_INNER = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]+)\Z")
_LENGTH = re.compile(r"\s*(\d{1,5}(?:\.\d+)?)\s*(px|pt|mm|cm|in)?\s*\Z")
_PIXELS = {None: 1.0, "px": 1.0, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_SPACE = "{http://www.w3.org/XML/1998/namespace}"


class Unsafe(Exception):
    """This drawing is not kept; the message is the reason, for a person."""


def begins_as_svg(data: bytes) -> bool:
    """Whether these bytes may be an SVG: markup whose first kilobytes name it."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    return head.startswith(b"<") and b"svg" in head.lower()


def cleaned(data: bytes, picture: Callable[[bytes], tuple[str, bytes]]) -> tuple[bytes, int, int]:
    """The drawing as it is kept, its width and height in pixels; raises Unsafe.

    `picture` judges a picture inside the drawing and gives back (content type, bytes), or raises Invalid.
    """
    root = _parse(data)
    _drop_notes(root)
    elements = list(root.iter())
    if len(elements) > MOST_ELEMENTS:
        raise Unsafe(_("the drawing has more than %(n)s parts.", n=MOST_ELEMENTS))
    for element in elements:
        _check_element(element, picture)
    _check_cost(root)
    width, height = _size(root)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True), width, height


def _parse(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unsafe(_("it is not well-formed XML.")) from None
    types = root.getroottree().docinfo.internalDTD
    if types is not None and any(True for _entity in types.iterentities()):
        raise Unsafe(_("it declares entities.")) from None
    if root.tag != f"{{{SVG}}}svg":
        raise Unsafe(_("it is not an SVG drawing."))
    return root


def _drop_notes(root: Any) -> None:
    """Take out what editors keep for themselves: foreign elements and attributes, metadata."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            raise Unsafe(_("it declares entities."))
        space, name = _split(element.tag)
        parent = element.getparent()
        if parent is not None and (space != SVG or name in NOTES):
            if "script" in name.lower():
                raise Unsafe(_("it holds a program (%(name)s).", name=name))
            parent.remove(element)
            continue
        for attribute in list(element.attrib):
            if attribute.startswith("{") and not attribute.startswith((f"{{{XLINK}}}href", f"{_SPACE}space")):
                del element.attrib[attribute]


def _split(tag: str) -> tuple[str, str]:
    space, _brace, name = tag.rpartition("}")
    return space.removeprefix("{"), name


def _check_element(element: Any, picture: Callable[[bytes], tuple[str, bytes]]) -> None:
    name = _split(element.tag)[1]
    if "script" in name.lower() or name == "handler":
        raise Unsafe(_("it holds a program (%(name)s).", name=name))
    if name not in SHAPES:
        raise Unsafe(_("it uses <%(name)s>, which cannot be kept.", name=name[:40]))
    if name == "style":
        _check_style(element.text or "")
    for attribute, value in list(element.attrib.items()):
        if attribute.lower().startswith("on"):
            raise Unsafe(_("it holds a program (%(name)s).", name=attribute[:40]))
        if attribute in _HREFS:
            _check_reference(element, name, attribute, value, picture)
        else:
            _check_style(value)


def _check_reference(element: Any, name: str, attribute: str, value: str,
                     picture: Callable[[bytes], tuple[str, bytes]]) -> None:
    """A reference stays inside the drawing; a picture stands in it as data."""
    if value.startswith("#"):
        return
    inner = _INNER.match(value) if name == "image" else None
    if inner is None:
        raise Unsafe(_("it refers to something outside itself (%(value)s).", value=value[:60]))
    try:
        content_type, data = picture(base64.b64decode(inner[1], validate=False))
    except (binascii.Error, Invalid) as error:
        raise Unsafe(getattr(error, "message", _("it holds something that is not a picture."))) from None
    element.set(attribute, f"data:{content_type};base64,{base64.b64encode(data).decode()}")


def _check_style(text: str) -> None:
    rest = _LOCAL.sub("", text).lower()
    for hidden in ("url(", "@import", "javascript:", "expression(", "\\", "image-set(", "src("):
        if hidden in rest:
            raise Unsafe(_("it refers to something outside itself (%(value)s).", value=rest.strip()[:60]))


def _check_cost(root: Any) -> None:
    """Refuse a drawing that draws parts of itself again and again: few bytes, and a browser that never ends."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    known: dict[Any, int] = {}

    def cost(element: Any, path: tuple[Any, ...]) -> int:
        if element in known:
            return known[element]
        if element in path or len(path) > DEEPEST:
            raise Unsafe(_("it draws parts of itself again and again."))
        parts = [*element, *(by_id[each] for each in _references(element) if each in by_id)]
        known[element] = 1 + sum(cost(part, (*path, element)) for part in parts)
        if known[element] > MOST_DRAWN:
            raise Unsafe(_("it draws parts of itself again and again."))
        return known[element]

    cost(root, ())


def _references(element: Any) -> list[str]:
    named = [element.get(each)[1:] for each in _HREFS if (element.get(each) or "").startswith("#")]
    return named + [match[1] for value in element.attrib.values() for match in _LOCAL.findall(value)]


def _size(root: Any) -> tuple[int, int]:
    """Pixels: as the drawing says, else by its view box, else as browsers assume."""
    box = [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?", root.get("viewBox") or "")][:4]
    asked = [_pixels(root.get("width")), _pixels(root.get("height"))]
    if len(box) == 4 and not all(asked):
        asked = [box[2], box[3]]
    width, height = (max(1, min(4000, round(each or default))) for each, default in zip(asked, (300, 150), strict=True))
    root.set("width", str(width))
    root.set("height", str(height))
    if len(box) < 4:
        root.set("viewBox", f"0 0 {width} {height}")
    return width, height


def _pixels(length: str | None) -> float:
    match = _LENGTH.match(length or "")
    return float(match[1]) * _PIXELS[match[2]] if match else 0.0
