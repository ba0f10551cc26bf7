"""From the XML of a Word file to lines and tables in the order in which they are read."""

import re
import unicodedata
from contextlib import suppress
from html import escape

from lxml import etree

from assessment.bank.markup import formula_fault
from assessment.bank.old_fonts import decode
from assessment.interchange.questions import MediaSink, Refused
from assessment.interchange.word.formulas import Unknown, tex_of
from assessment.interchange.word.mathtype import tex_of_object
from assessment.interchange.word.numbering import Numbering
from assessment.interchange.word.package import M, R, W, WordFile
from assessment.interchange.word.rich import OBJECT, Block, Inside, Line, Marks, Rich, Table, plain_rich
from lms.core.i18n import _

WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
V = "{urn:schemas-microsoft-com:vml}"
OFFICE = "{urn:schemas-microsoft-com:office:office}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DARK = frozenset({"auto", "000000", "none", "windowtext"})
_SKIPPED = frozenset(
    {
        f"{W}del",
        f"{W}moveFrom",
        f"{W}pPr",
        f"{W}rPr",
        f"{MC}Fallback",
        f"{W}instrText",
        f"{W}fldChar",
        f"{W}footnoteReference",
        f"{W}commentReference",
        f"{W}annotationRef",
        f"{W}delText",
    }
)
MOST_DEPTH = 60
_TYPED = re.compile(r"\$([^$\n\v\ufffc]{0,400}[\\^_{][^$\n\v\ufffc]{0,400})\$")
PIXELS = 9_525  # English metric units in a pixel
_SIDE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d{1,5}(?:\.\d{1,6})?)pt")


