"""Presentation MathML as TeX, for what KaTeX sets; says whether it is sure of what it wrote."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assessment.interchange.qti.signs import ACCENTS, BIG, CLOSING, FUNCTIONS, OPENING, SIGNS, UNDER
from assessment.interchange.qti.tree import Element, text_of

DEEPEST = 40
MOST_PARTS = 3_000
LONGEST = 1_900
_TEX_NAMES = ("application/x-tex", "application/x-latex", "latex", "tex", "tex/latex")
_DELIMITED = re.compile(r"\A(?:\\\((.*)\\\)|\\\[(.*)\\\]|\$\$(.*)\$\$|\$(.*)\$)\Z", re.S)
_SPECIAL = re.compile(r"[#$%&_{}]")


@dataclass
class Tex:
    """A formula: its TeX, whether it stands in a line of its own, and what was not understood."""

    text: str
    display: bool = False
    doubts: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        r"""The formula between `\( \)` or `\[ \]`, not yet escaped."""
        return rf"\[{self.text}\]" if self.display else rf"\({self.text}\)"


def to_tex(math: Element, variables: Mapping[str, str] | None = None) -> Tex:
    """The TeX of a `math` element: the one that it brings as an annotation, or made from its parts.

    `variables`: letters that stand for a value of the draw, and what stands for it in the bank.
    """
    display = math.get("display") == "block" or math.get("mode") == "display"
    brought = _annotation(math)
    if brought and not variables:
        return Tex(brought, display)
    if sum(1 for _ in math.iter()) > MOST_PARTS:
        return Tex("", display, ("math",))
    writer = _Writer(variables or {})
    text = " ".join(writer.row(list(math), 0).split())
    if len(text) > LONGEST:
        return Tex("", display, ("math",))
    return Tex(text, display, tuple(dict.fromkeys(writer.doubts)))


def _annotation(math: Element) -> str:
    for note in math.iter("annotation"):
        if (note.get("encoding") or "").lower() in _TEX_NAMES:
            tex = (note.text or "").strip()
            match = _DELIMITED.match(tex)
            tex = next((group for group in match.groups() if group is not None), "") if match else tex
            if len(tex) <= LONGEST and r"\qv" not in tex:
                return tex.strip()
    return ""


def join(parts: list[str]) -> str:
    """The parts one after another, with a blank where two would run together into one command."""
    text = ""
    for part in parts:
        if part and text and part[0].isalpha() and re.search(r"\\[A-Za-z]+\Z", text):
            text += " "
        text += part
    return text


class _Writer:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self.doubts: list[str] = []
        self.variables = variables

    def row(self, elements: list[Element], depth: int) -> str:
        """Elements side by side; a bracket around something tall grows with it."""
        elements = [each for each in elements if isinstance(each.tag, str)]
        opens = _sign_of(elements[0]) in OPENING if elements else False
        if opens and _is_tall(elements[1:]):
            closing = _sign_of(elements[-1])
            closed = closing in CLOSING and len(elements) > 2
            inside = elements[1:-1] if closed else elements[1:]
            if not closed and _sign_of(elements[0]) == "{" and len(inside) == 1 and inside[0].tag == "mtable":
                return rf"\begin{{cases}}{self.table(inside[0], depth + 1)}\end{{cases}}"
            left, right = _fence(_sign_of(elements[0])), _fence(closing) if closed else "."
            return rf"\left{left} {self.side_by_side(inside, depth)} \right{right} ".rstrip() + " "
        return self.side_by_side(elements, depth)

    def side_by_side(self, elements: list[Element], depth: int) -> str:
        return join([self.part(each, depth) for each in elements])

    def part(self, element: Element, depth: int) -> str:
        if depth > DEEPEST:
            self.doubts.append("math")
            return ""
        maker = _MAKERS.get(element.tag)
        if maker is None:
            self.doubts.append(str(element.tag)[:40])
            return self.row(list(element), depth + 1) or _escaped(text_of(element))
        return maker(self, element, depth + 1)

    def group(self, element: Element | None, depth: int) -> str:
        """One part between braces."""
        return "{" + (self.part(element, depth).strip() if element is not None else "") + "}"

    def base(self, element: Element, depth: int) -> str:
        """What carries an index: braces only where they are needed."""
        text = self.part(element, depth).strip()
        return text if len(text) == 1 or re.fullmatch(r"\\[A-Za-z]+|\d+", text) else "{" + text + "}"

    def children(self, element: Element, count: int) -> list[Element]:
        found = [child for child in element if isinstance(child.tag, str)]
        if len(found) != count:
            self.doubts.append(str(element.tag)[:40])
        return found if len(found) >= count else []

    def table(self, element: Element, depth: int) -> str:
        rows = [row for row in element if row.tag in ("mtr", "mlabeledtr")]
        return r" \\ ".join(" & ".join(self.row(list(cell), depth).strip() for cell in row if cell.tag == "mtd")
                            for row in rows)


def _row(writer: _Writer, element: Element, depth: int) -> str:
    return writer.row(list(element), depth)


def _letter(writer: _Writer, element: Element, depth: int) -> str:
    text = text_of(element)
    if text in writer.variables:
        return "{{" + writer.variables[text] + "}}"
    if text in FUNCTIONS:
        return "\\" + text
    if len(text) <= 1:
        sign = SIGNS.get(text, _escaped(text))
        return rf"\mathrm{{{sign}}}" if element.get("mathvariant") == "normal" and text.isascii() else sign
    if any(sign in SIGNS for sign in text):
        return join([SIGNS.get(sign, _escaped(sign)) for sign in text])
    return rf"\mathrm{{{_escaped(text)}}}"


def _number(writer: _Writer, element: Element, depth: int) -> str:
    return "".join(SIGNS.get(sign, _escaped(sign)) for sign in text_of(element)).replace(",", "{,}")


def _operator(writer: _Writer, element: Element, depth: int) -> str:
    text = text_of(element)
    if text in FUNCTIONS:
        return "\\" + text
    if len(text) > 1 and text.isalpha():
        return rf"\operatorname{{{_escaped(text)}}}"
    return join([SIGNS.get(sign, _escaped(sign)) for sign in text])


def _words(writer: _Writer, element: Element, depth: int) -> str:
    text = re.sub(r"\s+", " ", "".join(element.itertext()))
    return rf"\text{{{_escaped(text)}}}" if text.strip() else (r"\ " if text else "")


def _space(writer: _Writer, element: Element, depth: int) -> str:
    return r"\\ " if element.get("linebreak") == "newline" else r"\;"


def _fraction(writer: _Writer, element: Element, depth: int) -> str:
    parts = writer.children(element, 2)
    if not parts:
        return ""
    top, bottom = writer.group(parts[0], depth), writer.group(parts[1], depth)
    if re.fullmatch(r"0(?:\.0*)?(?:pt|px|em)?", element.get("linethickness") or ""):
        return rf"\genfrac{{}}{{}}{{0pt}}{{}}{top}{bottom}"
    return rf"\frac{top}{bottom}"


def _root(writer: _Writer, element: Element, depth: int) -> str:
    return rf"\sqrt{{{writer.row(list(element), depth).strip()}}}"


def _nth_root(writer: _Writer, element: Element, depth: int) -> str:
    parts = writer.children(element, 2)
    return rf"\sqrt[{writer.part(parts[1], depth).strip()}]{writer.group(parts[0], depth)}" if parts else ""


def _indexed(marks: str) -> Callable[[_Writer, Element, int], str]:
    def write(writer: _Writer, element: Element, depth: int) -> str:
        parts = writer.children(element, 1 + len(marks))
        if not parts:
            return ""
        if marks == "^" and text_of(parts[1]) in ("′", "'", "″"):
            return writer.base(parts[0], depth) + {"″": "''"}.get(text_of(parts[1]), "'")
        indices = [mark + _short(writer.group(part, depth)) for mark, part in zip(marks, parts[1:], strict=False)]
        return writer.base(parts[0], depth) + "".join(indices)
    return write


def _short(group: str) -> str:
    return group[1:-1] if re.fullmatch(r"\{[A-Za-z0-9]\}", group) else group


def _above(writer: _Writer, element: Element, depth: int) -> str:
    parts = writer.children(element, 2)
    if not parts:
        return ""
    if _is_big(parts[0]):
        return writer.part(parts[0], depth).strip() + "^" + writer.group(parts[1], depth)
    accent = ACCENTS.get(text_of(parts[1]))
    if accent:
        wide = len(text_of(parts[0])) > 1
        return accent[1 if wide else 0] + writer.group(parts[0], depth)
    return rf"\overset{writer.group(parts[1], depth)}{writer.group(parts[0], depth)}"


def _below(writer: _Writer, element: Element, depth: int) -> str:
    parts = writer.children(element, 2)
    if not parts:
        return ""
    if _is_big(parts[0]):
        return writer.part(parts[0], depth).strip() + "_" + writer.group(parts[1], depth)
    if text_of(parts[1]) in UNDER:
        return UNDER[text_of(parts[1])] + writer.group(parts[0], depth)
    return rf"\underset{writer.group(parts[1], depth)}{writer.group(parts[0], depth)}"


def _above_and_below(writer: _Writer, element: Element, depth: int) -> str:
    parts = writer.children(element, 3)
    if not parts:
        return ""
    low, high = writer.group(parts[1], depth), writer.group(parts[2], depth)
    if _is_big(parts[0]):
        return f"{writer.part(parts[0], depth).strip()}_{low}^{high}"
    return rf"\overset{high}{{\underset{low}{writer.group(parts[0], depth)}}}"


def _fenced(writer: _Writer, element: Element, depth: int) -> str:
    opening, closing = element.get("open", "("), element.get("close", ")")
    signs = "".join((element.get("separators", ",")).split())
    inside: list[str] = []
    parts = [child for child in element if isinstance(child.tag, str)]
    for number, part in enumerate(parts):
        if number and signs:
            inside.append(_escaped(signs[min(number, len(signs)) - 1]))
        inside.append(writer.part(part, depth))
    return rf"\left{_fence(opening)} {join(inside).strip()} \right{_fence(closing)} "


def _table(writer: _Writer, element: Element, depth: int) -> str:
    return rf"\begin{{matrix}}{writer.table(element, depth)}\end{{matrix}}"


def _first(writer: _Writer, element: Element, depth: int) -> str:
    parts = [child for child in element if isinstance(child.tag, str)]
    return writer.part(parts[0], depth) if parts else ""


def _hidden(writer: _Writer, element: Element, depth: int) -> str:
    return rf"\phantom{{{writer.row(list(element), depth).strip()}}}"


def _enclosed(writer: _Writer, element: Element, depth: int) -> str:
    inside = writer.row(list(element), depth).strip()
    notation = (element.get("notation") or "").strip()
    command = {"box": r"\boxed", "updiagonalstrike": r"\cancel", "radical": r"\sqrt",
               "top": r"\overline", "bottom": r"\underline"}.get(notation)
    if command is None:
        writer.doubts.append(f"menclose {notation}"[:40])
        return inside
    return f"{command}{{{inside}}}"


def _with_scripts(writer: _Writer, element: Element, depth: int) -> str:
    parts = [child for child in element if isinstance(child.tag, str)]
    at = next((place for place, part in enumerate(parts) if part.tag == "mprescripts"), len(parts))
    if not parts or at == 0:
        return ""
    before, after = parts[at + 1:at + 3], parts[1:at][:2]
    if len(parts[1:at]) > 2 or len(parts[at + 1:]) > 2:
        writer.doubts.append("mmultiscripts")
    front = "{}" + _scripts(writer, before, depth) if before else ""
    return front + writer.base(parts[0], depth) + _scripts(writer, after, depth)


def _scripts(writer: _Writer, parts: list[Element], depth: int) -> str:
    return "".join(mark + writer.group(part, depth) for mark, part in zip("_^", parts, strict=False)
                   if part.tag != "none")


def _nothing(writer: _Writer, element: Element, depth: int) -> str:
    return ""


_MAKERS: dict[str, Callable[[_Writer, Element, int], str]] = {
    "mrow": _row, "mstyle": _row, "mpadded": _row, "mtd": _row, "math": _row,
    "mi": _letter, "mn": _number, "mo": _operator, "mtext": _words, "ms": _words, "mspace": _space,
    "mfrac": _fraction, "msqrt": _root, "mroot": _nth_root, "msub": _indexed("_"), "msup": _indexed("^"),
    "msubsup": _indexed("_^"), "mover": _above, "munder": _below, "munderover": _above_and_below,
    "mfenced": _fenced, "mtable": _table, "semantics": _first, "maction": _first, "mphantom": _hidden,
    "menclose": _enclosed, "mmultiscripts": _with_scripts, "none": _nothing, "mprescripts": _nothing,
    "annotation": _nothing, "annotation-xml": _nothing,
}


def _sign_of(element: Element) -> str:
    return text_of(element) if element.tag == "mo" else ""


def _is_tall(elements: list[Element]) -> bool:
    return any(part.tag in ("mfrac", "mtable", "msubsup", "munderover", "munder", "mover")
               for element in elements[:50] for part in element.iter())


def _is_big(element: Element) -> bool:
    return text_of(element) in BIG


def _fence(sign: str) -> str:
    return {"": ".", "{": r"\{", "}": r"\}", "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|", "∥": r"\|",
            "〈": r"\langle", "〉": r"\rangle", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil",
            "⌉": r"\rceil"}.get(sign, sign if sign in "()[]|/" else ".")


def _escaped(text: str) -> str:
    plain = text.replace("\\", r"\backslash ").replace("~", r"\sim ").replace("^", r"\hat{}")
    return _SPECIAL.sub(lambda match: "\\" + match[0], plain)
