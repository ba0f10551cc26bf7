"""What was pasted into the editor, as teaching text: from Word, a page, or another editor.

Bold, italics, underlining, raised and lowered signs, lists, tables, formulas and pictures are kept; whatever else
cannot be kept is said in `notes` and never dropped in silence.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from html import escape
from typing import Any
from uuid import UUID

from lxml import etree
from lxml import html as lxml_html
from markupsafe import Markup

from assessment.bank.markup import sanitise
from assessment.bank.media import item_html, keep_many_media, unsigned_html
from assessment.bank.pasted_formulas import read_mathml, read_office
from lms.core.errors import Invalid
from lms.core.i18n import _, _n
from lms.core.permissions import Actor, authorize

MOST_SIGNS = 8_000_000
_OFFICE = re.compile(r"<!--\[if gte msEquation \d+\]>(.*?)<!\[endif\]-->", re.S | re.I)
_FALLBACK = re.compile(r"<!\[if !msEquation\]>.*?<!\[endif\]>", re.S | re.I)
_MATHML = re.compile(r"<(?:mml:)?math\b.*?</(?:mml:)?math>", re.S | re.I)
_MARKER = re.compile(r"<!\[if !supportLists\]>(.*?)<!\[endif\]>", re.S | re.I)
_COMMENT = re.compile(r"<!--.*?-->|<!\[[^\]]*\]>|<\?xml.*?>", re.S)
_HOLE = re.compile("\ue000(\\d+)\ue001")
_LEVEL = re.compile(r"mso-list:\s*(\S+)\s+level(\d)", re.I)
_DATA = re.compile(r"data:(image/[a-z+.-]+|audio/[a-z0-9+.-]+);base64,(.*)\Z", re.S | re.I)
_OLE = re.compile(r"ProgID=[\"']?Equation", re.I)
_LOST = ("video", "iframe", "object", "embed", "canvas", "svg", "form", "input", "button")
_RENAMED = {"h1": "h3", "h2": "h3", "strike": "s", "del": "s", "ins": "u"}


@dataclass(frozen=True)
class Pasted:
    """Clean HTML; in words what could not be kept; how many pictures (`[[picture-1]]` …) the clipboard must bring."""

    html: str
    notes: list[str]
    waiting: int


@dataclass(frozen=True)
class Keeper:
    """Who keeps the pictures, and in which bank."""

    actor: Actor
    bank_id: UUID | None


def shown(html: str) -> Markup:
    """Pasted HTML with addresses that load, for the surface."""
    return item_html(html)


def read_paste(actor: Actor, html: str, bank_id: UUID | None = None) -> Pasted:
    """Teaching text of what was pasted; pictures that it carries are kept. Raises Invalid where it is too much.

    Ends the transaction it is called in, for formulas and pictures take their time.
    """
    authorize(actor, "item:create")
    if len(html) > MOST_SIGNS:
        raise Invalid(_("This is too much to paste at once; paste a part of it."))
    notes: list[str] = []
    if _OLE.search(html):
        notes.append(_("Formulas of MathType or the old equation editor came as pictures; type them anew, or change "
                       "them into Word formulas and copy again."))
    text, formulas = _take_formulas(_marked_lists(html))
    root = _parse(_COMMENT.sub("", text))
    waiting = _keep_pictures(Keeper(actor, bank_id), root, notes)
    lost = [name for name in _LOST if root.find(f".//{name}") is not None]
    if lost:
        notes.append(_("These parts were left out: %(names)s.", names=", ".join(lost)))
    _make_lists(root)
    _plain_styles(root)
    inner = (root.text or "") + "".join(lxml_html.tostring(child, encoding="unicode") for child in root)
    clean = sanitise(_without_empty(inner))
    return Pasted(_put_formulas(clean, formulas, notes), notes, waiting)


def _parse(html: str) -> Any:
    start, end = html.find("<!--StartFragment-->"), html.find("<!--EndFragment-->")
    part = html[start:end] if 0 <= start < end else html
    body = re.search(r"<body[^>]*>(.*)</body>", part, re.S | re.I)
    inside = re.sub(r"<(style|script|title|xml)\b.*?</\1>", "", body[1] if body else part, flags=re.S | re.I)
    try:
        return lxml_html.fragment_fromstring(inside, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return lxml_html.fragment_fromstring(escape(inside), create_parent="div")


def _take_formulas(html: str) -> tuple[str, list[tuple[str | None, bool]]]:
    """The text with a hole for each formula, and (TeX or None, whether it stands on a line of its own)."""
    office: list[str] = []
    mathml: list[str] = []
    places: list[tuple[list[str], int, bool]] = []

    def hole(into: list[str], formula: str, display: bool) -> str:
        into.append(formula)
        places.append((into, len(into) - 1, display))
        return f"\ue000{len(places) - 1}\ue001"

    text = _FALLBACK.sub("", _OFFICE.sub(
        lambda match: hole(office, match[1], "omathpara" in match[1].lower()), html))
    text = _MATHML.sub(lambda match: hole(mathml, _plain_mathml(match[0]), 'display="block"' in match[0][:300]), text)
    read = {id(office): read_office(office), id(mathml): read_mathml(mathml)}
    return text, [(read[id(into)][number], display) for into, number, display in places]


def _plain_mathml(formula: str) -> str:
    return re.sub(r"<(/?)mml:", r"<\1", formula)


def _put_formulas(html: str, formulas: list[tuple[str | None, bool]], notes: list[str]) -> str:
    """Each hole as a formula, told where one could not be read."""
    unread = 0

    def filled(match: re.Match[str]) -> str:
        nonlocal unread
        tex, display = formulas[int(match[1])] if int(match[1]) < len(formulas) else (None, False)
        if not tex:
            unread += 1
            return "[?]"
        written = escape(tex, quote=False)
        return f"\\[{written}\\]" if display else f"\\({written}\\)"

    filled_html = _HOLE.sub(filled, html)
    if unread:
        notes.append(_n("%(num)s formula could not be read; [?] stands in its place.",
                        "%(num)s formulas could not be read; [?] stands in their place.", unread))
    return filled_html


def _keep_pictures(keeper: "Keeper", root: Any, notes: list[str]) -> int:
    """Keep what the text carries; a hole for each that must come as a file; words for what is out of reach."""
    carried: list[tuple[Any, str, bytes]] = []
    waiting = outside = 0
    for picture in list(root.iter("img")):
        source = unsigned_html(picture.get("src") or "")
        match = _DATA.match(source)
        if source.startswith("/items/media/"):
            picture.set("src", source)
        elif match:
            carried.append((picture, _("the pasted picture"), _decoded(match[2])))
        elif source.startswith(("file:", "cid:", "blob:", "webkit-fake-url:")):
            waiting += 1
            _replace(picture, f"[[picture-{waiting}]]")
        else:
            outside += 1
            _replace(picture, "")
    if outside:
        notes.append(_n("%(num)s picture of another website was left out: save it and insert it as a file.",
                        "%(num)s pictures of another website were left out: save them and insert them as files.",
                        outside))
    _keep_carried(keeper, carried, notes)
    return waiting


def _keep_carried(keeper: "Keeper", carried: list[tuple[Any, str, bytes]], notes: list[str]) -> None:
    for picture, name, data in carried:
        try:
            [kept] = keep_many_media(keeper.actor, [(name, data)], bank_id=keeper.bank_id)
        except Invalid as error:
            notes.append(error.message)
            _replace(picture, "")
            continue
        picture.set("src", kept.src)
        picture.set("width", str(kept.width or ""))
        picture.set("height", str(kept.height or ""))
        picture.set("alt", picture.get("alt") or "")
    if any(not picture.get("alt") for picture, _name, _data in carried if picture.getparent() is not None):
        notes.append(_("A pasted picture has no description yet: choose it and describe it, or say that it only "
                       "decorates."))


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=False)
    except binascii.Error:
        return b""


def _replace(element: Any, text: str) -> None:
    element.tail = text + (element.tail or "")
    element.drop_tree()


def _marked_lists(html: str) -> str:
    """Word's list marks in an element of their own, so that they are found after its comments are gone."""
    return _MARKER.sub(lambda match: f"<x-mark>{match[1]}</x-mark>", html)


