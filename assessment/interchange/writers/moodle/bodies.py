"""What stands inside a Moodle question of each of the bank's types: (Moodle's type, its own elements, its prompt).

Where Moodle has no such type, the nearest that any Moodle reads is written; `lms` (see moodle/own.py) then
carries the rest.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from html import escape
from typing import Any

from assessment.bank.content import number_text, read_number
from assessment.bank.markup import plain_text
from assessment.interchange.writers.moodle.elements import Files, flags, html, leaf, plain, typed

Stored = dict[str, Any]
FULL = Decimal(100)
_GAP = re.compile(r"\[\[(g[1-9]\d?)\]\]")


class Body:
    """An item in Moodle's words."""

    def __init__(self, kind: str, inside: str, prompt: str | None = None) -> None:
        self.kind, self.inside, self.prompt = kind, inside, prompt


def fraction(worth: Decimal) -> str:
    """A worth in percent as Moodle writes it."""
    return number_text(round(worth, 5))


def answer(value: str, worth: Decimal, files: Files | None = None, inside: str = "") -> str:
    """An `answer` element; with files it is HTML, without it is what a candidate types."""
    feedback = '<feedback format="html"><text></text></feedback>'
    if files is None:
        return plain("answer", value, feedback + inside, fraction=fraction(worth), format="moodle_auto_format")
    return html("answer", value, files, feedback + inside, fraction=fraction(worth))


def single_choice(content: Stored, key: Stored, files: Files) -> Body:
    """One option is right."""
    answers = "".join(answer(row["text"], FULL if row["id"] == key.get("correct") else Decimal(0), files)
                      for row in content["options"])
    return Body("multichoice", leaf("single", "true") + leaf("shuffleanswers", "true")
                + leaf("answernumbering", "ABCD") + answers)


def multiple_response(content: Stored, key: Stored, files: Files) -> Body:
    """Several are right; what a wrong one costs follows the item's own scoring."""
    right = key.get("correct") or []
    share = FULL / max(len(right), 1)
    table = key.get("score_table") or "multiple_partial"
    cost = {"equal_shares": Decimal(0), "all_or_nothing": FULL}.get(table, share)
    answers = "".join(answer(row["text"], share if row["id"] in right else -cost, files) for row in content["options"])
    return Body("multichoice", leaf("single", "false") + leaf("shuffleanswers", "true")
                + leaf("answernumbering", "ABCD") + answers)


def single_true_false(_content: Stored, key: Stored, _files: Files) -> Body:
    """A statement."""
    worth = (FULL, Decimal(0)) if key.get("true") is True else (Decimal(0), FULL)
    return Body("truefalse", answer("true", worth[0]) + answer("false", worth[1]))


def true_false(content: Stored, key: Stored, files: Files) -> Body:
    """Four statements, each matched with Đúng or Sai."""
    words = {row["id"]: "Đúng" if row["id"] in (key.get("true") or ()) else "Sai" for row in content["options"]}
    rows = [(row["text"], words[row["id"]]) for row in content["options"]]
    missing = [("", word) for word in ("Đúng", "Sai") if word not in words.values()]
    return _pairs(rows + missing, files)


def _pairs(rows: list[tuple[str, str]], files: Files, *, rich: bool = False) -> Body:
    inside = leaf("shuffleanswers", "true")
    for left, right in rows:
        partner = html("answer", right, files) if rich else plain("answer", typed(right))
        inside += html("subquestion", left, files, partner)
    return Body("ddmatch" if rich else "matching", inside)


def matching(content: Stored, key: Stored, files: Files) -> Body:
    """Pairs, and partners too many; where a right side is more than plain text they are dragged."""
    targets = {row["id"]: row["text"] for row in content["targets"]}
    pairs = key.get("pairs") or {}
    rows = [(row["text"], targets.get(pairs.get(row["id"]) or "", "")) for row in content["options"]]
    used = set(pairs.values())
    rows += [("", text) for name, text in targets.items() if name not in used]
    return _pairs(rows, files, rich=any("<" in text for text in targets.values()))


def short_text(content: Stored, key: Stored, _files: Files) -> Body:
    """Words."""
    rows = key.get("accepted") or []
    texts = [row["text"] if key.get("pattern") else row["text"].replace("*", "\\*") for row in rows]
    return Body("shortanswer", leaf("usecase", int(bool(key.get("case_sensitive"))))
                + "".join(answer(text, FULL) for text in texts))


def four_cell(_content: Stored, key: Stored, _files: Files) -> Body:
    """A short answer of up to four signs."""
    return Body("shortanswer", leaf("usecase", 0) + "".join(answer(text, FULL) for text in key.get("accepted") or ()))


def maths(_content: Stored, key: Stored, _files: Files) -> Body:
    """A short answer in TeX."""
    return Body("shortanswer", leaf("usecase", 1) + "".join(
        answer(row["tex"].replace("*", "\\*"), FULL) for row in key.get("accepted") or ()))


