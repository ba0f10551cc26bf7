"""HTML of the bank as elements of a QTI item: formulas as MathML that keeps its TeX, pictures as files beside it."""

import re
import subprocess
from collections.abc import Callable, Iterable
from html import unescape
from typing import Any

import pypandoc
from lxml import etree, html

from assessment.bank.markup import FORMULA
from assessment.interchange.writers.qti.versions import Version

Element = Any  # an element of lxml, which has no types
MATHML = "http://www.w3.org/1998/Math/MathML"
QTI = "{qti}"
"""Marks names of QTI itself until the version is known: `{qti}itemBody`; plain names are HTML."""
_ATTRIBUTES = frozenset(("alt", "width", "height", "colspan", "rowspan", "scope", "lang", "start", "type"))
_AS_SPAN = {"u": "qti-underline", "s": "lms-s"}
_AS_DIV = {"figure": "lms-figure", "figcaption": "lms-caption"}
_ORDER = ("caption", "thead", "tfoot")
"""What stands first in a table of QTI 2."""
_BLOCKS = frozenset(("p", "div", "ul", "ol", "table", "blockquote", "pre", "hr", "h3", "h4", "h5", "h6", "figure"))
_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
BARE = "lms-bare"
PATIENCE = 60
"""Seconds for the formulas of one chunk; without an answer they stay TeX."""


def make(tag: str, *children: Any, **attributes: str | int | None) -> Element:
    """An element with its attributes (None: left out) and children: elements, texts, or lists of them."""
    element = etree.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            element.set(name.rstrip("_"), str(value))
    fill(element, children)
    return element


def qti(tag: str, *children: Any, **attributes: str | int | None) -> Element:
    """An element of QTI, named as QTI 2 names it."""
    return make(QTI + tag, *children, **attributes)


def fill(element: Element, children: Iterable[Any]) -> None:
    """Put texts and elements into an element, in order."""
    for child in children:
        if isinstance(child, str):
            if len(element):
                element[-1].tail = (element[-1].tail or "") + child
            else:
                element.text = (element.text or "") + child
        elif isinstance(child, list | tuple):
            fill(element, child)
        elif child is not None:
            element.append(child)


class Formulas:
    """TeX as MathML, many at once: a start of pandoc costs more than a hundred formulas."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Translate every formula in these texts; one that pandoc does not know stays TeX."""
        wanted = list(dict.fromkeys(match[0] for text in texts for match in FORMULA.finditer(text)
                                    if unescape(match[0]) not in self._known))
        formulas = [unescape(formula) for formula in wanted]
        if not formulas:
            return
        source = "".join(f"<div id='f{number}'><p>{_escaped(formula)}</p></div>\n"
                         for number, formula in enumerate(formulas))
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command
                [pypandoc.get_pandoc_path(), "--from", "html+tex_math_single_backslash", "--to", "html", "--mathml",
                 "--sandbox"], input=source.encode(), capture_output=True, timeout=PATIENCE, check=True)
        except (subprocess.SubprocessError, OSError):
            return
        page = done.stdout.decode("utf-8", "replace")
        for div in html.fromstring(f"<div>{page}</div>").iterfind("div"):
            found = div.findall(".//math")
            number = (div.get("id") or "")[1:]
            if len(found) == 1 and number.isdigit() and not "".join(_around(div, found[0])).strip():
                text = etree.tostring(found[0], encoding="unicode", with_tail=False)
                self._known[formulas[int(number)]] = text

    def element(self, formula: str) -> Element | None:
        """The MathML of a formula with its brackets, or None where it is better left as TeX."""
        text = self._known.get(formula)
        if text is None:
            return None
        try:
            root = etree.fromstring(text, _PARSER)
        except etree.XMLSyntaxError:
            return None
        for part in root.iter():
            part.tag = f"{{{MATHML}}}{etree.QName(part).localname}"
        for note in root.iter(f"{{{MATHML}}}annotation"):
            note.text = formula[2:-2]
            note.set("encoding", "application/x-tex")
        root.attrib.pop("xmlns", None)
        root.set("display", "block" if formula.startswith("\\[") else "inline")
        has_note = next(root.iter(f"{{{MATHML}}}annotation"), None) is not None
        return root if has_note and formula[2:-2] == formula[2:-2].strip() else None


