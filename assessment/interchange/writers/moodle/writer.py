"""Moodle XML: each question in the nearest of Moodle's types, and in `lms` the whole of it where that is not equal."""

import json
from collections.abc import Iterable
from html import escape
from typing import Any, BinaryIO

from lxml import etree

from assessment.bank.expressions import BadFormula
from assessment.bank.variants import realise
from assessment.interchange.categories import path_of
from assessment.interchange.moodle.elements import Element, Question
from assessment.interchange.moodle.own import VERSION, digest_of
from assessment.interchange.moodle.reader import read_element
from assessment.interchange.questions import same_question
from assessment.interchange.tags import tags_of
from assessment.interchange.writers.base import ExportItem, ExportStimulus, Format, MediaSource, Stored
from assessment.interchange.writers.moodle.bodies import BODIES
from assessment.interchange.writers.moodle.elements import Files, html, leaf, plain
from lms.core.i18n import _, _l

_NEAREST = {
    "true_false": _l("matching"), "four_cell": _l("short answer"), "table_fill": _l("embedded answers"),
    "categorise": _l("matching"), "maths": _l("short answer"), "oral": _l("essay"), "code": _l("essay"),
}


def losses(type: str, content: Stored, key: Stored) -> list[str]:
    """What Moodle itself will not have; a file that Moodle did not change comes back here whole."""
    found = []
    if type in _NEAREST:
        found.append(_("Moodle has no such type and shows: %(type)s", type=_NEAREST[type]))
    elif type == "hotspot" and content.get("mode") == "areas":
        found.append(_("Moodle shows no areas to choose from: a marker is put on the picture"))
    if content.get("variables"):
        found.append(_("Moodle shows one draw of the variables only"))
    if content.get("fixed"):
        found.append(_("Moodle may move options that stay in their place here"))
    if content.get("choose") and type == "multiple_response":
        found.append(_("Moodle does not limit how many may be chosen"))
    table = key.get("score_table")
    if table and (type, table) not in _SAME_SCORING:
        found.append(_("Moodle scores it in its own way"))
    if key.get("rubric") and len(key["rubric"].get("criteria") or ()) > 1:
        found.append(_("Moodle does not show the rubric"))
    if any(row.get("relative") for row in key.get("accepted") or () if isinstance(row, dict)):
        found.append(_("Moodle keeps the tolerance as a number, not as a share"))
    return found


_SAME_SCORING = {("multiple_response", "multiple_partial"), ("multiple_response", "equal_shares"),
                 ("ordering", "all_or_nothing"), ("ordering", "equal_shares"), ("matching", "equal_shares"),
                 ("single_choice", "all_or_nothing"), ("single_true_false", "all_or_nothing")}


def write(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """The items in their order, a category where it changes, a stimulus before the first of its questions."""
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    category, stimulus = "", None
    for item in items:
        if item.category != category:
            category = item.category
            path = plain("category", path_of(category))
            out.write(f'<question type="category">\n{path}</question>\n'.encode())
        if item.stimulus is not None and item.stimulus.ref != stimulus:
            out.write(_description(item.stimulus, media).encode())
        stimulus = item.stimulus.ref if item.stimulus is not None else None
        out.write(_question(item, media).encode())
    out.write(b"</quiz>\n")


def _question(item: ExportItem, media: MediaSource) -> str:
    files = Files([item.content, item.key], media)
    content, key = _one_draw(item)
    body = BODIES[item.type](content, key, files)
    prompt = content["prompt"] if body.prompt is None else body.prompt
    inside = (plain("name", item.name or item.id) + html("questiontext", prompt, files)
              + html("generalfeedback", key.get("explanation", ""), files)
              + leaf("defaultgrade", _points(item)) + leaf("hidden", 0) + body.inside + _marks(item))
    written = f'<question type="{body.kind}">\n{inside}</question>\n'
    own = _own(item, written, files)
    if not own:
        return written
    if extra := _more_files(item, prompt, files):
        inside = inside.replace("</questiontext>\n", f"{extra}</questiontext>\n", 1)
    return f'<question type="{body.kind}">\n{inside}{own}</question>\n'


def _one_draw(item: ExportItem) -> tuple[Stored, Stored]:
    """What Moodle shows of an item with variables; without any, the item."""
    try:
        return realise(item.content, item.key, 1)
    except BadFormula:
        return item.content, item.key


def _points(item: ExportItem) -> str:
    """The points of the rubric, where it is one that Moodle's grade can say."""
    criteria = list((item.key.get("rubric") or {}).get("criteria") or ())
    if len(criteria) == 1:
        return str(criteria[0]["levels"][0]["points"])
    return str(item.metadata.get("points", "1"))


def _marks(item: ExportItem) -> str:
    number = item.metadata.get("idnumber")
    tags = "".join(plain("tag", tag) for tag in tags_of(item.metadata, item.level))
    return (leaf("idnumber", number) if number else "") + (f"<tags>\n{tags}</tags>\n" if tags else "")


def _own(item: ExportItem, written: str, files: Files) -> str:
    """The element `lms`, where reading Moodle's words back does not give the item, or it has a stimulus."""
    element = _parsed(written)
    back = read_element(Question(element, "", files))
    stimulus = f" stimulus={_quoted(item.stimulus.ref)}" if item.stimulus else ""
    if same_question(back, item) and not back.problems:
        return f"<lms{stimulus}/>\n" if stimulus else ""
    return _lms(element, {"type": item.type, "content": item.content, "key": item.key}, files, stimulus)


def _parsed(written: str) -> Element:
    return etree.fromstring(written.encode(), etree.XMLParser(resolve_entities=False, huge_tree=True))


def _lms(element: Element, body: dict[str, Any], files: Files, stimulus: str = "") -> str:
    said = json.dumps(_pointed(body, files), ensure_ascii=False, separators=(",", ":"))
    return (f'<lms version="{VERSION}" native="{digest_of(element)}"{stimulus}>'
            f"<body>{escape(said, quote=False)}</body></lms>\n")


def _pointed(value: Any, files: Files, name: str = "") -> Any:
    if isinstance(value, str):
        return files.address(value) if name == "src" else files.pointed(value)
    if isinstance(value, dict):
        return {key: _pointed(each, files, key) for key, each in value.items()}
    return [_pointed(each, files) for each in value] if isinstance(value, list) else value


def _more_files(item: ExportItem, prompt: str, files: Files) -> str:
    """Files that only `lms` points to stand with the prompt, where it looks for them."""
    return "".join(files.element(src) for src in files.names if f'src="{src}"' not in prompt)


def _description(stimulus: ExportStimulus, media: MediaSource) -> str:
    files = Files(stimulus.content, media)
    said = stimulus.content.get("body", "")
    if audio := stimulus.content.get("audio"):
        said += f'<p><audio src="{audio["src"]}" controls></audio></p>'
    written = (f'<question type="description">\n{plain("name", stimulus.title or stimulus.ref)}'
               f'{html("questiontext", said, files)}{leaf("defaultgrade", 0)}')
    element = _parsed(f"{written}</question>")
    own = _lms(element, {"type": "stimulus", "content": stimulus.content, "key": {}}, files,
               f" stimulus={_quoted(stimulus.ref)}")
    return f"{written}{own}</question>\n"


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'


MOODLE_XML = Format("moodle_xml", "Moodle XML", "xml", "application/xml", losses, write)