def short_numeric(content: Stored, key: Stored, _files: Files) -> Body:
    """A number with its tolerance and units."""
    answers = "".join(answer(row["value"], FULL, inside=leaf("tolerance", _tolerance(row)))
                      for row in key.get("accepted") or ())
    unit = content.get("unit")
    if not unit:
        return Body("numerical", answers + leaf("unitgradingtype", 0) + leaf("showunits", 3) + leaf("unitsleft", 0))
    units = [(unit["text"], "1"), *((row["unit"], row["factor"]) for row in key.get("units", ()))]
    said = "".join(f"<unit>{leaf('multiplier', factor)}{leaf('unit_name', name)}</unit>\n" for name, factor in units)
    graded = int(unit["mode"] == "typed")
    return Body("numerical", f"{answers}<units>\n{said}</units>\n" + leaf("unitgradingtype", graded)
                + leaf("unitpenalty", 1 if graded else 0) + leaf("showunits", 0) + leaf("unitsleft", 0))


def _tolerance(row: Stored) -> str:
    tolerance, value = read_number(row.get("tolerance") or "0"), read_number(row.get("value"))
    if row.get("relative") and tolerance is not None and value is not None:
        return number_text(abs(tolerance * value))
    return str(row.get("tolerance") or "0")


def cloze(content: Stored, key: Stored, files: Files) -> Body:
    """A text with gaps: words of one pool are dragged, everything else stands embedded."""
    gaps = content.get("gaps") or []
    if gaps and all(gap["kind"] == "pool" for gap in gaps):
        return _pooled(content, key, files)
    return Body("cloze", "", _embedded(content["prompt"], content, key))


def _pooled(content: Stored, key: Stored, files: Files) -> Body:
    places = {row["id"]: number for number, row in enumerate(content.get("pool") or (), start=1)}
    right = key.get("gaps") or {}
    prompt = _GAP.sub(lambda match: f"[[{places.get((right.get(match[1]) or {}).get('correct'), 1)}]]",
                      content["prompt"])
    endless = "<infinite/>" if content.get("reuse") else ""
    boxes = "".join(f"<dragbox>{_boxed(row['text'], files)}<group>1</group>{endless}</dragbox>\n"
                    for row in content.get("pool") or ())
    return Body("ddwtos", leaf("shuffleanswers", 1) + boxes, prompt)


def _boxed(value: str, files: Files) -> str:
    return f"<text>{escape(files.pointed(value), quote=False)}</text>{files.elements(value)}"


def _embedded(marked: str, content: Stored, key: Stored) -> str:
    gaps = {gap["id"]: gap for gap in content.get("gaps") or ()}
    right = key.get("gaps") or {}
    return _GAP.sub(lambda match: _gap(gaps[match[1]], right.get(match[1]) or {}, content)
                    if match[1] in gaps else match[0], marked)


def _gap(gap: Stored, right: Stored, content: Stored) -> str:
    if gap["kind"] == "text":
        kind = "SHORTANSWER_C" if right.get("case_sensitive") else "SHORTANSWER"
        texts = [row["text"] if right.get("pattern") else row["text"].replace("*", "\\*")
                 for row in right.get("accepted") or ()]
        return _marked(kind, [(escape(text, quote=False), True) for text in texts])
    if gap["kind"] == "number":
        rows = [(f"{row['value']}:{_tolerance(row)}", True) for row in right.get("accepted") or ()]
        return _marked("NUMERICAL", rows)
    offered = gap.get("options") or content.get("pool") or ()
    return _marked("MULTICHOICE", [(row["text"], row["id"] == right.get("correct")) for row in offered])


def _marked(kind: str, rows: list[tuple[str, bool]]) -> str:
    said = "~".join(("=" if right else "") + _escaped(text) for text, right in rows)
    return f"{{1:{kind}:{said}}}"


def _escaped(value: str) -> str:
    """Signs of embedded answers as text; a formula keeps its backslashes."""
    plain_signs = re.sub(r"([}#~\"])", r"\\\1", re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), value))
    return re.sub(r"\A([=%])", r"&#8203;\1", plain_signs) if plain_signs[:1] in "=%" else plain_signs


def table_fill(content: Stored, key: Stored, _files: Files) -> Body:
    """A table with gaps in its cells."""
    table = content.get("table") or {}
    head = "".join(f"<th>{cell}</th>" for cell in table.get("head") or ())
    rows = "".join("<tr>" + (f"<th>{row.get('head')}</th>" if row.get("head") else "") + "".join(
        f"<td>{'[[' + cell['gap'] + ']]' if 'gap' in cell else cell.get('text', '')}</td>" for cell in row["cells"])
        + "</tr>" for row in table.get("rows") or ())
    marked = f"{content['prompt']}<table>{'<tr>' + head + '</tr>' if head else ''}{rows}</table>"
    return Body("cloze", "", _embedded(marked, content, key))


