"""What each type of question of Canvas (classic and New Quizzes) is in the bank."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessment.bank.content import number_text, read_number
from assessment.bank.expressions import BadFormula, Number, compute
from assessment.bank.markup import one_line, plain_text
from assessment.interchange.qti.canvas_parts import CanvasItem, Comparison, material_html
from assessment.interchange.qti.drafts import Draft, truth_of
from assessment.interchange.qti.pictures import ellipse
from assessment.interchange.qti.tree import Element, numbers_of, text_of
from assessment.interchange.qti.written import ANY_FILE, accepted_kinds, one_criterion
from assessment.interchange.questions import Refused
from lms.core.i18n import _

_BLANK = re.compile(r"\[([^\[\]]{1,200})\]")


def _prompt(item: CanvasItem) -> str:
    """The text before the answers; a text inside a response that is no label of a row belongs to it."""
    presentation = item.root.find("presentation")
    if presentation is None:
        return ""
    parts = []
    for each in presentation.iter("material"):
        if not any(str(above.tag).startswith(("response_", "render_")) for above in each.iterancestors()):
            parts.append(material_html(item.page, each, "prompt"))
    return "".join(parts).strip()


def _options(item: CanvasItem, labels: list[Element], letter: str = "o", where: str = "options"
             ) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The answers that say something, and the id of each by its identifier; empty ones are left out."""
    rows: list[dict[str, str]] = []
    names: dict[str, str] = {}
    for label in labels:
        text = one_line(item.text(label, f"{where}-{len(rows) + 1}"))
        if not plain_text(text) and "<img" not in text:
            item.page.note(_("empty answers were left out"))
            continue
        names[label.get("ident") or ""] = f"{letter}{len(rows) + 1}"
        rows.append({"id": f"{letter}{len(rows) + 1}", "text": text})
    return rows, names


def build_choice(item: CanvasItem) -> Draft:
    """One right option, or several."""
    response = _first(item)
    options, names = _options(item, item.labels(response))
    right = [names[value] for value in item.right(response.get("ident") or "") if value in names]
    content: dict[str, Any] = {"prompt": _prompt(item) or item.text(response), "options": options}
    locked = [names[each.get("ident") or ""] for each in item.labels(response)
              if (each.get("lock") or "").lower() == "yes" and each.get("ident") in names]
    if 0 < len(locked) < len(options):
        content["fixed"] = locked
    if item.kind == "multiple_answers_question" or response.get("rcardinality") == "Multiple":
        whole = item.meta.get("scoring_algorithm") == "AllOrNothing"
        return Draft("multiple_response", content,
                     {"correct": right, **({"score_table": "all_or_nothing"} if whole else {})})
    if len(right) > 1:
        item.page.doubt("key", _("the file calls more than one option right, though only one may be chosen"))
    return Draft("single_choice", content, {"correct": right[0] if right else None})


def build_true_false(item: CanvasItem) -> Draft:
    """True or false."""
    response = _first(item)
    right = item.right(response.get("ident") or "")
    texts = {label.get("ident") or "": truth_of(item.text(label)) for label in item.labels(response)}
    if set(texts.values()) != {True, False}:
        return build_choice(item)
    return Draft("single_true_false", {"prompt": _prompt(item)}, {"true": texts.get(right[0]) if right else None})


def build_short(item: CanvasItem) -> Draft:
    """Some words."""
    response = _first(item)
    tests = [test for condition in item.conditions if condition.score > 0 for test in condition.comparisons]
    strict = bool(tests) and all((test.element.get("case") or "no").lower() == "yes" for test in tests)
    accepted = [{"text": value} for value in item.right(response.get("ident") or "")]
    return Draft("short_text", {"prompt": _prompt(item)}, {"accepted": accepted, "case_sensitive": strict})


