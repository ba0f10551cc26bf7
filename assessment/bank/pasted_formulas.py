"""Formulas of other programs as TeX: Office MathML as Word puts it on the clipboard, and MathML. Needs pandoc.

Word's clipboard is HTML with Office MathML in conditional comments, without text elements and full of presentation;
it is built anew as a small .docx, which pandoc reads as it reads every other.
"""

import io
import json
import re
import subprocess  # pandoc only, by its full path, with nothing of the text in its arguments
import zipfile
from collections.abc import Sequence
from html import escape
from typing import Any

import pypandoc
from lxml import etree
from lxml import html as lxml_html

PATIENCE = 20
MOST_FORMULAS = 200
_EMPTY = re.compile(r"<(m:[a-z0-9]+)([^<>]*)/>", re.I)
_SPACES = {"m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
           "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
_M = f"{{{_SPACES['m']}}}"
# As the schema writes them: HTML forgets capitals.
_SCHEMA = """
    acc accPr aln alnScr argPr argSz bar barPr baseJc begChr borderBox borderBoxPr box boxPr brk chr count ctrlPr
    d deg degHide den diff dPr e endChr eqArr eqArrPr f fName fPr func funcPr groupChr groupChrPr grow hideBot
    hideLeft hideRight hideTop lim limLoc limLow limLowPr limUpp limUppPr lit m maxDist mc mcJc mcPr mcs mPr mr
    nary naryPr nor num objDist oMath oMathPara oMathParaPr opEmu phant phantPr plcHide pos r rad radPr rPr rSp
    rSpRule scr sepChr show shp sPre sPrePr sSub sSubPr sSubSup sSubSupPr sSup sSupPr strikeBLTR strikeH
    strikeTLBR strikeV sty sub subHide sup supHide t transp type vertJc zeroAsc zeroDesc zeroWid"""
_NAMES = {name.lower(): name for name in _SCHEMA.split()}
_VALUES = frozenset({"scr", "sty", "chr", "begChr", "endChr", "sepChr", "limLoc", "pos", "type", "degHide", "subHide",
                     "supHide", "nor", "vertJc", "count", "mcJc", "grow", "shp"})
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>')


def read_office(formulas: Sequence[str]) -> list[str | None]:
    """The TeX of each formula of Word's clipboard (`<m:oMath>…`), None where it cannot be read."""
    built = [_office_xml(each) for each in formulas[:MOST_FORMULAS]]
    body = "".join(f"<w:p><w:r><w:t>{number}</w:t></w:r>{xml}</w:p>" for number, xml in enumerate(built) if xml)
    document = f'<w:document xmlns:w="{_SPACES["w"]}" xmlns:m="{_SPACES["m"]}"><w:body>{body}</w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("[Content_Types].xml", _CONTENT_TYPES)
        parts.writestr("_rels/.rels", _RELATIONS)
        parts.writestr("word/document.xml", document)
    found = _ask_pandoc("docx", out.getvalue()) if body else {}
    return [found.get(number) for number in range(len(formulas))]


def read_mathml(formulas: Sequence[str]) -> list[str | None]:
    """The TeX of each `<math>` element, None where it cannot be read."""
    text = "".join(f"<p>{number} {each}</p>" for number, each in enumerate(formulas[:MOST_FORMULAS]))
    found = _ask_pandoc("html", text.encode()) if text else {}
    return [found.get(number) for number in range(len(formulas))]


def _ask_pandoc(format: str, given: bytes) -> dict[int, str]:
    """TeX by the number that stands before it in its paragraph; empty where pandoc fails or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            [pypandoc.get_pandoc_path(), "--from", format, "--to", "json", "--sandbox"],
            input=given, capture_output=True, timeout=PATIENCE, check=True)
        blocks = json.loads(done.stdout)["blocks"]
    except (subprocess.SubprocessError, OSError, ValueError, KeyError):
        return {}
    found: dict[int, str] = {}
    for block in blocks:
        inlines = block.get("c") if block.get("t") in ("Para", "Plain") else []
        number = next((each["c"] for each in inlines if each.get("t") == "Str"), "")
        formulas = [each["c"][1] for each in _maths(inlines)]
        if number.isdecimal() and formulas:
            found[int(number)] = tidy_tex(" ".join(formulas))
    return found


def _maths(inlines: Any) -> list[Any]:
    found = []
    for each in inlines if isinstance(inlines, list) else []:
        if isinstance(each, dict) and each.get("t") == "Math":
            found.append(each)
        elif isinstance(each, dict):
            found += _maths(each.get("c"))
        elif isinstance(each, list):
            found += _maths(each)
    return found


def tidy_tex(tex: str) -> str:
    """Without what only fills: blanks at the ends, doubled braces around single signs."""
    return " ".join(tex.split()).replace("\\(", "(").replace("\\)", ")").strip()


def _office_xml(formula: str) -> str:
    """One formula as well-formed Office MathML, without presentation; empty where there is none."""
    try:
        root = lxml_html.fragment_fromstring(_EMPTY.sub(r"<\1\2></\1>", formula), create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    return "".join(_rebuilt(each) for each in root.iter() if _name(each) == "oMath")


def _name(element: Any) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    return _NAMES.get(tag.removeprefix("m:"), "") if tag.startswith("m:") else ""


def _rebuilt(element: Any) -> str:
    name = _name(element)
    if name == "ctrlPr":
        return ""
    if name == "r":
        return _run(element)
    value = next((each for key, each in element.attrib.items() if key in ("m:val", "val")), None)
    inside = "".join(_rebuilt(child) for child in element)
    if not name:
        return inside
    marked = f' m:val="{escape(value)}"' if value is not None and name in _VALUES else ""
    return f"<m:{name}{marked}>{inside}</m:{name}>"


def _run(element: Any) -> str:
    properties = next((child for child in element.iter() if _name(child) == "rPr"), None)
    said = "".join(_rebuilt(child) for child in properties) if properties is not None else ""
    words = escape(re.sub(r"[\r\n]+", " ", "".join(element.itertext())), quote=False)
    return f"<m:r><m:rPr>{said}</m:rPr><m:t xml:space=\"preserve\">{words}</m:t></m:r>" if words else ""
