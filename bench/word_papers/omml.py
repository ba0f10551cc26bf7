"""Formulas through pandoc: TeX to the maths of Word (OMML), many in one call, and when two are the same."""

import re
import subprocess
from io import BytesIO
from zipfile import ZipFile

import pypandoc
from lxml import etree

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARK = "FORMULA{}END"
_known: dict[str, str] = {}


def omml(formulas: list[str]) -> dict[str, str]:
    """The `<m:oMath>` of each TeX formula; one that pandoc cannot convert becomes an empty string."""
    missing = [tex for tex in dict.fromkeys(formulas) if tex not in _known]
    if missing:
        _known.update(zip(missing, _convert(missing), strict=True))
    return {tex: _known[tex] for tex in formulas}


def same_formula(one: str, other: str) -> bool:
    """Whether Word would show the same: pandoc makes the same OMML of both, white space apart."""
    made = omml([one, other])
    return one.split() == other.split() or (bool(made[one] and made[other]) and _shape(made[one]) == _shape(made[other]))


def _convert(formulas: list[str]) -> list[str]:
    text = "\n\n".join(f"{_MARK.format(number)} ${tex.strip()}$" for number, tex in enumerate(formulas))
    made = subprocess.run([pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "docx", "-o", "-", "--quiet"],
                          input=text.encode(), capture_output=True, check=True, timeout=120).stdout
    with ZipFile(BytesIO(made)) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    found = dict.fromkeys(range(len(formulas)), "")
    for paragraph in body.iter(f"{W}p"):
        mark = re.search(r"FORMULA(\d+)END", "".join(paragraph.itertext(f"{W}t")))
        maths = paragraph.find(f".//{M}oMath")
        if mark and maths is not None:
            found[int(mark[1])] = etree.tostring(maths, encoding="unicode", with_tail=False)
    return list(found.values())


def _shape(xml: str) -> str:
    """The tree as one line: runs of the same style joined, spaces and invisible settings left out."""
    return _walk(etree.fromstring(xml))


def _walk(element: etree._Element) -> str:
    parts: list[tuple[str, str]] = []
    for child in element:
        if child.tag == f"{M}r":
            upright = child.find(f"{M}rPr/{M}sty[@{M}val='p']") is not None
            text = "".join("".join(each.itertext()).replace("\u2061", "") for each in child.iter(f"{M}t"))
            for sign in "".join(text.split()):
                parts.append(("p" if upright and sign.isalpha() else "", sign))
        elif child.tag not in (f"{M}rPr", f"{M}ctrlPr"):
            parts.append(("<", f"<{child.tag.rpartition('}')[2]}{_values(child)}>{_walk(child)}</>"))
    return "".join(f"{style}{text}" for style, text in parts)


def _values(element: etree._Element) -> str:
    return ",".join(f"{name.rpartition('}')[2]}={value}" for name, value in sorted(element.attrib.items()))