def build_blanks(item: CanvasItem) -> Draft:
    """A text whose blanks `[name]` are filled or chosen; brackets that name no blank stay text."""
    known = {(each.get("ident") or "").removeprefix("response_"): each for each in item.responses}
    places: dict[str, str] = {}

    def place(match: re.Match[str]) -> str:
        name = plain_text(match[1])
        if name not in known or name in places:
            return match[0]
        places[name] = f"g{len(places) + 1}"
        return f"[[{places[name]}]]"

    prompt = _BLANK.sub(place, _prompt(item))
    missing = [name for name in known if name not in places]
    if missing:
        item.page.problem(_("The text has no place for the blank %(names)s.", names=", ".join(missing)[:100]))
    content: dict[str, Any] = {"prompt": prompt, "gaps": []}
    key: dict[str, Any] = {"gaps": {}}
    for name, gap in places.items():
        row, right = _blank(item, gap, known[name], content)
        content["gaps"].append(row)
        key["gaps"][gap] = right
    return Draft("cloze", content, key)


def _blank(item: CanvasItem, gap: str, response: Element, content: dict[str, Any]
           ) -> tuple[dict[str, Any], dict[str, Any]]:
    labels = item.labels(response)
    answer_type = labels[0].get("answer_type") if labels else None
    right = item.right(response.get("ident") or "")
    if answer_type == "wordbank":
        return _from_pool(item, gap, labels, right, content)
    if answer_type == "dropdown" or item.kind == "multiple_dropdowns_question":
        options, names = _options(item, labels, "o", f"gaps-{gap}")
        chosen = [names[value] for value in right if value in names]
        return {"id": gap, "kind": "choice", "options": options}, {"correct": chosen[0] if chosen else None}
    algorithm = labels[0].get("scoring_algorithm") if labels else None
    if algorithm in ("TextContainsAnswer", "TextCloseEnough", "TextRegex"):
        item.page.doubt(f"gaps-{gap}", _("the file accepts answers like this one (%(rule)s); here only those named "
                                         "are right", rule=algorithm))
    if algorithm == "TextRegex":
        item.page.problem(_("Gap %(gap)s is judged by a pattern (regular expression), which is not supported.",
                            gap=gap))
    accepted = [{"text": plain_text(item.text(label), limit=200)} for label in labels]
    return {"id": gap, "kind": "text"}, {"accepted": [row for row in accepted if row["text"]], "case_sensitive": False}


def _from_pool(item: CanvasItem, gap: str, labels: list[Element], right: list[str], content: dict[str, Any]
               ) -> tuple[dict[str, Any], dict[str, Any]]:
    """A blank filled from the pool that all such blanks share; an answer of equal text is the same one."""
    pool = content.setdefault("pool", [])
    content["reuse"] = content.get("reuse", False) or any(each.get("allow_reuse") == "true" for each in labels)
    names: dict[str, str] = {}
    for label in labels:
        text = one_line(item.text(label, "pool"))
        known = next((row["id"] for row in pool if row["text"] == text), None)
        if known is None:
            known = f"o{len(pool) + 1}"
            pool.append({"id": known, "text": text})
        names[label.get("ident") or ""] = known
    chosen = [names[value] for value in right if value in names]
    return {"id": gap, "kind": "pool"}, {"correct": chosen[0] if chosen else None}


def build_embedded(item: CanvasItem) -> Draft:
    """QTI 1.2 of others: entries that stand between the pieces of the text."""
    prompt, number = "", 0
    for each in item.root.iterfind("presentation//*"):
        if each.tag == "material" and not any(str(a.tag).startswith("response_") for a in each.iterancestors()):
            prompt += material_html(item.page, each, "prompt") + " "
        elif each in item.responses:
            number += 1
            prompt += f"[[g{number}]] "
    gaps, key = [], {}
    for place, response in enumerate(item.responses, start=1):
        gaps.append({"id": f"g{place}", "kind": "text"})
        values = item.right(response.get("ident") or "")
        strict = any((test.element.get("case") or "").lower() == "yes" for condition in item.conditions
                     for test in condition.comparisons if test.response == response.get("ident"))
        key[f"g{place}"] = {"accepted": [{"text": value} for value in values], "case_sensitive": strict}
    return Draft("cloze", {"prompt": f"<p>{prompt.strip()}</p>", "gaps": gaps}, {"gaps": key})