def _make_lists(root: Any) -> None:
    """Paragraphs that Word calls items of a list, as lists; deeper levels inside."""
    open_lists: list[Any] = []
    before: Any = None
    name = ""
    for paragraph in [each for each in root.iter("p", "div") if _LEVEL.search(each.get("style") or "")]:
        said = _LEVEL.findall(paragraph.get("style") or "")[0]
        if before is None or before.getnext() is not paragraph or said[0] != name:
            open_lists = []
        name, level = said[0], max(1, int(said[1]))
        mark = paragraph.find(".//x-mark")
        kind = "ol" if mark is not None and re.search(r"\w[.)]", mark.text_content()) else "ul"
        if mark is not None:
            mark.drop_tree()
        open_lists = open_lists[:level]
        anchor = paragraph if not open_lists else None
        while len(open_lists) < level:
            opened = etree.Element(kind)
            if open_lists:
                last = open_lists[-1]
                (last[-1] if len(last) else etree.SubElement(last, "li")).append(opened)
            elif anchor is not None:
                anchor.addprevious(opened)
            open_lists.append(opened)
        paragraph.text = (paragraph.text or "").lstrip()
        paragraph.tag = "li"
        paragraph.attrib.pop("style", None)
        tail, paragraph.tail = paragraph.tail, None
        open_lists[-1].append(paragraph)
        open_lists[0].tail = tail
        before = open_lists[0]


def _plain_styles(root: Any) -> None:
    """What a style says as an element of its own; elements that only wrap are unwrapped by the cleaning."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        element.tag = _RENAMED.get(element.tag, element.tag)
        style = (element.get("style") or "").lower().replace(" ", "")
        if element.tag in ("b", "strong") and re.search(r"(?<![-\w])font-weight:(normal|400)", style):
            element.tag = "span"
        if element.tag in ("td", "th", "table", "tr", "body") or element is root:
            continue
        for sign, tag in ((r"font-weight:(bold|[6-9]00)", "b"), (r"font-style:italic", "i"),
                          (r"text-decoration[a-z-]*:[^;]*underline", "u"), (r"vertical-align:super", "sup"),
                          (r"vertical-align:sub", "sub")):
            if re.search(rf"(?<![-\w]){sign}", style) and element.tag != tag:
                _wrap_inside(element, tag)
    for span in list(root.iter("span")):
        if span is not root and not span.get("lang"):
            span.drop_tag()


def _wrap_inside(element: Any, tag: str) -> None:
    wrapper = etree.Element(tag)
    wrapper.text, element.text = element.text, None
    for child in list(element):
        wrapper.append(child)
    element.append(wrapper)


def _without_empty(html: str) -> str:
    """Without Word's empty paragraphs and the line ends inside its lines."""
    text = re.sub(r"</?(?:o|w|v|st1):[^>]*>", "", html)
    text = re.sub(r"<p\b[^>]*>(?:\s|&nbsp;|\xa0|</?(?:span|b|i)\b[^>]*>)*</p>", "", text)
    return re.sub(r"[ \t]*[\r\n]+[ \t]*", " ", text)
