"""Questions as a paper in HTML, in the way that Vietnamese papers are written; Word and PDF are made from it."""

import base64
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import groupby

import pypandoc

from assessment.bank.markup import formulas, one_line
from assessment.interchange.writers.base import ExportItem, ExportStimulus, MediaSource, Stored
from assessment.interchange.writers.texts import SRC
from lms.core.i18n import _

SECONDS = 120
_HEADINGS = {
    "choice": "Câu trắc nghiệm nhiều phương án lựa chọn.",
    "statements": "Câu trắc nghiệm đúng sai.",
    "cells": "Câu trắc nghiệm trả lời ngắn.",
    "short": "Câu hỏi điền kết quả.",
    "essay": "TỰ LUẬN.",
    "other": "Câu hỏi khác.",
}
KINDS = {
    "single_choice": "choice",
    "true_false": "statements",
    "four_cell": "cells",
    "short_numeric": "short",
    "short_text": "short",
    "essay": "essay",
}
_PLAIN_TAGS = frozenset({"p", "br", "b", "i", "u", "sub", "sup", "img"})
_DEFAULT_TABLES = {"true_false": "tf4_2025"}
_FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.S)
_CHEMISTRY = re.compile(r"\\ce\{((?:[^{}]|\{[^{}]*\})*)\}")


def losses(type: str, content: Stored, key: Stored) -> list[str]:
    """What a paper cannot carry of a question so that it could be read back equal."""
    if type not in KINDS:
        return [_("how it is answered and its key: a paper holds only the text of such a question")]
    found = []
    if content.get("variables"):
        found.append(_("its variants"))
    if content.get("fixed") or content.get("unit") or content.get("choose"):
        found.append(_("settings of its options or its unit"))
    if key.get("score_table") not in (None, _DEFAULT_TABLES.get(type)):
        found.append(_("its own scoring rule"))
    accepted = key.get("accepted") or ()
    if len(accepted) > 1 or any(isinstance(row, dict) and row.get("tolerance", "0") != "0" for row in accepted):
        found.append(_("further right answers and tolerances"))
    if type == "short_text" and (key.get("case_sensitive") or key.get("pattern")):
        found.append(_("how strictly its answer is compared"))
    if type == "essay":
        found.append(_("its rubric"))
    texts = list(_texts(content)) + list(_texts(key))
    tags = {tag.lower() for text in texts for tag in re.findall(r"<([a-z][a-z0-9]*)", text, re.I)}
    if tags - _PLAIN_TAGS or not str(content.get("prompt", "")).startswith("<p>"):
        found.append(_("small things of its form, such as paragraphs, blanks and the length of an answer"))
    if any("\\ce{" in tex for text in texts for tex in formulas(text)):
        found.append(_("chemistry formulas, which become plain formulas"))
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def paper_html(items: Iterable[ExportItem], *, keys: bool) -> str:
    """The paper: parts by kind, passages before their questions, then (with `keys`) the key and the solutions."""
    body, ends, solutions = [], [], []
    runs = [(kind, list(group)) for kind, group in groupby(items, key=lambda item: KINDS.get(item.type, "other"))]
    for place, (kind, members) in enumerate(runs, start=1):
        name = f"PHẦN {_roman(place)}"
        body.append(f"<p><b>{name}. {_HEADINGS[kind]}</b></p>")
        body.append(_part(members))
        if kind not in ("essay", "other"):
            ends.append(f"<p><b>{name}</b></p>{_key_table(kind, members)}")
        told = [(number, text) for number, item in enumerate(members, start=1) if (text := _solution(item))]
        if told:
            solutions.append(f"<p><b>{name}</b></p>" + "".join(_labelled(f"Câu {n}. ", text) for n, text in told))
    body.append("<p><b>--------- HẾT ---------</b></p>")
    if keys and ends:
        body.append("<p><b>BẢNG ĐÁP ÁN</b></p>" + "".join(ends))
    if keys and solutions:
        body.append("<p><b>HƯỚNG DẪN GIẢI</b></p>" + "".join(solutions))
    return "\n".join(body)


def _part(members: list[ExportItem]) -> str:
    out, number = [], 0
    for stimulus, group in groupby(members, key=lambda item: item.stimulus):
        block = list(group)
        if stimulus is not None:
            out.append(_passage(stimulus, number + 1, number + len(block)))
        for item in block:
            number += 1
            out.append(_question(item, number))
    return "\n".join(out)


def _passage(stimulus: ExportStimulus, first: int, last: int) -> str:
    return (
        f"<p><b>Đọc đoạn văn sau và trả lời các câu hỏi từ {first} đến {last}:</b></p>"
        f"{_blocks(str(stimulus.content.get('body', '')))}"
    )


def _question(item: ExportItem, number: int) -> str:
    letters = "abcdefghijkl" if item.type == "true_false" else "ABCDEFGHIJKL"
    sign = ")" if item.type == "true_false" else "."
    rows = [
        f"<p><b>{letter}{sign}</b> {one_line(row['text'])}</p>"
        for letter, row in zip(letters, item.content.get("options") or (), strict=False)
    ]
    rows += [
        f"<p>({letter}) {one_line(row['text'])}</p>"
        for letter, row in zip("123456789", item.content.get("targets") or (), strict=False)
    ]
    return _labelled(f"Câu {number}{_points(item)}. ", str(item.content.get("prompt", ""))) + "".join(rows)


