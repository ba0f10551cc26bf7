"""What Word adds by itself: the labels of automatic lists, and looks that come from styles."""

from collections import defaultdict

from lxml import etree

from assessment.interchange.word.package import W
from assessment.interchange.word.rich import Marks

_ON = {"b": "b", "i": "i"}
_DARK = frozenset({"auto", "000000", "none", "windowtext"})
MOST_STYLES = 12


class Numbering:
    """Counts the lists of a document from its beginning; ask for each paragraph once, in order."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._restarts: dict[str, dict[int, int]] = defaultdict(dict)
        self._styles = (
            {each.get(f"{W}styleId"): each for each in styles.iter(f"{W}style")} if styles is not None else {}
        )
        if numbering is not None:
            self._read(numbering)

    def _read(self, numbering: etree._Element) -> None:
        for abstract in numbering.iter(f"{W}abstractNum"):
            levels: dict[int, tuple[str, str, int]] = {}
            for level in abstract.iter(f"{W}lvl"):
                start = _number(_val(level, "start"), 1)
                levels[_number(level.get(f"{W}ilvl"), 0)] = (
                    _val(level, "numFmt") or "decimal",
                    _val(level, "lvlText") or "",
                    start,
                )
            self._levels[abstract.get(f"{W}abstractNumId") or ""] = levels
        for number in numbering.iter(f"{W}num"):
            name = number.get(f"{W}numId") or ""
            self._abstract[name] = _val(number, "abstractNumId") or ""
            for override in number.iter(f"{W}lvlOverride"):
                again = _val(override, "startOverride")
                if again is not None:
                    self._restarts[name][_number(override.get(f"{W}ilvl"), 0)] = _number(again, 1)

    def label(self, paragraph: etree._Element) -> str:
        """The label that Word shows before a paragraph, with a space behind it; empty without one."""
        props = self._list_props(paragraph)
        name, depth = _val(props, "numId") or "0", _number(_val(props, "ilvl"), 0)
        levels = self._levels.get(self._abstract.get(name, ""), {})
        if name == "0" or depth not in levels:
            return ""
        counts = self._counts[self._abstract[name]]
        start = self._restarts[name].pop(depth, None)
        counts[depth] = start if start is not None else counts.get(depth, levels[depth][2] - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        kind, text, _start = levels[depth]
        if kind in ("bullet", "none"):
            return ""
        for each, (form, _text, first) in levels.items():
            text = text.replace(f"%{each + 1}", _in_form(counts.get(each, first), form))
        return f"{text} "

    def _list_props(self, paragraph: etree._Element) -> etree._Element | None:
        props = paragraph.find(f"{W}pPr/{W}numPr")
        style = self._styles.get(_val(paragraph.find(f"{W}pPr"), "pStyle"))
        for _step in range(MOST_STYLES):
            if props is not None or style is None:
                break
            props = style.find(f"{W}pPr/{W}numPr")
            style = self._styles.get(_val(style, "basedOn"))
        return props

    def marks_of_paragraph(self, paragraph: etree._Element) -> dict[str, bool]:
        """The looks that the paragraph's style gives to its runs."""
        return self._style_marks(_val(paragraph.find(f"{W}pPr"), "pStyle"))

    def _style_marks(self, name: str | None) -> dict[str, bool]:
        chain: list[etree._Element] = []
        looks: dict[str, bool] = {}
        style = self._styles.get(name)
        while style is not None and len(chain) < MOST_STYLES:
            chain.append(style)
            style = self._styles.get(_val(style, "basedOn"))
        for style in reversed(chain):
            looks |= _looks(style.find(f"{W}rPr"))
        return looks

    def marks_of_run(self, run: etree._Element, style: dict[str, bool]) -> tuple[Marks, str, bool]:
        """How a run looks, its font, and whether it is hidden."""
        props = run.find(f"{W}rPr")
        looks = style | self._style_marks(_val(props, "rStyle")) | _looks(props)
        fonts = props.find(f"{W}rFonts") if props is not None else None
        font = (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "") if fonts is not None else ""
        hidden = looks.pop("hidden", False)
        return Marks(**looks), font, hidden


def _looks(props: etree._Element | None) -> dict[str, bool]:
    """What run properties say; what they do not say is left out."""
    if props is None:
        return {}
    looks = {
        name: _is_on(each)
        for tag, name in (("b", "b"), ("i", "i"), ("vanish", "hidden"))
        if (each := props.find(f"{W}{tag}")) is not None
    }
    if (line := props.find(f"{W}u")) is not None:
        looks["u"] = line.get(f"{W}val", "single") != "none"
    if (colour := props.find(f"{W}color")) is not None:
        looks["colour"] = (colour.get(f"{W}val") or "auto").lower() not in _DARK
    shade, light = props.find(f"{W}shd"), props.find(f"{W}highlight")
    if shade is not None:
        looks["shade"] = (shade.get(f"{W}fill") or "auto").upper() not in ("AUTO", "FFFFFF")
    if light is not None:
        looks["shade"] = light.get(f"{W}val") not in ("none", "white")
    align = _val(props, "vertAlign")
    if align is not None:
        looks |= {"sub": align == "subscript", "sup": align == "superscript"}
    return looks


def _is_on(element: etree._Element) -> bool:
    return element.get(f"{W}val", "true") not in ("0", "false", "off")


def _val(parent: etree._Element | None, name: str) -> str | None:
    child = parent.find(f"{W}{name}") if parent is not None else None
    return child.get(f"{W}val") if child is not None else None


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 6 else default


def _in_form(number: int, form: str) -> str:
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    return str(number)


def _roman(number: int) -> str:
    out = ""
    for value, sign in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value and len(out) < 12:
            out, number = out + sign, number - value
    return out
