"""Questions as a quiz that Canvas imports: QTI 1.2 in its own dialect, with the new types of New Quizzes.

What Canvas has no words for stands in a metadata field of its own, `lms_details`, which only our reader reads.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from html import escape
from itertools import islice
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

from assessment.bank.content import number_text, read_number
from assessment.bank.markup import plain_text
from assessment.bank.types.fields import PLACEHOLDER
from assessment.bank.variants import draw_values
from assessment.interchange.qti.canvas_parts import DETAILS
from assessment.interchange.qti.details import attribute
from assessment.interchange.writers.base import ExportItem, MediaSource
from assessment.interchange.writers.qti.texts import Element, make
from assessment.interchange.writers.texts import SRC
from lms.core.i18n import _

SPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_CP = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_GAP = re.compile(r"\[\[(g\d+)\]\]")
R = "response1"
DRAWS = 20
IN_ONE_QUIZ = 500
"""Questions: a quiz is put together in memory, a bank is several quizzes."""
Stored = dict[str, Any]


class _Item:
    """One question on its way to Canvas: the parts that its type puts together."""

    def __init__(self, item: ExportItem, html: Callable[[str], str]) -> None:
        self.item, self.content, self.key, self.html = item, item.content, item.key, html
        self.presentation = make("presentation", self.material(html(item.content.get("prompt") or "")))
        self.rule = make("resprocessing", make("outcomes", make(
            "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")))
        self.own_content: Stored = {}
        self.own_key: Stored = {}
        self.meta: dict[str, str] = {}
        self.extension: Element | None = None

    @staticmethod
    def material(text: str) -> Element:
        """HTML as a text of QTI 1.2."""
        return make("material", make("mattext", text, texttype="text/html"))

    def labels(self, rows: list[Stored], **attributes: str) -> list[Element]:
        """Rows of {"id", "text"} as answers."""
        return [make("response_label", self.material(self.html(row["text"])), ident=row["id"], **attributes)
                for row in rows]

    def offer(self, ident: str, cardinality: str, labels: list[Element], *before: Element) -> None:
        """A response whose answers are offered."""
        self.presentation.append(make("response_lid", list(before), make("render_choice", labels), ident=ident,
                                      rcardinality=cardinality))

    def entry(self, **attributes: str) -> None:
        """A response that is typed."""
        self.presentation.append(make("response_str", make("render_fib", make(
            "response_label", ident="answer1", rshuffle="No"), **attributes), ident=R, rcardinality="Single"))

    def earn(self, tests: list[Element], points: str = "100", action: str = "Set") -> None:
        """What these tests earn together, of a hundred."""
        self.rule.append(make("respcondition", make("conditionvar", tests), make(
            "setvar", points, varname="SCORE", action=action), continue_="No"))


def _equal(response: str, value: str, **attributes: str) -> Element:
    return make("varequal", value, respident=response, **attributes)


def _single(item: _Item) -> None:
    labels = item.labels(item.content["options"])
    fixed = item.content.get("fixed", ())
    for label in labels:
        if label.get("ident") in fixed:
            label.set("lock", "Yes")
    if fixed and len(fixed) == len(labels):
        item.own_content["fixed"] = fixed
    item.offer(R, "Single", labels)
    if item.key.get("correct"):
        item.earn([_equal(R, item.key["correct"])])


def _several(item: _Item) -> None:
    right = item.key.get("correct") or []
    item.offer(R, "Multiple", item.labels(item.content["options"]))
    tests = [_equal(R, row["id"]) if row["id"] in right else make("not", _equal(R, row["id"]))
             for row in item.content["options"]]
    item.earn([make("and", tests)])
    item.own_content |= {name: item.content[name] for name in ("fixed", "choose") if item.content.get(name)}


def _truth(item: _Item) -> None:
    item.offer(R, "Single", item.labels([{"id": "true", "text": "True"}, {"id": "false", "text": "False"}]))
    if item.key.get("true") is not None:
        item.earn([_equal(R, str(item.key["true"]).lower())])


def _words(item: _Item) -> None:
    item.entry()
    strict = {"case": "Yes"} if item.key.get("case_sensitive") else {}
    item.earn([_equal(R, row["text"], **strict) for row in item.key.get("accepted") or ()])
    item.own_content["max_length"] = item.content.get("max_length")
    if item.key.get("pattern"):
        item.own_key["pattern"] = True


def _cells(item: _Item) -> None:
    item.entry()
    item.earn([_equal(R, text) for text in item.key.get("accepted") or ()])
    item.own_key["accepted"] = item.key.get("accepted")


def _maths(item: _Item) -> None:
    item.entry()
    item.earn([_equal(R, row["tex"]) for row in item.key.get("accepted") or ()])
    item.own_content |= {name: item.content[name] for name in ("letters", "form") if name in item.content}
    item.own_key["accepted"] = item.key.get("accepted")


def _number(item: _Item) -> None:
    item.entry(fibtype="Decimal")
    for row in item.key.get("accepted") or ():
        item.earn([make("or", *_near(row))])
    item.own_content |= {name: item.content[name] for name in ("max_length", "unit") if item.content.get(name)}
    item.own_key |= {"units": item.key["units"]} if item.key.get("units") else {}


def _calculated(item: _Item) -> None:
    """A number that is computed: Canvas draws the variables itself, and has twenty draws to begin with."""
    variables, [row] = item.content["variables"], item.key["accepted"]
    answer = row["value"].strip("{}")
    names = [each["name"] for each in variables if "is" not in each]
    item.presentation[0] = item.material(PLACEHOLDER.sub(r"[\2]", item.html(item.content["prompt"])))
    item.entry(fibtype="Decimal")
    steps = [each for each in variables if "is" in each]
    formulas = [f"{each['name']}={each['is']}" for each in steps if each["name"] != answer]
    formulas.append(next((each["is"] for each in steps if each["name"] == answer), answer))
    tolerance = read_number(row.get("tolerance") or "0") or Decimal(0)
    shown = f"{number_text(tolerance * 100)}%" if row.get("relative") else number_text(tolerance)
    ranges = [make("var", make("min", each["from"]), make("max", each["to"]), name=each["name"],
                   scale=_scale(each["step"])) for each in variables if "is" not in each]
    item.extension = make("itemproc_extension", make(
        "calculated", make("answer_tolerance", shown),
        make("formulas", [make("formula", each) for each in formulas], decimal_places="4"), make("vars", ranges),
        make("var_sets", [_draw(item.content, names, answer, number) for number in range(1, DRAWS + 1)])))
    item.own_content |= {name: item.content[name] for name in ("prompt", "variables", "conditions", "max_length")
                         if name in item.content}
    item.own_key["accepted"] = item.key["accepted"]


def _scale(step: str) -> int:
    number = read_number(step) or Decimal(1)
    return max(0, -int(number.normalize().as_tuple().exponent))


def _draw(content: Stored, names: list[str], answer: str, seed: int) -> Element:
    values = draw_values(content, seed)
    shown = [make("var", f"{float(values[name]):g}", name=name) for name in names]
    return make("var_set", shown, make("answer", f"{float(values[answer]):g}"), ident=str(seed))


def _near(row: Stored) -> list[Element]:
    value, tolerance = read_number(row["value"]), read_number(row.get("tolerance") or "0")
    if value is None or tolerance is None:
        return [_equal(R, row["value"])]
    width = abs(value * tolerance) if row.get("relative") else tolerance
    attributes = {"margintype": "percent", "margin": number_text(tolerance * 100)} if row.get("relative") else {}
    low, high = number_text(value - width), number_text(value + width)
    return [_equal(R, row["value"], **attributes),
            make("and", make("vargte", low, respident=R), make("varlte", high, respident=R))]


def _blanks(item: _Item) -> None:
    keys = item.key.get("gaps") or {}
    share = number_text(round(Decimal(100) / max(len(item.content["gaps"]), 1), 2))
    item.presentation[0] = item.material(_GAP.sub(r"[\1]", item.html(item.content["prompt"])))
    for gap in item.content["gaps"]:
        name, key = f"response_{gap['id']}", keys.get(gap["id"]) or {}
        labels, right = _answers_of(item, gap, key)
        item.offer(name, "Single", labels, make("material", make("mattext", gap["id"])))
        if right:
            item.earn([_equal(name, right)], share, "Add")
    kinds = {gap["kind"] for gap in item.content["gaps"]}
    if kinds - {"choice"} and (kinds != {"text"} or any(
            key.get("case_sensitive") or key.get("pattern") for key in keys.values())):
        item.own_content |= {name: item.content[name] for name in ("gaps", "pool", "reuse") if name in item.content}
        item.own_key["gaps"] = keys
    elif any(gap.get("width") for gap in item.content["gaps"]) or list(keys) != _GAP.findall(item.content["prompt"]):
        item.own_content["gaps"], item.own_key["gaps"] = item.content["gaps"], keys


def _answers_of(item: _Item, gap: Stored, key: Stored) -> tuple[list[Element], str | None]:
    if gap["kind"] in ("choice", "pool"):
        rows = gap["options"] if gap["kind"] == "choice" else item.content.get("pool") or []
        kind = "dropdown" if gap["kind"] == "choice" else "wordbank"
        return item.labels(rows, answer_type=kind), key.get("correct")
    texts = [str(row.get("text", row.get("value"))) for row in key.get("accepted") or ()]
    rows = [{"id": f"{gap['id']}-{number}", "text": escape(text, quote=False)} for number, text in enumerate(texts, 1)]
    return item.labels(rows), rows[0]["id"] if rows else None


def _pairs(item: _Item) -> None:
    options, pairs = item.content["options"], item.key.get("pairs") or {}
    share = number_text(round(Decimal(100) / max(len(options), 1), 2))
    for row in options:
        name = f"response_{row['id']}"
        item.offer(name, "Single", item.labels(item.content["targets"]), item.material(item.html(row["text"])))
        if pairs.get(row["id"]):
            item.earn([_equal(name, pairs[row["id"]])], share, "Add")
    if item.content.get("reuse") != (len(set(pairs.values())) < len(pairs)):
        item.own_content["reuse"] = bool(item.content.get("reuse"))


def _statements(item: _Item) -> None:
    words = [{"id": "T", "text": "Đúng"}, {"id": "F", "text": "Sai"}]
    true = item.key.get("true") or []
    for row in item.content["options"]:
        name = f"response_{row['id']}"
        item.offer(name, "Single", item.labels(words), item.material(item.html(row["text"])))
        item.earn([_equal(name, "T" if row["id"] in true else "F")], "25", "Add")


def _categories(item: _Item) -> None:
    pairs = item.key.get("pairs") or {}
    targets = item.content["targets"]
    share = number_text(round(Decimal(100) / max(len(targets), 1), 2))
    for target in targets:
        item.offer(target["id"], "Multiple", item.labels(item.content["options"]),
                   item.material(item.html(target["text"])))
        own = [_equal(target["id"], name) for name, other in pairs.items() if other == target["id"]]
        if own:
            item.earn(own, share, "Add")


def _ordering(item: _Item) -> None:
    labels = item.labels(item.content["options"])
    item.presentation.append(make("response_lid", make("render_extension", make(
        "ims_render_object", make("flow_label", labels), shuffle="No")), ident=R, rcardinality="Ordered"))
    item.earn([_equal(R, name) for name in item.key.get("order") or ()])


def _essay(item: _Item) -> None:
    item.entry()
    least, most = item.content.get("min_words"), item.content.get("max_words")
    if least or most:
        response = item.presentation[-1]
        for name, value in (("word_limit_min", least), ("word_limit_max", most), ("word_limit_enabled", "Yes")):
            if value:
                response.set(name, str(value))
    item.own_content["rows"] = item.content.get("rows")
    _rubric(item)


def _upload(item: _Item) -> None:
    item.presentation.set("allowed_types", ",".join(item.content.get("accept", ())))
    item.presentation.set("files_count", str(item.content.get("most", 1)))
    item.own_content |= {name: item.content[name] for name in ("accept", "most", "largest_mb") if name in item.content}
    _rubric(item)


def _rubric(item: _Item) -> None:
    criteria = (item.key.get("rubric") or {}).get("criteria", ())
    item.meta["grading_notes"] = "; ".join(
        f"{each['name']}: " + ", ".join(f"{level['points']} {level['text']}".strip() for level in each["levels"])
        for each in criteria)
    item.own_key |= {name: item.key[name] for name in ("rubric", "model_answer") if item.key.get(name)}


_MAKERS: dict[str, tuple[str, Callable[[_Item], None]]] = {
    "single_choice": ("multiple_choice_question", _single),
    "multiple_response": ("multiple_answers_question", _several),
    "single_true_false": ("true_false_question", _truth), "true_false": ("matching_question", _statements),
    "short_text": ("short_answer_question", _words), "four_cell": ("short_answer_question", _cells),
    "maths": ("short_answer_question", _maths), "short_numeric": ("numerical_question", _number),
    "cloze": ("fill_in_multiple_blanks_question", _blanks), "matching": ("matching_question", _pairs),
    "ordering": ("ordering_question", _ordering), "categorise": ("categorization_question", _categories),
    "essay": ("essay_question", _essay), "file_upload": ("file_upload_question", _upload),
}


def can_write(type: str, content: Stored) -> bool:
    """Whether Canvas has anything like this question."""
    return (type in _MAKERS and not content.get("variables")) or is_calculated(type, content)


def is_calculated(type: str, content: Stored) -> bool:
    """Whether a question with variables is one that Canvas can draw: a number, of variables with a range."""
    return type == "short_numeric" and bool(content.get("variables")) and all(
        "is" in each or "from" in each for each in content["variables"])


def left_out() -> str:
    """What is said of a question that Canvas has nothing for."""
    return _("this type does not exist in the format: the question is left out")


def losses(type: str, content: Stored, key: Stored) -> list[str]:
    """What Canvas cannot carry of one question; [] when it carries all of it."""
    if not can_write(type, content) or (content.get("variables") and not _one_answer(content, key)):
        return [left_out()]
    found = []
    if type == "true_false":
        found.append(_("other systems give each statement the same points"))
    if type == "maths":
        found.append(_("other systems compare the formula letter by letter"))
    if type == "four_cell":
        found.append(_("other systems show one box instead of four cells"))
    if type == "short_numeric" and content.get("unit"):
        found.append(_("other systems do not show the unit"))
    if type == "short_text" and key.get("pattern"):
        found.append(_("other systems take * for a star"))
    kinds = {gap["kind"] for gap in content.get("gaps", ())}
    if "number" in kinds or len(kinds) > 1:
        found.append(_("classic quizzes take all gaps for gaps of text"))
    return found


def _one_answer(content: Stored, key: Stored) -> bool:
    """Whether the one right answer is a variable, which is what Canvas computes."""
    accepted = key.get("accepted") or []
    named = PLACEHOLDER.fullmatch(accepted[0].get("value", "")) if len(accepted) == 1 else None
    return named is not None and any(each["name"] == named[2] for each in content["variables"])


def write(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """Write a zip with quizzes, their pictures and a manifest; what Canvas has nothing for is left out."""
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        files: dict[str, str] = {}

        def address(match: re.Match[str]) -> str:
            if match[1] not in files:
                files[match[1]] = _copy(archive, match[1], len(files) + 1, media)
            return f'src="$IMS-CC-FILEBASE$/{files[match[1]]}"' if files[match[1]] else 'src=""'

        rows = iter(_elements(items, lambda text: SRC.sub(address, text)))
        quizzes: list[str] = []
        while chunk := list(islice(rows, IN_ONE_QUIZ)):
            quizzes.append(f"quiz/quiz{len(quizzes) + 1}.xml")
            archive.writestr(quizzes[-1], etree.tostring(_quiz(chunk), encoding="UTF-8", xml_declaration=True))
        archive.writestr("imsmanifest.xml", _manifest(quizzes, [name for name in files.values() if name]))


def _copy(archive: ZipFile, src: str, number: int, media: MediaSource) -> str:
    try:
        name, data = media.open(src)
    except KeyError:
        return ""
    end = re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())[:8] or "bin"
    address = f"media/file{number:05}.{end}"
    archive.writestr(address, data)
    return address


def _elements(items: Iterable[ExportItem], html: Callable[[str], str]) -> Iterable[tuple[str, Element]]:
    """Each question with its category, and each shared text before the first question that needs it."""
    told: set[str] = set()
    for number, item in enumerate(items, start=1):
        if losses(item.type, item.content, item.key)[:1] == [left_out()]:
            continue
        if item.stimulus and item.stimulus.ref not in told:
            told.add(item.stimulus.ref)
            body = html(item.stimulus.content.get("body") or "")
            fields = {"question_type": "text_only_question", "points_possible": "0"}
            yield item.category, make("item", _metadata(fields),
                                      make("presentation", _Item.material(body)),
                                      ident=f"s-{_ident(item.stimulus.ref)}", title=item.stimulus.title)
        yield item.category, _element(item, number, html)


def _element(item: ExportItem, number: int, html: Callable[[str], str]) -> Element:
    kind, maker = _MAKERS[item.type]
    if item.content.get("variables"):
        kind, maker = "calculated_question", _calculated
    made = _Item(item, html)
    maker(made)
    if item.type == "cloze" and all(gap["kind"] == "choice" for gap in item.content["gaps"]):
        kind = "multiple_dropdowns_question"
    if item.type == "true_false":
        made.own_content["options"], made.own_key["true"] = item.content["options"], item.key.get("true")
    if item.key.get("score_table"):
        made.own_key["score_table"] = item.key["score_table"]
    explanation = item.key.get("explanation")
    feedback = make("itemfeedback", make("flow_mat", _Item.material(html(explanation))),
                    ident="general_fb") if explanation else None
    if explanation:
        made.rule.insert(1, make("respcondition", make("conditionvar", make("other")), make(
            "displayfeedback", feedbacktype="Response", linkrefid="general_fb"), continue_="Yes"))
    fields = {"question_type": kind, "points_possible": "1", **made.meta}
    if item.stimulus:
        fields["parent_stimulus_item_ident"] = f"s-{_ident(item.stimulus.ref)}"
    fields[DETAILS] = attribute(item.type, made.own_content, made.own_key)
    name = item.name or plain_text(item.content.get("prompt") or "", limit=80)
    return make("item", _metadata(fields), made.presentation, made.rule, feedback, made.extension,
                ident=f"i{number}-{_ident(item.id)}",
                title=name)


def _metadata(fields: dict[str, str]) -> Element:
    return make("itemmetadata", make("qtimetadata", [
        make("qtimetadatafield", make("fieldlabel", name), make("fieldentry", value))
        for name, value in fields.items()]))


def _quiz(rows: list[tuple[str, Element]]) -> Element:
    root = make("section", ident="root_section")
    for number, (category, element) in enumerate(rows):
        if not category:
            root.append(element)
            continue
        if not number or rows[number - 1][0] != category or not len(root):
            root.append(make("section", ident=f"section{number + 1}", title=category))
        root[-1].append(element)
    top = make("questestinterop", make("assessment", root, ident="quiz", title="Quiz"))
    return _in_space(top, SPACE)


def _manifest(quizzes: list[str], files: list[str]) -> bytes:
    resources = [make("resource", make("file", href=name), identifier=_ident(name), type="imsqti_xmlv1p2", href=name)
                 for name in quizzes]
    resources += [make("resource", make("file", href=name), identifier=_ident(name), type="webcontent", href=name)
                  for name in files]
    root = make("manifest", make("metadata", make("schema", "IMS Content"), make("schemaversion", "1.1.3")),
                make("organizations"), make("resources", resources), identifier="manifest")
    return bytes(etree.tostring(_in_space(root, _CP), encoding="UTF-8", xml_declaration=True))


def _in_space(root: Element, space: str) -> Element:
    made = etree.Element(f"{{{space}}}{root.tag}", dict(root.attrib), nsmap={None: space})
    made.extend(list(root))
    for element in made.iterdescendants():
        element.tag = f"{{{space}}}{element.tag}"
    return made


def _ident(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)[-60:]