def _points(item: ExportItem) -> str:
    """The points of a rubric with one criterion, as a paper says them; nothing for one point, which is usual."""
    criteria = list((item.key.get("rubric") or {}).get("criteria") or [])
    levels = criteria[0].get("levels") if len(criteria) == 1 else None
    points = str(levels[0].get("points", "1")) if levels else "1"
    return "" if points == "1" else f" ({points.replace('.', ',')} điểm)"


def _labelled(label: str, html: str) -> str:
    """Text with a label at the beginning of its first paragraph."""
    blocks, bold = _blocks(html), f"<b>{escape(label.strip())}</b> "
    return f"<p>{bold}{blocks[3:]}" if blocks.startswith("<p>") else f"<p>{bold}</p>{blocks}"


def _blocks(html: str) -> str:
    return html if html.lstrip().startswith("<") else f"<p>{html}</p>"


def _key_table(kind: str, members: list[ExportItem]) -> str:
    """Numbers above answers, ten in a row; statements below each other."""
    said = [_said(item) for item in members]
    rows = []
    for start in range(0, len(said), 10):
        part = said[start : start + 10]
        rows.append(["Câu", *(str(start + n + 1) for n in range(len(part)))])
        rows += (
            [[f"{letter})", *(text[n : n + 1] for text in part)] for n, letter in enumerate("abcd")]
            if kind == "statements"
            else [["Đáp án", *part]]
        )
    return (
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        + "</table>"
    )


def _said(item: ExportItem) -> str:
    ids = [row["id"] for row in item.content.get("options") or ()]
    if item.type == "single_choice":
        return "ABCDEFGHIJKL"[ids.index(item.key["correct"])] if item.key.get("correct") in ids else ""
    if item.type == "true_false":
        return "".join("Đ" if each in item.key.get("true", ()) else "S" for each in ids)
    first = next(iter(item.key.get("accepted") or ()), "")
    said = first if isinstance(first, str) else str(first.get("value", first.get("text", "")))
    return said.replace(".", ",") if item.type != "short_text" else said


def _solution(item: ExportItem) -> str:
    return str(item.key.get("explanation") or item.key.get("model_answer") or "")


def _roman(number: int) -> str:
    out = ""
    for value, sign in ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            out, number = out + sign, number - value
    return out


def with_pictures(html: str, media: MediaSource, address: Callable[[str, bytes], str]) -> str:
    """The HTML with each picture at the address that `address(name, bytes)` gives; what is not kept is left out."""

    def placed(match: re.Match[str]) -> str:
        found = SRC.search(match[0])
        if found is None:
            return ""
        try:
            name, data = media.open(found[1])
        except KeyError:
            return ""
        return match[0].replace(found[1], address(name, data))

    return re.sub(r"<img\b[^>]*>", placed, re.sub(r"<audio\b.*?</audio>|<audio\b[^>]*>", "", html, flags=re.S))


def data_address(name: str, data: bytes) -> str:
    """A picture as its own address."""
    kind = {"jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp", "svg": "svg+xml"}.get(
        name.rpartition(".")[2].lower()
    )
    return f"data:image/{kind or 'png'};base64,{base64.b64encode(data).decode()}"


def pandoc(html: str, to: str) -> bytes:
    """What pandoc makes of the HTML, without reach to files or network."""
    plain = _FORMULA.sub(lambda match: _exact(match[0]), _CHEMISTRY.sub(lambda match: chemistry(match[1]), html))
    command = [
        pypandoc.get_pandoc_path(),
        "-f",
        "html+tex_math_single_backslash",
        "-t",
        to,
        "-o",
        "-",
        "--sandbox",
        "--quiet",
        "--wrap=none",
    ]
    return subprocess.run(command, input=plain.encode(), capture_output=True, check=True, timeout=SECONDS).stdout  # noqa: S603


def _exact(formula: str) -> str:
    """A formula in which `x_12` is `x_{1}2`, as TeX reads it; pandoc would lower both digits."""
    return re.sub(r"([_^])\s*(\d)(?=\d)", r"\1{\2}", formula)


def chemistry(formula: str) -> str:
    r"""A formula of `\ce{…}` in plain TeX: letters upright, numbers behind them low, charges high, arrows."""
    out = ""
    for piece in formula.replace("<=>", "⇌").replace("->", "→").split(" "):
        made = re.sub(r"\^\{?([0-9]*[+-])\}?", r"^{\1}", piece)
        made = re.sub(r"(?<=[A-Za-z)\]])(\d+)(?![+\-\d]*\})", r"_{\1}", made)
        made = re.sub(r"[A-Za-z]+", lambda match: f"\\mathrm{{{match[0]}}}", made)
        out += made.replace("⇌", r"\rightleftharpoons ").replace("→", r"\rightarrow ") + " "
    return out.strip()