def _around(div: Element, math: Element) -> Iterable[str]:
    inside = set(math.iter())
    for part in div.iter():
        if part not in inside:
            yield part.text or ""
        if part not in inside or part is math:
            yield part.tail or ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Texts:
    """Turns HTML into elements; `address` says where a picture or sound stands in the package, and
    `draw` puts words there as a picture."""

    def __init__(self, formulas: Formulas, address: Callable[[str], str | None], draw: Callable[[str], str],
                 version: Version) -> None:
        self.formulas, self.address, self.draw, self.version = formulas, address, draw, version
        self.gaps: dict[str, Element] = {}
        """What takes the place of `[[g1]]`."""

    def flow(self, text: str) -> list[Any]:
        """HTML as it may stand in a choice: texts and elements."""
        if not text.strip():
            return []
        root = html.fragment_fromstring(text, create_parent="div")
        return self._inside(root)

    def blocks(self, text: str) -> list[Any]:
        """HTML as blocks, as the body of an item wants them; what stands without one is told apart for its return."""
        return _as_blocks(self.flow(text))

    def _inside(self, element: Element) -> list[Any]:
        parts: list[Any] = self._text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                parts += self._element(child)
            parts += self._text(child.tail)
        return parts

    def _element(self, element: Element) -> list[Any]:
        if element.tag in ("img", "audio"):
            return self._media(element)
        kept = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES}
        if element.tag in _AS_SPAN:
            return [make("span", self._inside(element), class_=_AS_SPAN[element.tag])]
        lang = kept.pop("lang", None)
        inside = self._inside(element)
        if element.tag == "blockquote":
            inside = _as_blocks(inside)
        made = make(element.tag, inside, **kept)
        if not self.version.is_dashed:
            _as_older(made)
        if lang:
            made.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
        return [made]

    def _media(self, element: Element) -> list[Any]:
        address = self.address(element.get("src") or "")
        if address is None:
            return []
        if element.tag == "img":
            sizes = {name: element.get(name) for name in ("width", "height")}
            return [make("img", src=address, alt=element.get("alt") or "", **sizes)]
        if self.version.is_dashed:
            return [make("audio", src=address, controls="controls")]
        return [make("object", data=address, type=sound_type(address))]

    def _text(self, text: str | None) -> list[Any]:
        parts: list[Any] = []
        done = 0
        for match in FORMULA.finditer(text or ""):
            math = self.formulas.element(match[0])
            if math is not None and text is not None:
                parts += [*self._marks(text[done:match.start()]), math]
                done = match.end()
        return parts + self._marks((text or "")[done:])

    def _marks(self, text: str) -> list[Any]:
        if not self.gaps:
            return [text] if text else []
        found = re.split(r"\[\[(\w+)\]\]", text)
        parts: list[Any] = []
        for place, part in enumerate(found):
            if place % 2 == 0:
                parts += [part] if part else []
            else:
                parts.append(self.gaps.get(part, f"[[{part}]]"))
        return parts


def _as_blocks(parts: list[Any]) -> list[Any]:
    """Blocks as they are; each run of words and inline elements between them as a paragraph that is told apart."""
    blocks: list[Any] = []
    run: list[Any] = []
    for part in [*parts, None]:
        is_block = part is not None and not isinstance(part, str) and part.tag in _BLOCKS
        if part is not None and not is_block:
            run.append(part)
            continue
        if any(not isinstance(each, str) or each.strip() for each in run):
            blocks.append(make("p", run, class_=BARE))
        run = []
        if is_block:
            blocks.append(part)
    return blocks


def _as_older(element: Element) -> None:
    """Spell an element as QTI 2 has it: no figures, lists that begin at 1, the foot of a table before its body."""
    if element.tag in _AS_DIV:
        element.set("class", _AS_DIV[element.tag])
        element.tag = "div"
    elif element.tag == "ol" and element.attrib:
        element.set("class", " ".join(f"lms-{name}-{value}" for name, value in sorted(element.attrib.items())))
        for name in ("start", "type"):
            element.attrib.pop(name, None)
    elif element.tag == "table":
        element[:] = sorted(element, key=lambda row: _ORDER.index(row.tag) if row.tag in _ORDER else len(_ORDER))


def sound_type(name: str) -> str:
    """The MIME type of a sound by the end of its name."""
    return {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav"}.get(
        name.rpartition(".")[2].lower(), "audio/mpeg")


def picture_type(name: str) -> str:
    """The MIME type of a picture by the end of its name."""
    end = name.rpartition(".")[2].lower()
    return {"jpg": "image/jpeg", "svg": "image/svg+xml"}.get(end, f"image/{end or 'png'}")