class Flattener:
    """Walks through a document once; `blocks` is what it saw."""

    def __init__(self, file: WordFile, media: MediaSink) -> None:
        self.file, self.media = file, media
        self.numbering = Numbering(file.numbering, file.styles)
        self.paragraphs = 0

    def blocks(self) -> list[Block]:
        """All lines and tables of the body."""
        body = self.file.document.find(f"{W}body")
        return self._blocks(body, 0) if body is not None else []

    def _blocks(self, parent: etree._Element, depth: int) -> list[Block]:
        found: list[Block] = []
        if depth > MOST_DEPTH:
            return found
        for child in parent:
            if child.tag == f"{W}p":
                found += self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                found.append(self._table(child, depth))
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}smartTag"):
                found += self._blocks(child, depth + 1)
        return found

    def _table(self, element: etree._Element, depth: int) -> Table:
        table = Table(number=self.paragraphs + 1)
        for row in element.iter(f"{W}tr"):
            if next(row.iterancestors(f"{W}tbl"), None) is not element:
                continue
            cells = [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr"), None) is row]
            table.rows.append([_as_cell(self._blocks(cell, depth + 1)) for cell in cells])
        return table

    def _paragraph(self, element: etree._Element, depth: int) -> list[Block]:
        self.paragraphs += 1
        number = self.paragraphs
        boxes: list[etree._Element] = []
        label = self.numbering.label(element)
        style = self.numbering.marks_of_paragraph(element)
        rich = self._inline(element, style, boxes)
        if label:
            rich = plain_rich(label, Marks(label=True)) + rich
        lines: list[Block] = [Line(part, number, first=place == 0) for place, part in enumerate(rich.split("\v"))]
        if boxes and rich.is_empty:
            lines = []
        for box in boxes:
            lines += _as_cell(self._blocks(box, depth + 1))
        return lines

    def _inline(self, element: etree._Element, style: dict[str, bool], boxes: list[etree._Element]) -> Rich:
        runs: list[tuple[str, Marks, tuple[Inside, ...]]] = []
        self._collect(element, style, boxes, runs, 0)
        rich, text, marks = Rich(), "", Marks()
        for piece, look, inside in runs:
            if inside or look != marks:
                rich += plain_rich(_composed(text), marks)
                text, marks = "", look
            if inside:
                rich += Rich(OBJECT, (look,), inside)
            else:
                text += piece
        return _typed_formulas(rich + plain_rich(_composed(text), marks))

    def _collect(
        self,
        element: etree._Element,
        style: dict[str, bool],
        boxes: list[etree._Element],
        runs: list[tuple[str, Marks, tuple[Inside, ...]]],
        depth: int,
    ) -> None:
        for child in element:
            if child.tag in _SKIPPED or depth > MOST_DEPTH:
                continue
            if child.tag == f"{W}r":
                self._run(child, style, boxes, runs, depth)
            elif child.tag == f"{M}oMath":
                runs.append(("", _maths_marks(child), (self._formula(child, display=False),)))
            elif child.tag == f"{M}oMathPara":
                runs += [
                    ("", _maths_marks(each), (self._formula(each, display=True),)) for each in child.iter(f"{M}oMath")
                ]
            else:
                self._collect(child, style, boxes, runs, depth + 1)

    def _run(
        self,
        run: etree._Element,
        style: dict[str, bool],
        boxes: list[etree._Element],
        runs: list[tuple[str, Marks, tuple[Inside, ...]]],
        depth: int,
    ) -> None:
        marks, font, hidden = self.numbering.marks_of_run(run, style)
        if hidden:
            return
        for child in run:
            if child.tag == f"{W}t":
                runs.append((decode(child.text or "", font), marks, ()))
            elif child.tag in (f"{W}tab", f"{W}ptab"):
                runs.append(("\t", marks, ()))
            elif child.tag in (f"{W}br", f"{W}cr"):
                runs.append(("\v", marks, ()))
            elif child.tag in (f"{W}noBreakHyphen", f"{W}softHyphen"):
                runs.append(("-" if child.tag == f"{W}noBreakHyphen" else "", marks, ()))
            elif child.tag == f"{W}sym":
                runs.append((_symbol(child), marks, ()))
            elif child.tag not in _SKIPPED:
                self._objects(child, marks, boxes, runs, depth)

    def _objects(
        self,
        element: etree._Element,
        marks: Marks,
        boxes: list[etree._Element],
        runs: list[tuple[str, Marks, tuple[Inside, ...]]],
        depth: int,
    ) -> None:
        """Pictures, text boxes and embedded formulas inside a run."""
        if element.tag in _SKIPPED or depth > MOST_DEPTH:
            return
        formula = self._mathtype(element) if element.tag == f"{W}object" else ""
        if formula:
            runs.append(("", marks, (Inside(f"\\({escape(formula, quote=False)}\\)"),)))
        elif element.tag == f"{W}txbxContent":
            boxes.append(element)
        elif element.tag == f"{A}blip":
            relation = element.get(f"{R}embed") or ""
            runs.append(("", marks, (self._picture(relation, element),)))
        elif element.tag == f"{V}imagedata":
            runs.append(("", marks, (self._picture(element.get(f"{R}id") or "", element),)))
        else:
            for child in element:
                self._objects(child, marks, boxes, runs, depth + 1)

    def _formula(self, element: etree._Element, *, display: bool) -> Inside:
        try:
            tex = escape(tex_of(element), quote=False)
        except Unknown:
            shown = "".join(each.text or "" for each in element.iter(f"{M}t"))
            return Inside(escape(shown[:500], quote=False), _("a formula could not be read: %(text)s", text=shown[:60]))
        if not tex:
            return Inside("")
        return Inside(f"\\[{tex}\\]" if display else f"\\({tex}\\)")

    def _mathtype(self, element: etree._Element) -> str:
        """The TeX of an object of MathType, where all of it is understood; else nothing, and its picture is kept."""
        for each in element.iter(f"{OFFICE}OLEObject"):
            if (each.get("ProgID") or "").startswith("Equation."):
                with suppress(Refused, Unknown):
                    return tex_of_object(self.file.picture(each.get(f"{R}id") or "")[1])
        return ""

    def _picture(self, relation: str, element: etree._Element) -> Inside:
        formula = any(each.tag == f"{W}object" for each in element.iterancestors())
        try:
            name, data = self.file.picture(relation)
            src = self.media.keep(name, data)
        except Refused as refused:
            reason = _("a formula of an old kind (MathType): %(reason)s", reason=refused) if formula else str(refused)
            return Inside("▢", _("a picture is missing: %(reason)s", reason=reason))
        alt = _alt(element) or (_("a formula, shown as a picture") if formula else "")
        look = ' class="formula"' if formula else ""
        fault = _("a formula is kept as a picture; please look at it") if formula else ""
        return Inside(f'<img src="{src}" alt="{escape(alt[:300])}"{_size(element)}{look}>', fault)


def _typed_formulas(rich: Rich) -> Rich:
    """TeX that was typed between dollars becomes a formula, where it is plainly TeX and not money."""
    done, start = Rich(), 0
    for match in _TYPED.finditer(rich.text):
        if formula_fault(f"\\({match[1]}\\)") is None:
            tex = escape(match[1].strip(), quote=False)
            done += rich.cut(start, match.start()) + Rich(
                OBJECT, (rich.marks[match.start()],), (Inside(f"\\({tex}\\)"),)
            )
            start = match.end()
    return done + rich.cut(start)


def _as_cell(blocks: list[Block]) -> list[Block]:
    """The blocks of a cell or a text box, whose first line begins something of its own."""
    for block in blocks[:1]:
        if isinstance(block, Line):
            block.cell = True
    return blocks


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\u200b", "").replace("\ufeff", "").replace(OBJECT, ""))


def _maths_marks(element: etree._Element) -> Marks:
    """Colour and shade of a formula: of all its runs, as they are set by hand."""
    runs = list(element.iter(f"{M}r"))
    colours = [(each.find(f"{W}rPr/{W}color"), each.find(f"{W}rPr/{W}highlight")) for each in runs]
    return Marks(
        colour=bool(runs) and all(c is not None and _is_coloured(c) for c, _h in colours),
        shade=bool(runs) and all(h is not None and h.get(f"{W}val") != "none" for _c, h in colours),
    )


def _is_coloured(element: etree._Element) -> bool:
    return (element.get(f"{W}val") or "auto").lower() not in _DARK


def _symbol(element: etree._Element) -> str:
    """A sign out of a symbol font: the private code points of Symbol and Wingdings that papers use."""
    code = (element.get(f"{W}char") or "").upper()
    known = {
        "F0DE": "⇒",
        "F0AE": "→",
        "F0B0": "°",
        "F061": "α",
        "F062": "β",
        "F06C": "λ",
        "F06D": "μ",
        "F070": "π",
        "F077": "ω",
        "F044": "Δ",
        "F057": "Ω",
        "F0A3": "≤",
        "F0B3": "≥",
        "F0B9": "≠",
        "F0B1": "±",
        "F0B4": "×",
        "F0E8": "→",
        "F0F3": "⇔",
        "F0DB": "⇔",
        "F06A": "φ",
        "F071": "θ",
        "F072": "ρ",
        "F0A5": "∞",
    }
    return known.get(code, "▢")


def _alt(element: etree._Element) -> str:
    """What an author wrote about a picture: of drawings, and of the older shapes."""
    drawings = element.iterancestors(f"{W}drawing")
    drawn = (each.get("descr") for drawing in drawings for each in drawing.iter(f"{WP}docPr"))
    shaped = (each.get("alt") for each in element.iterancestors(f"{V}shape"))
    return next((alt for alt in (*drawn, *shaped) if alt), "")


def _size(element: etree._Element) -> str:
    for drawing in element.iterancestors(f"{W}drawing"):
        for extent in drawing.iter(f"{WP}extent"):
            sides = [int(value) // PIXELS for value in (extent.get("cx", ""), extent.get("cy", "")) if value.isdigit()]
            if len(sides) == 2 and all(0 < side < 4_000 for side in sides):
                return f' width="{sides[0]}" height="{sides[1]}"'
    for shape in element.iterancestors(f"{V}shape"):
        said = dict(_SIDE.findall(shape.get("style") or ""))
        pixels = {side: round(float(length) * 4 / 3) for side, length in said.items()}
        if len(pixels) == 2 and all(0 < side < 4_000 for side in pixels.values()):
            return f' width="{pixels["width"]}" height="{pixels["height"]}"'
    return ""