def ordering(content: Stored, key: Stored, files: Files) -> Body:
    """Things in their order; the fraction of each is its place."""
    places = {name: place for place, name in enumerate(key.get("order") or (), start=1)}
    rows = "".join(html("answer", row["text"], files, fraction=f"{places.get(row['id'], number)}.0000000")
                   for number, row in enumerate(content["options"], start=1))
    grading = "ABSOLUTE_POSITION" if key.get("score_table") == "equal_shares" else "ALL_OR_NOTHING"
    return Body("ordering", leaf("layouttype", "VERTICAL") + leaf("selecttype", "ALL") + leaf("selectcount", 0)
                + leaf("gradingtype", grading) + leaf("showgrading", "SHOW") + leaf("numberingstyle", "none") + rows)


def categorise(content: Stored, key: Stored, files: Files) -> Body:
    """Each thing is matched with its category."""
    names = {row["id"]: row["text"] for row in content["targets"]}
    pairs = key.get("pairs") or {}
    rows = [(row["text"], names.get(pairs.get(row["id"]) or "", "—")) for row in content["options"]]
    return _pairs(rows, files, rich=any("<" in text for text in names.values()))


def hotspot(content: Stored, key: Stored, files: Files) -> Body:
    """One kind of marker is put on the right areas."""
    right = key.get("correct") or ()
    areas = key.get("areas") or [area for area in content.get("areas") or () if area["id"] in right]
    most = (content.get("choose") or {}).get("max") or len(areas)
    drag = f"<drag>{leaf('no', 1)}<text></text>{leaf('noofdrags', most)}</drag>\n"
    drops = "".join(f"<drop>{leaf('no', number)}{leaf('shape', _SHAPES[area['shape']])}"
                    f"{leaf('coords', _coords(area))}{leaf('choice', 1)}</drop>\n"
                    for number, area in enumerate(areas, start=1))
    return Body("ddmarker", files.element(content["image"]["src"]) + drag + drops)


_SHAPES = {"circle": "circle", "rect": "rectangle", "poly": "polygon"}


def _coords(area: Stored) -> str:
    numbers = area["coords"]
    if area["shape"] == "circle":
        return f"{numbers[0]},{numbers[1]};{numbers[2]}"
    if area["shape"] == "rect":
        return f"{numbers[0]},{numbers[1]};{numbers[2] - numbers[0]},{numbers[3] - numbers[1]}"
    return ";".join(f"{x},{y}" for x, y in zip(numbers[::2], numbers[1::2], strict=True))


def label_image(content: Stored, key: Stored, files: Files) -> Body:
    """Labels are dragged to the points of a picture."""
    places = {row["id"]: number for number, row in enumerate(content["options"], start=1)}
    endless = flags(["infinite"]) if content.get("reuse") else ""
    drags = "".join(f"<drag>{leaf('no', number)}<text>{escape(typed(plain_text(row['text'])), quote=False)}</text>"
                    f"{leaf('draggroup', 1)}{endless}{files.elements(row['text'])}</drag>\n"
                    for number, row in enumerate(content["options"], start=1))
    drops = "".join(f"<drop><text></text>{leaf('no', number)}"
                    f"{leaf('choice', places.get((key.get('pairs') or {}).get(point['id']), 0))}"
                    f"{leaf('xleft', point['x'])}{leaf('ytop', point['y'])}</drop>\n"
                    for number, point in enumerate(content["points"], start=1))
    return Body("ddimageortext", files.element(content["image"]["src"]) + drags + drops)


def essay(content: Stored, key: Stored, files: Files) -> Body:
    """A text for a person to mark."""
    limits = "".join(leaf(theirs, content[ours]) for ours, theirs in (
        ("min_words", "minwordlimit"), ("max_words", "maxwordlimit")) if content.get(ours))
    return _written(key, files, "editor", limits + leaf("responsefieldlines", content.get("rows", 12)), 0)


def file_upload(content: Stored, key: Stored, files: Files) -> Body:
    """Files for a person to mark."""
    kinds = ",".join(f".{kind}" for kind in content.get("accept") or ())
    inside = leaf("filetypeslist", kinds) + leaf("maxbytes", content.get("largest_mb", 10) * 1024**2)
    return _written(key, files, "noinline", inside, content.get("most", 1))


def spoken_or_code(_content: Stored, key: Stored, files: Files) -> Body:
    """Moodle of itself has no such type: an essay."""
    return _written(key, files, "editor", "", 0)


def _written(key: Stored, files: Files, format: str, inside: str, attachments: int) -> Body:
    return Body("essay", leaf("responseformat", format) + leaf("responserequired", 1) + leaf("attachments", attachments)
                + leaf("attachmentsrequired", int(attachments > 0)) + inside
                + html("graderinfo", key.get("model_answer", ""), files) + html("responsetemplate", "", files))


BODIES: dict[str, Callable[[Stored, Stored, Files], Body]] = {
    "single_choice": single_choice, "multiple_response": multiple_response, "single_true_false": single_true_false,
    "true_false": true_false, "four_cell": four_cell, "short_numeric": short_numeric, "short_text": short_text,
    "cloze": cloze, "table_fill": table_fill, "matching": matching, "ordering": ordering, "categorise": categorise,
    "hotspot": hotspot, "label_image": label_image, "maths": maths, "essay": essay, "file_upload": file_upload,
    "oral": spoken_or_code, "code": spoken_or_code,
}
