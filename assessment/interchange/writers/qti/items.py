"""One question of the bank as a QTI item: the standard parts for everybody, and `data-lms` for what they cannot say."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assessment.bank.content import number_text
from assessment.bank.markup import plain_text
from assessment.bank.types.written import rubric_points
from assessment.interchange.qti.details import attribute, instruction
from assessment.interchange.qti.tree import ATTRIBUTE
from assessment.interchange.writers.base import ExportItem
from assessment.interchange.writers.qti import rules
from assessment.interchange.writers.qti.texts import Element, Texts, make, picture_type, qti
from assessment.interchange.writers.qti.versions import Version

Stored = dict[str, Any]
R = "RESPONSE"
WORDS = {"vi": ("Đúng", "Sai"), "en": ("True", "False")}
_MIME = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png", "txt": "text/plain",
         "zip": "application/zip",
         "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
         "odt": "application/vnd.oasis.opendocument.text", "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "video/mp4",
         "ogg": "audio/ogg", "wav": "audio/wav"}
POINT_RADIUS = 12


@dataclass
class Made:
    """What a type makes of itself: declarations, the body, the rule, and what only we understand."""

    declared: list[Element]
    body: list[Any]
    rule: Element | None
    content: Stored = field(default_factory=dict)
    key: Stored = field(default_factory=dict)


@dataclass
class Source:
    """A question on its way out."""

    item: ExportItem
    texts: Texts
    version: Version

    @property
    def content(self) -> Stored:
        """What the question says."""
        return self.item.content

    @property
    def key(self) -> Stored:
        """What of it is right."""
        return self.item.key

    def prompt(self) -> list[Any]:
        """The prompt as blocks."""
        return self.texts.blocks(self.content.get("prompt") or "")

    def choices(self, tag: str, rows: list[Stored], **attributes: str) -> list[Element]:
        """Rows of {"id", "text"} as choices."""
        return [qti(tag, self.texts.flow(row["text"]), identifier=row["id"], **attributes) for row in rows]

    def template(self, name: str) -> Element:
        """The rule of that name."""
        return rules.template(name, self.version)


def write_item(item: ExportItem, identifier: str, texts: Texts, version: Version, stimulus: Element | None
               ) -> Element:
    """The `assessmentItem` of a question; `stimulus` is put into it where it has one."""
    source = Source(item, texts, version)
    made = MAKERS[item.type](source)
    for name in ("variables", "conditions"):
        if item.content.get(name):
            made.content[name] = item.content[name]
    if item.key.get("score_table"):
        made.key["score_table"] = item.key["score_table"]
    details = attribute(item.type, made.content, made.key)
    body = qti("itemBody", None if version.is_dashed else [instruction(details), stimulus], made.body)
    if version.is_dashed:
        body.set(ATTRIBUTE, details)
    explanation = item.key.get("explanation") or ""
    manual = item.type in ("essay", "file_upload", "oral", "code")
    points = number_text(rubric_points(item.key)) if manual and item.key.get("rubric") else "1"
    return qti("assessmentItem", made.declared,
               qti("outcomeDeclaration", qti("defaultValue", qti("value", "0")), identifier="SCORE",
                   cardinality="single", baseType="float", normalMaximum=points or "1",
                   externalScored="human" if manual and version.says_who_marks else None),
               _feedback_outcome() if explanation else None, stimulus if version.is_dashed else None, body, made.rule,
               qti("modalFeedback", _content_body(texts.blocks(explanation), version), outcomeIdentifier="FEEDBACK",
                   identifier="explanation", showHide="show") if explanation else None,
               identifier=identifier, title=item.name or plain_text(item.content.get("prompt") or "", limit=80) or "?",
               adaptive="false", timeDependent="false")


def _feedback_outcome() -> Element:
    return qti("outcomeDeclaration", qti("defaultValue", qti("value", "explanation")), identifier="FEEDBACK",
               cardinality="single", baseType="identifier")


def _content_body(parts: list[Any], version: Version) -> list[Any]:
    return [qti("contentBody", parts)] if version.is_dashed else parts


def _picture(source: Source) -> Element | None:
    image = source.content.get("image") or {}
    address = source.texts.address(image.get("src") or "")
    if address is None:
        return None
    return make("object", image.get("alt") or "", data=address, type=picture_type(address),
                width=image.get("width"), height=image.get("height"))


def _single(source: Source) -> Made:
    correct = source.key.get("correct")
    interaction = qti("choiceInteraction", _fixed_choices(source), responseIdentifier=R, shuffle="true", maxChoices="1")
    return Made([rules.declare(R, "single", "identifier", [correct] if correct else [])],
                [source.prompt(), interaction], source.template("match_correct"), _all_fixed(source))


def _fixed_choices(source: Source) -> list[Element]:
    fixed = source.content.get("fixed", ())
    choices = source.choices("simpleChoice", source.content["options"])
    for choice in choices:
        if choice.get("identifier") in fixed:
            choice.set("fixed", "true")
    return choices


def _all_fixed(source: Source) -> Stored:
    fixed = source.content.get("fixed", [])
    return {"fixed": fixed} if fixed and len(fixed) == len(source.content["options"]) else {}


def _several(source: Source) -> Made:
    content, right = source.content, source.key.get("correct") or []
    table = source.key.get("score_table", "multiple_partial")
    choose = content.get("choose") or {}
    interaction = qti("choiceInteraction", _fixed_choices(source), responseIdentifier=R, shuffle="true",
                      minChoices=choose.get("min"), maxChoices=choose.get("max", 0))
    lost = "-1" if table in ("multiple_partial", "multiple_each") else "0"
    worth = {row["id"]: "1" if row["id"] in right else lost for row in content["options"]}
    whole = table == "all_or_nothing"
    own = {**_all_fixed(source), **({"choose": choose} if choose else {})}
    return Made([rules.declare(R, "multiple", "identifier", right, None if whole else worth, "0")],
                [source.prompt(), interaction],
                source.template("match_correct" if whole else "map_response"), own)


def _truth(source: Source) -> Made:
    words = WORDS.get(source.item.language, WORDS["vi"])
    choices = [qti("simpleChoice", word, identifier=name) for name, word in zip(("true", "false"), words, strict=True)]
    true = source.key.get("true")
    interaction = qti("choiceInteraction", choices, responseIdentifier=R, shuffle="false", maxChoices="1")
    return Made([rules.declare(R, "single", "identifier", [str(true).lower()] if true is not None else [])],
                [source.prompt(), interaction],
                source.template("match_correct"))


def _match(source: Source, targets: list[Element], pairs: dict[str, str], most: int) -> Made:
    left = source.choices("simpleAssociableChoice", source.content["options"], matchMax="1")
    values = [f"{one} {other}" for one, other in pairs.items()]
    interaction = qti("matchInteraction", qti("simpleMatchSet", left), qti("simpleMatchSet", targets),
                      responseIdentifier=R, shuffle="true", maxAssociations=most)
    whole = source.key.get("score_table") == "all_or_nothing"
    return Made([_pairs(values, whole)],
                [source.prompt(), interaction], source.template("match_correct" if whole else "map_response"))


def _pairs(values: list[str], whole: bool) -> Element:
    """Pairs that are right, each worth the same unless only all of them count."""
    return rules.declare(R, "multiple", "directedPair", values, None if whole else dict.fromkeys(values, "1"), "0")


def _statements(source: Source) -> Made:
    words = WORDS.get(source.item.language, WORDS["vi"])
    targets = [qti("simpleAssociableChoice", word, identifier=name, matchMax="0")
               for name, word in zip(("T", "F"), words, strict=True)]
    true = source.key.get("true") or []
    options = source.content["options"]
    return _match(source, targets, {row["id"]: "T" if row["id"] in true else "F" for row in options}, len(options))


def _matching(source: Source) -> Made:
    most = "0" if source.content.get("reuse") else "1"
    targets = source.choices("simpleAssociableChoice", source.content["targets"], matchMax=most)
    return _match(source, targets, source.key.get("pairs") or {}, len(source.content["options"]))


def _categories(source: Source) -> Made:
    targets = source.choices("simpleAssociableChoice", source.content["targets"], matchMax="0")
    pairs = {one: other for one, other in (source.key.get("pairs") or {}).items() if other}
    return _match(source, targets, pairs, len(source.content["options"]))


def _ordering(source: Source) -> Made:
    interaction = qti("orderInteraction", source.choices("simpleChoice", source.content["options"]),
                      responseIdentifier=R, shuffle="true")
    return Made([rules.declare(R, "ordered", "identifier", source.key.get("order") or [])],
                [source.prompt(), interaction], source.template("match_correct"))


def _entry(source: Source, base: str, correct: list[str], length: int | None, rule: Element | None,
           content: Stored, key: Stored) -> Made:
    entry = make("p", qti("textEntryInteraction", responseIdentifier=R, expectedLength=length))
    return Made([rules.declare(R, "single", base, correct)], [source.prompt(), entry], rule, content, key)


def _cells(source: Source) -> Made:
    accepted = source.key.get("accepted") or []
    texts = {"accepted": [{"text": text} for text in accepted]}
    rule = rules.every([rules.is_text(R, texts)], True) if accepted else None
    return _entry(source, "string", accepted[:1], 4, rule, {}, {"accepted": accepted})


def _number(source: Source) -> Made:
    accepted = source.key.get("accepted") or []
    content: Stored = {name: source.content[name] for name in ("max_length", "unit") if name in source.content}
    key: Stored = {"units": source.key["units"]} if source.key.get("units") else {}
    if source.content.get("unit", {}).get("mode") == "typed" or source.content.get("variables") or not accepted:
        unit = source.content.get("unit", {}).get("text", "")
        texts = [{"text": f"{row['value']} {unit}".strip()} for row in accepted]
        rule = rules.every([rules.is_text(R, {"accepted": texts})], True) if texts else None
        return _entry(source, "string", [row["text"] for row in texts[:1]], None, rule, content,
                      {**key, "accepted": accepted})
    return _entry(source, "float", [accepted[0]["value"]], None, rules.every([rules.is_number(R, accepted)], True),
                  content, key)


def _words(source: Source) -> Made:
    accepted = source.key.get("accepted") or []
    pattern = bool(source.key.get("pattern"))
    rule = rules.every([rules.is_text(R, source.key)], True) if accepted else None
    key: Stored = {name: source.key[name] for name in ("accepted", "pattern", "case_sensitive") if name in source.key}
    return _entry(source, "string", [row["text"] for row in accepted[:1]], source.content.get("max_length"), rule,
                  {"max_length": source.content.get("max_length")}, key if pattern or not accepted else {})


def _cloze(source: Source) -> Made:
    content = source.content
    gaps = content["gaps"]
    if gaps and all(gap["kind"] == "pool" for gap in gaps):
        return _gap_match(source)
    made = _gaps(source)
    made.body = source.prompt()
    return made


def _gaps(source: Source) -> Made:
    """Entries and inline choices for all gaps, ready to stand in the text or in the table."""
    content, keys = source.content, source.key.get("gaps") or {}
    declared, tests = [], []
    own = _order_of_gaps(content)
    for gap in content["gaps"]:
        name, key = f"{R}_{gap['id']}", keys.get(gap["id"]) or {}
        rows = gap.get("options") or (content.get("pool") if gap["kind"] == "pool" else None)
        if rows is not None:
            choices = [qti("inlineChoice", plain_text(row["text"], limit=500), identifier=row["id"]) for row in rows]
            source.texts.gaps[gap["id"]] = qti("inlineChoiceInteraction", choices, responseIdentifier=name,
                                               shuffle="true")
            declared.append(rules.declare(name, "single", "identifier", [key["correct"]] if key.get("correct") else []))
            tests.append(rules.is_correct(name))
            if gap["kind"] == "pool" or any(re.search(r"[<&\\]", row["text"]) for row in rows):
                own["gaps"] = content["gaps"]
        else:
            source.texts.gaps[gap["id"]] = qti("textEntryInteraction", responseIdentifier=name,
                                               expectedLength=gap.get("width"))
            declared.append(_declare_entry(name, gap, key, content))
            if key.get("accepted"):
                tests.append(rules.is_text(name, key) if gap["kind"] == "text" or content.get("variables")
                             else rules.is_number(name, key["accepted"]))
    if own.get("gaps") and content.get("pool"):
        own |= {"pool": content["pool"], "reuse": content.get("reuse", False)}
    hidden = {"gaps": keys} if content.get("variables") or own.get("gaps") or any(
        key.get("pattern") for key in keys.values()) else {}
    if content.get("variables"):
        own["gaps"] = content["gaps"]
    whole = source.key.get("score_table") == "all_or_nothing"
    return Made(declared, [], rules.every(tests, whole) if tests else None, own, hidden)


def _declare_entry(name: str, gap: Stored, key: Stored, content: Stored) -> Element:
    accepted = key.get("accepted") or []
    if gap["kind"] == "number" and not content.get("variables"):
        return rules.declare(name, "single", "float", [row["value"] for row in accepted[:1]])
    return rules.declare(name, "single", "string", [str(row.get("text", row.get("value"))) for row in accepted[:1]])


def _order_of_gaps(content: Stored) -> Stored:
    """The gaps themselves, where they stand in another order than in the text."""
    table = content.get("table")
    marks = re.findall(r"\[\[(\w+)\]\]", content.get("prompt") or "") if table is None else [
        cell["gap"] for row in table["rows"] for cell in row["cells"] if "gap" in cell]
    return {} if marks == [f"g{number}" for number in range(1, len(content["gaps"]) + 1)] == [
        gap["id"] for gap in content["gaps"]] else {"gaps": content["gaps"]}


def _gap_match(source: Source) -> Made:
    content, keys = source.content, source.key.get("gaps") or {}
    most = "0" if content.get("reuse") else "1"
    for gap in content["gaps"]:
        source.texts.gaps[gap["id"]] = qti("gap", identifier=gap["id"])
    interaction = qti("gapMatchInteraction", _words_of(source, content.get("pool") or [], most), source.prompt(),
                      responseIdentifier=R, shuffle="true")
    values = [f"{keys[gap['id']]['correct']} {gap['id']}" for gap in content["gaps"]
              if (keys.get(gap["id"]) or {}).get("correct")]
    whole = source.key.get("score_table") == "all_or_nothing"
    own = _order_of_gaps(content)
    if not source.version.has_rich_gaps and any(re.search(r"[<&\\]", row["text"]) for row in content.get("pool") or ()):
        own["pool"] = content["pool"]
    return Made([_pairs(values, whole)],
                [interaction], source.template("match_correct" if whole else "map_response"), own,
                {"gaps": keys} if own else {})


def _words_of(source: Source, rows: list[Stored], most: str) -> list[Element]:
    """The words of a pool; plain where the version has them so."""
    if source.version.has_rich_gaps:
        return source.choices("gapText", rows, matchMax=most)
    return [qti("gapText", plain_text(row["text"], limit=500), identifier=row["id"], matchMax=most) for row in rows]


def _table(source: Source) -> Made:
    made = _gaps(source)
    table, texts = source.content["table"], source.texts
    prompt = texts.blocks(source.content.get("prompt") or "")
    heads = [make("th", texts.flow(head), scope="col") for head in table.get("head", ())]
    lines = []
    for row in table["rows"]:
        cells = [make("td", texts.gaps.get(cell["gap"]) if "gap" in cell else texts.flow(cell.get("text") or ""))
                 for cell in row["cells"]]
        first = make("th", texts.flow(row["head"]), scope="row") if row.get("head") else None
        lines.append(make("tr", first, cells))
    made.body = [prompt, make("table", make("thead", make("tr", heads)) if heads else None, make("tbody", lines))]
    return made


def _hotspot(source: Source) -> Made:
    content, picture = source.content, _picture(source)
    choose = content.get("choose") or {}
    own: Stored = {"choose": choose} if choose else {}
    image = content.get("image") or {}
    own["image"] = {"alt": image.get("alt", "")} if picture is None else {}
    own = {name: value for name, value in own.items() if value}
    if content.get("mode") == "points":
        return _select_point(source, picture, own)
    spots = [qti("hotspotChoice", identifier=area["id"], shape=area["shape"], coords=_coords(area),
                 hotspotLabel=area.get("label") or None) for area in content["areas"]]
    interaction = qti("hotspotInteraction", picture, spots, responseIdentifier=R, maxChoices=choose.get("max", 0))
    right = source.key.get("correct") or []
    whole = source.key.get("score_table") == "all_or_nothing"
    lost = "0" if source.key.get("score_table") == "equal_shares" else "-1"
    worth = {area["id"]: "1" if area["id"] in right else lost for area in content["areas"]}
    return Made([rules.declare(R, "multiple", "identifier", right, None if whole else worth, "0")],
                [source.prompt(), interaction], source.template("match_correct" if whole else "map_response"), own)


def _select_point(source: Source, picture: Element | None, own: Stored) -> Made:
    areas = source.key.get("areas") or []
    declared = rules.declare(R, "multiple", "point", [_middle(area) for area in areas])
    if areas:
        entries = [qti("areaMapEntry", shape=area["shape"], coords=_coords(area), mappedValue="1") for area in areas]
        declared.append(qti("areaMapping", entries, defaultValue="0"))
    most = (source.content.get("choose") or {}).get("max", 0)
    interaction = qti("selectPointInteraction", picture, responseIdentifier=R, maxChoices=most)
    key = {"areas": areas} if any(area.get("label") for area in areas) else {}
    return Made([declared], [source.prompt(), interaction], source.template("map_response_point"), own, key)


def _coords(area: Stored) -> str:
    return ",".join(str(number) for number in area["coords"])


def _middle(area: Stored) -> str:
    coords = area["coords"]
    if area["shape"] == "circle":
        return f"{coords[0]} {coords[1]}"
    return f"{sum(coords[::2]) // len(coords[::2])} {sum(coords[1::2]) // len(coords[1::2])}"


def _labels(source: Source) -> Made:
    content, pairs = source.content, source.key.get("pairs") or {}
    most = "0" if content.get("reuse") else "1"
    rich = source.version.has_rich_gaps
    labels = source.choices("gapText", content["options"], matchMax=most) if rich else [
        _drawn_label(source, row, most) for row in content["options"]]
    spots = [qti("associableHotspot", identifier=point["id"], matchMax="1", shape="circle",
                 coords=f"{round(point['x'])},{round(point['y'])},{POINT_RADIUS}") for point in content["points"]]
    values = [f"{label} {point}" for point, label in pairs.items() if label]
    interaction = qti("graphicGapMatchInteraction", _picture(source), labels, spots, responseIdentifier=R)
    whole = source.key.get("score_table") == "all_or_nothing"
    exact = all(point["x"] == round(point["x"]) and point["y"] == round(point["y"]) for point in content["points"])
    return Made([_pairs(values, whole)],
                [source.prompt(), interaction], source.template("match_correct" if whole else "map_response"),
                ({} if exact else {"points": content["points"]}) | ({} if rich else {"options": content["options"]}))


def _drawn_label(source: Source, row: Stored, most: str) -> Element:
    """A label as a picture: QTI 2.1 puts nothing else onto one."""
    words = plain_text(row["text"], limit=250) or row["id"]
    picture = re.fullmatch(r'<img[^>]* src="([^"]+)"[^>]*>|<img src="([^"]+)"[^>]*>', row["text"].strip())
    address = source.texts.address(picture[1] or picture[2]) if picture else None
    address = address or source.texts.draw(words)
    return qti("gapImg", make("object", words, data=address, type=picture_type(address)), identifier=row["id"],
               matchMax=most, objectLabel=words)


def _maths(source: Source) -> Made:
    accepted = [{"text": row["tex"]} for row in source.key.get("accepted") or []]
    rule = rules.every([rules.is_text(R, {"accepted": accepted, "case_sensitive": True})], True) if accepted else None
    return _entry(source, "string", [row["text"] for row in accepted[:1]], None, rule, _rest(source.content),
                  _rest(source.key))


def _rest(fields: Stored) -> Stored:
    return {name: value for name, value in fields.items()
            if name not in ("prompt", "explanation", "variables", "conditions", "score_table", "model_answer")}


def _essay(source: Source) -> Made:
    interaction = qti("extendedTextInteraction", responseIdentifier=R, expectedLines=source.content.get("rows"),
                      format="plain")
    return Made([rules.declare(R, "single", "string", [])], [source.prompt(), interaction, _rubric(source)], None,
                _rest(source.content), _rest(source.key))


def _upload(source: Source) -> Made:
    audio = source.item.type == "oral"
    kinds = ["audio/mpeg"] if audio else [_MIME[kind] for kind in source.content.get("accept", ()) if kind in _MIME]
    several = int(source.content.get("most") or 1) > 1
    interaction = qti("uploadInteraction", responseIdentifier=R, type=" ".join(
        kinds if source.version.is_dashed else kinds[:1]) or None)
    return Made([rules.declare(R, "multiple" if several else "single", "file", [])],
                [source.prompt(), interaction, _rubric(source)], None, _rest(source.content), _rest(source.key))


def _code(source: Source) -> Made:
    interaction = qti("extendedTextInteraction", responseIdentifier=R, expectedLines="20", format="plain")
    return Made([rules.declare(R, "single", "string", [])], [source.prompt(), interaction], None,
                _rest(source.content), _rest(source.key))


def _rubric(source: Source) -> list[Element]:
    """The rubric and the model answer, for those who mark elsewhere."""
    criteria = (source.key.get("rubric") or {}).get("criteria", ())
    lines = [make("li", f"{each['name']}: " + "; ".join(
        f"{level['points']} {level['text']}".strip() for level in each["levels"])) for each in criteria]
    blocks = [qti("rubricBlock", _content_body([make("ul", lines)], source.version), view="scorer")] if lines else []
    model = source.key.get("model_answer")
    if model:
        blocks.append(qti("rubricBlock", _content_body(source.texts.blocks(model), source.version), view="scorer",
                          class_="model-answer"))
    return blocks


MAKERS: dict[str, Callable[[Source], Made]] = {
    "single_choice": _single, "multiple_response": _several, "single_true_false": _truth, "true_false": _statements,
    "four_cell": _cells, "short_numeric": _number, "short_text": _words, "cloze": _cloze, "table_fill": _table,
    "matching": _matching, "ordering": _ordering, "categorise": _categories, "hotspot": _hotspot,
    "label_image": _labels, "maths": _maths, "essay": _essay, "file_upload": _upload, "oral": _upload, "code": _code,
}
