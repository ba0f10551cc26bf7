"""Types of Moodle in which words or marks are dragged: into a text, onto a picture."""

import re
from html import escape
from io import BytesIO
from typing import Any

from PIL import Image

from assessment.bank.markup import one_line, plain_text
from assessment.interchange import building as b
from assessment.interchange.moodle.elements import Element, Question, files_of, text_of
from assessment.interchange.questions import Refused
from lms.core.i18n import _

_PLACE = re.compile(r"\[\[(\d{1,3})\]\]")
_FEW = 12
_SHAPES = {"circle": "circle", "rectangle": "rect", "polygon": "poly"}


def read_words_into_text(question: Question, prompt: str) -> b.Built:
    """`gapselect` (a menu at each gap) and `ddwtos` (words of one pool are dragged into the gaps)."""
    choices = question.element.findall("selectoption") + question.element.findall("dragbox")
    b.check_count(len(choices))
    words = [(_word(question, each), (each.findtext("group") or "1").strip()) for each in choices]
    places = [int(number) for number in _PLACE.findall(prompt)]
    if not places or not all(1 <= place <= len(words) for place in places):
        raise Refused(_("a place such as [[1]] has no word that belongs there"))
    numbers = iter(range(1, len(places) + 1))
    marked = _PLACE.sub(lambda _match: f"[[g{next(numbers)}]]", prompt)
    pooled = question.kind == "ddwtos" and len({group for _text, group in words}) == 1
    if pooled:
        endless = any(each.find("infinite") is not None for each in choices)
        return _pool(marked, places, [text for text, _group in words], question.general, reuse=endless)
    if question.kind == "ddwtos":
        question.notes.append(_("words of several groups are chosen from menus, not dragged"))
    return _menus(marked, places, words, question.general)


def _word(question: Question, element: Element) -> str:
    if question.kind == "ddwtos":
        return one_line(question.texts.html(text_of(element), "html"))
    return escape(" ".join(text_of(element).split()), quote=False)


def _pool(marked: str, places: list[int], words: list[str], general: str, *, reuse: bool) -> b.Built:
    gaps = [{"id": f"g{number}", "kind": "pool"} for number in range(1, len(places) + 1)]
    pool = [{"id": f"o{number}", "text": text} for number, text in enumerate(words, start=1)]
    right = {f"g{number}": {"correct": f"o{place}"} for number, place in enumerate(places, start=1)}
    again = reuse or len(set(places)) < len(places)
    return b.Built("cloze", {"prompt": marked, "gaps": gaps, "pool": pool, "reuse": again},
                   {"gaps": right, "explanation": general})


def _menus(marked: str, places: list[int], words: list[tuple[str, str]], general: str) -> b.Built:
    gaps, right = [], {}
    for number, place in enumerate(places, start=1):
        group = words[place - 1][1]
        offered = [at for at, (_text, each) in enumerate(words, start=1) if each == group]
        gaps.append({"id": f"g{number}", "kind": "choice",
                     "options": [{"id": f"o{n}", "text": words[at - 1][0]} for n, at in enumerate(offered, start=1)]})
        right[f"g{number}"] = {"correct": f"o{offered.index(place) + 1}"}
    return b.Built("cloze", {"prompt": marked, "gaps": gaps}, {"gaps": right, "explanation": general})


def read_onto_picture(question: Question, prompt: str) -> b.Built:
    """`ddimageortext`: texts or pictures are dragged to places of a picture."""
    image, names, options = _background(question), {}, []
    drags = question.element.findall("drag")
    b.check_count(len(drags))
    for number, each in enumerate(drags, start=1):
        names[(each.findtext("no") or str(number)).strip()] = f"o{number}"
        options.append({"id": f"o{number}", "text": _label(question, each)})
    points, pairs = [], {}
    for number, each in enumerate(question.element.findall("drop"), start=1):
        points.append({"id": f"p{number}", "x": _pixel(each, "xleft"), "y": _pixel(each, "ytop")})
        pairs[f"p{number}"] = names.get((each.findtext("choice") or "").strip())
    reuse = any(each.find("infinite") is not None for each in drags)
    return _labels(prompt, image, options, points, pairs, reuse=reuse, general=question.general)