def build_matching(item: CanvasItem) -> Draft:
    """Rows and their partners; rows and partners without a text are left out."""
    merged: dict[str, Element] = {}
    for response in item.responses:
        for label in item.labels(response):
            merged.setdefault(label.get("ident") or "", label)
    targets, ends = _options(item, list(merged.values()), "t", "targets")
    options: list[dict[str, str]] = []
    pairs: dict[str, str] = {}
    for response in item.responses:
        text = one_line(item.text(response, f"options-{len(options) + 1}"))
        right = [ends[value] for value in item.right(response.get("ident") or "") if value in ends]
        if not plain_text(text) and "<img" not in text:
            item.page.note(_("empty answers were left out"))
        elif any(row["text"] == text and pairs.get(row["id"]) == (right[0] if right else None) for row in options):
            item.page.note(_("a row that stood twice was taken once"))
        else:
            identity = f"o{len(options) + 1}"
            options.append({"id": identity, "text": text})
            if right:
                pairs[identity] = right[0]
    reuse = len(set(pairs.values())) < len(pairs)
    return Draft("matching", {"prompt": _prompt(item), "options": options, "targets": targets, "reuse": reuse},
                 {"pairs": pairs})


def build_categories(item: CanvasItem) -> Draft:
    """Things sorted into categories; what no category claims belongs nowhere."""
    merged: dict[str, Element] = {}
    for response in item.responses:
        for label in item.labels(response):
            merged.setdefault(label.get("ident") or "", label)
    options, names = _options(item, list(merged.values()))
    targets, pairs = [], dict.fromkeys(names.values())
    for number, response in enumerate(item.responses, start=1):
        targets.append({"id": f"t{number}", "text": one_line(item.text(response, f"targets-{number}"))})
        for value in item.right(response.get("ident") or ""):
            if value in names:
                pairs[names[value]] = f"t{number}"
    return Draft("categorise", {"prompt": _prompt(item), "options": options, "targets": targets}, {"pairs": pairs})


def build_ordering(item: CanvasItem) -> Draft:
    """Things brought into order."""
    response = _first(item)
    options, names = _options(item, item.labels(response))
    tests = max(([test.value for test in condition.comparisons if test.kind == "varequal" and not test.negated]
                 for condition in item.conditions), key=len, default=[])
    for place in response.iter("material"):
        if place.get("position") in ("top", "bottom"):
            item.page.note(_("the labels above and below the list are not kept"))
    return Draft("ordering", {"prompt": _prompt(item), "options": options},
                 {"order": [names[value] for value in tests if value in names]})


def build_numerical(item: CanvasItem) -> Draft:
    """A number: exact, within a margin, within a range, or to a number of places."""
    accepted: list[dict[str, Any]] = []
    for condition in item.conditions:
        row = _number(condition.comparisons) if condition.score > 0 else None
        if row and row not in accepted:
            accepted.append(row)
    return Draft("short_numeric", {"prompt": _prompt(item)}, {"accepted": accepted})


def _number(tests: list[Comparison]) -> dict[str, Any] | None:
    equal = next((test for test in tests if test.kind == "varequal"), None)
    value = read_number(equal.value) if equal else None
    if equal is not None and value is not None:
        margin, precision = read_number(equal.element.get("margin")), read_number(equal.element.get("precision"))
        if margin is not None and equal.element.get("margintype") == "percent":
            return {"value": number_text(value), "tolerance": number_text(margin / 100), "relative": True}
        if margin is not None:
            return {"value": number_text(value), "tolerance": number_text(margin)}
        if precision is not None and 0 <= precision <= 12:
            places = int(precision)
            if equal.element.get("precisiontype") == "significantDigits":
                places -= value.adjusted() + 1
            return {"value": number_text(value), "tolerance": number_text(Decimal(5).scaleb(-places - 1))}
    low = next((read_number(test.value) for test in tests if test.kind in ("vargte", "vargt")), None)
    high = next((read_number(test.value) for test in tests if test.kind in ("varlte", "varlt")), None)
    if low is None or high is None or low > high:
        return {"value": number_text(value), "tolerance": "0"} if value is not None else None
    if value is not None and value - low == high - value:
        return {"value": number_text(value), "tolerance": number_text(value - low)}
    return {"value": number_text((low + high) / 2), "tolerance": number_text((high - low) / 2)}