def _labels(prompt: str, image: dict[str, Any], options: list[dict[str, str]], points: list[dict[str, Any]],
            pairs: dict[str, str | None], *, reuse: bool, general: str) -> b.Built:
    used = [each for each in pairs.values() if each]
    again = reuse or len(set(used)) < len(used)
    return b.Built("label_image", {"prompt": prompt, "image": image, "points": points, "options": options,
                                   "reuse": again}, {"pairs": pairs, "explanation": general})


def _label(question: Question, drag: Element) -> str:
    text = escape(" ".join(text_of(drag).split()) or " ".join((drag.findtext("label") or "").split()), quote=False)
    for name, opened in files_of(drag).items():
        if src := question.texts.keep(name, opened()):
            return f'<img src="{src}" alt="{escape(plain_text(text))}">'
    return text


def read_markers(question: Question, prompt: str) -> b.Built:
    """`ddmarker`: one marker makes a picture to be pointed at, several make a picture to be labelled."""
    image, drags = _background(question), question.element.findall("drag")
    b.check_count(len(drags))
    areas = [_area(number, each) for number, each in enumerate(question.element.findall("drop"), start=1)]
    if len(drags) == 1:
        count = (drags[0].findtext("noofdrags") or "").strip()
        most = int(count) if count.isdigit() and 0 < int(count) <= len(areas) else len(areas)
        label = " ".join(text_of(drags[0]).split())
        said = prompt if label and label in plain_text(prompt, 20_000) else f"{prompt}<p>{escape(label)}</p>"
        return b.Built("hotspot", {"prompt": said if label else prompt, "image": image, "mode": "points",
                                   "choose": {"min": 1, "max": max(most, 1)}},
                       {"areas": areas, "explanation": question.general})
    question.notes.append(_("a marker belongs to the middle of its area"))
    names = {(each.findtext("no") or str(number)).strip(): f"o{number}" for number, each in enumerate(drags, start=1)}
    options = [{"id": f"o{number}", "text": escape(" ".join(text_of(each).split()), quote=False)}
               for number, each in enumerate(drags, start=1)]
    points, pairs = [], {}
    for number, (area, each) in enumerate(zip(areas, question.element.findall("drop"), strict=True), start=1):
        points.append({"id": f"p{number}", **_middle(area)})
        pairs[f"p{number}"] = names.get((each.findtext("choice") or "").strip())
    return _labels(prompt, image, options, points, pairs, reuse=False, general=question.general)


def _area(number: int, drop: Element) -> dict[str, Any]:
    shape = _SHAPES.get((drop.findtext("shape") or "").strip().lower())
    numbers = [round(float(each)) for each in re.findall(r"-?\d{1,6}(?:\.\d{1,6})?", drop.findtext("coords") or "")]
    least = {"circle": 3, "rect": 4, "poly": 6}.get(shape or "", 99)
    if shape is None or len(numbers) < least or any(each < 0 for each in numbers):
        raise Refused(_("area %(n)s on the picture has no shape that can be read", n=number))
    if shape == "rect":
        left, top, width, height = numbers[:4]
        numbers = [left, top, left + width, top + height]
    return {"id": f"a{number}", "shape": shape, "coords": numbers[:3] if shape == "circle" else numbers, "label": ""}


def _middle(area: dict[str, Any]) -> dict[str, int]:
    coords = area["coords"]
    if area["shape"] == "circle":
        return {"x": coords[0], "y": coords[1]}
    xs, ys = coords[::2], coords[1::2]
    return {"x": (min(xs) + max(xs)) // 2, "y": (min(ys) + max(ys)) // 2}


def _pixel(drop: Element, name: str) -> int:
    text = (drop.findtext(name) or "").strip()
    if not re.fullmatch(r"\d{1,5}(\.\d{1,6})?", text):
        raise Refused(_("a place on the picture has no numbers"))
    return round(float(text))


def _background(question: Question) -> dict[str, Any]:
    """The picture of the question, as the bank points to it."""
    for name, opened in files_of(question.element).items():
        data = opened()
        src = question.texts.keep(name, data)
        if src is None:
            raise Refused(question.texts.problems[-1])
        width, height = picture_size(data, name)
        return {"src": src, "alt": _("Picture of the question"), "width": width, "height": height}
    raise Refused(_("the picture of the question is not in the file"))


def picture_size(data: bytes, name: str) -> tuple[int, int]:
    """Width and height in pixels; raises Refused for what is no picture."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
            return image.size
    except Exception as error:  # Pillow raises what its decoders raise
        raise Refused(_("%(name)s is not a picture that can be read", name=name[-80:])) from error