def build_calculated(item: CanvasItem) -> Draft:
    """A number that is computed from variables."""
    extension = item.root.find(".//calculated")
    if extension is None:
        raise Refused(_("the question has no formula"))
    variables: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for each in extension.iterfind("vars/var"):
        given = each.get("name") or ""
        names[given] = _variable_name(given, names)
        step = number_text(Decimal(1).scaleb(-min(int(read_number(each.get("scale") or "0") or 0), 6)))
        bounds = [read_number(text_of(each.find(end))) for end in ("min", "max")]
        if None in bounds:
            raise Refused(_("the variable %(name)s has no range", name=given[:40]))
        low, high = (number_text(bound) for bound in bounds if bound is not None)
        variables.append({"name": names[given], "from": low, "to": high, "step": step})
    answer = _formulas(extension, variables, dict(names))
    prompt = _BLANK.sub(lambda match: "{{" + names[match[1]] + "}}" if match[1] in names else match[0], _prompt(item))
    raw = text_of(extension.find("answer_tolerance"))
    tolerance = read_number(raw.rstrip("% ")) or Decimal(0)
    row: dict[str, Any] = {"value": "{{" + answer + "}}", "tolerance": number_text(tolerance)}
    if raw.endswith("%"):
        row |= {"tolerance": number_text(tolerance / 100), "relative": True}
    item.page.doubt("variables", _("the numbers are drawn anew for each paper; please look at the preview"))
    if not all(_agrees(each, variables, names, answer) for each in extension.findall("var_sets/var_set")[:10]):
        item.page.doubt("variables", _("the examples in the file have other results than the formula gives here"))
    return Draft("short_numeric", {"prompt": prompt, "variables": variables}, {"accepted": [row]})


def _agrees(example: Element, variables: list[dict[str, Any]], names: dict[str, str], answer: str) -> bool:
    """Whether the formula gives the result that the file itself gives for these values."""
    given = {each.get("name"): read_number(text_of(each)) for each in example.iterfind("var")}
    wanted = read_number(text_of(example.find("answer")))
    known = {row["name"] for row in variables if "from" in row}
    values: dict[str, Number] = {name: Fraction(given[old] or 0) for old, name in names.items()
                                 if old in given and name in known}
    try:
        for row in variables:
            if "is" in row:
                values[row["name"]] = compute(row["is"], values)
    except BadFormula:
        return False
    return wanted is None or math.isclose(float(values[answer]), float(wanted), rel_tol=1e-3, abs_tol=0.051)


def _formulas(extension: Element, variables: list[dict[str, Any]], names: dict[str, str]) -> str:
    """The steps of the computation as variables; returns the name of the last, which is the answer."""
    formulas = [text_of(each) for each in extension.iterfind("formulas/formula")] or ["0"]
    places = read_number(extension.find("formulas").get("decimal_places") or "0") if extension.find("formulas") is not \
        None else Decimal(0)
    for number, formula in enumerate(formulas, start=1):
        target, equals, expression = formula.rpartition("=")
        text = _expression(expression, names)
        last = number == len(formulas)
        text = f"round({text}, {int(places or 0)})" if last else text
        name = _variable_name(target.strip() if equals else "answer", {row["name"]: row["name"] for row in variables})
        variables.append({"name": name, "is": text})
        names[target.strip() if equals else "answer"] = name
    return str(variables[-1]["name"])


def _expression(text: str, names: dict[str, str]) -> str:
    known = re.sub(r"[A-Za-z_][A-Za-z_0-9]*", lambda match: names.get(match[0], match[0].lower()), text)
    return known.replace("^", "**").replace("×", "*").replace("÷", "/").strip()


def _variable_name(given: str, names: dict[str, str]) -> str:
    plain = re.sub(r"[^a-z0-9_]", "", given.lower())[:16]
    plain = plain if plain[:1].isalpha() else f"v{plain}"
    name, number = plain, 1
    while name in names.values():
        number += 1
        name = f"{plain}{number}"
    return name


def build_essay(item: CanvasItem) -> Draft:
    """A text that a person marks."""
    response = item.responses[0] if item.responses else None
    content: dict[str, Any] = {"prompt": _prompt(item)}
    if response is not None and response.get("word_limit_enabled") == "Yes":
        for field, attribute in (("min_words", "word_limit_min"), ("max_words", "word_limit_max")):
            text = response.get(attribute) or ""
            if text.isdigit() and int(text[:6]) > 0:
                content[field] = int(text[:6])
    return Draft("essay", content, one_criterion(item.meta.get("grading_notes", ""), _points(item)))


def build_upload(item: CanvasItem) -> Draft:
    """A file that a person marks."""
    presentation = item.root.find("presentation")
    kinds = accepted_kinds([f"x/{each.strip()}" for each in (presentation.get("allowed_types") or "").split(",")]
                           if presentation is not None and presentation.get("allowed_types") else [])
    count = (presentation.get("files_count") or "1") if presentation is not None else "1"
    if not kinds:
        item.page.doubt("accept", _("the file does not say which kinds of files are taken"))
    content = {"prompt": _prompt(item), "accept": kinds or ANY_FILE, "most": min(int(count[:2]), 5) if count.isdigit()
               else 1}
    return Draft("file_upload", content, one_criterion(item.meta.get("grading_notes", ""), _points(item)))


def build_hotspot(item: CanvasItem) -> Draft:
    """Points on a picture; Canvas gives its areas as shares of the picture."""
    response = _first(item)
    prompt = _prompt(item) or item.text(response)
    image = response.find(".//matimage")
    try:
        kept = item.page.files.keep((image.get("uri") or "") if image is not None else "")
    except Refused as refusal:
        raise Refused(_("Picture: %(reason)s", reason=str(refusal))) from refusal
    alt = (image.get("label") or image.get("alt") or "") if image is not None else ""
    if not alt:
        alt = item.root.get("title") or _("Picture of the question")
        item.page.doubt("image", _("the picture has no description; the name of the question was taken"))
    if not kept.width or not kept.height:
        raise Refused(_("the size of the picture cannot be read"))
    areas = [_share_area(f"a{number}", label, kept.width, kept.height)
             for number, label in enumerate(item.labels(response), start=1)]
    picture = {"src": kept.src, "alt": alt[:300], "width": kept.width, "height": kept.height}
    choose = {"choose": {"min": 1, "max": 1}} if response.get("rcardinality") != "Multiple" else {}
    return Draft("hotspot", {"prompt": prompt, "image": picture, "mode": "points"} | choose, {"areas": areas})


def _share_area(identity: str, label: Element, width: int, height: int) -> dict[str, Any]:
    numbers = numbers_of(text_of(label))
    whole = (label.get("rarea") or "").lower()
    shape = {"rectangle": "rect", "ellipse": "ellipse", "bounded": "poly"}.get(whole, whole)
    if len(numbers) < 4 or len(numbers) % 2 or any(not 0 <= number <= 1 for number in numbers):
        raise Refused(_("an area of the picture is not drawn rightly: “%(text)s”", text=text_of(label)[:60]))
    pixels = [round(number * (width, height)[place % 2]) for place, number in enumerate(numbers)]
    if shape == "ellipse":
        left, top, right, bottom = numbers[:4]
        corners = ellipse((left + right) / 2, (top + bottom) / 2, abs(right - left) / 2, abs(bottom - top) / 2)
        inside = [max(0.0, min(1.0, each)) for each in corners]
        shape, pixels = "poly", [round(each * (width, height)[at % 2]) for at, each in enumerate(inside)]
    if shape == "poly" and len(pixels) < 6:
        shape = "rect"
    return {"id": identity, "shape": shape, "coords": pixels, "label": ""}


def _points(item: CanvasItem) -> Decimal:
    return read_number(item.meta.get("points_possible") or "1") or Decimal(1)


def _first(item: CanvasItem) -> Element:
    if not item.responses:
        raise Refused(_("there is nothing to answer in this item"))
    return item.responses[0]


BUILDERS: dict[str, Callable[[CanvasItem], Draft]] = {
    "multiple_choice_question": build_choice, "multiple_answers_question": build_choice,
    "true_false_question": build_true_false, "short_answer_question": build_short,
    "fill_in_multiple_blanks_question": build_blanks, "multiple_dropdowns_question": build_blanks,
    "matching_question": build_matching, "numerical_question": build_numerical,
    "calculated_question": build_calculated, "formula_question": build_calculated, "essay_question": build_essay,
    "file_upload_question": build_upload, "categorization_question": build_categories,
    "ordering_question": build_ordering, "hot_spot_question": build_hotspot, "embedded_blanks": build_embedded,
}


