"""Types of Moodle whose answers stand in `answer` and `subquestion` elements."""

from decimal import Decimal
from typing import Any

from assessment.bank.content import read_number
from assessment.bank.markup import plain_text
from assessment.interchange import building as b
from assessment.interchange.moodle.elements import Question, plain_number, text_of
from assessment.interchange.questions import Refused
from lms.core.i18n import _

STATEMENTS = 4
FILE_KINDS = {"pdf", "docx", "odt", "xlsx", "pptx", "jpg", "png", "txt", "zip", "mp3", "m4a", "ogg", "wav", "mp4"}
_GROUPS = {"image": ["jpg", "png"], "web_image": ["jpg", "png"], "document": ["pdf", "docx", "odt"],
           "audio": ["mp3", "m4a", "ogg", "wav"], "video": ["mp4"], "archive": ["zip"], "spreadsheet": ["xlsx"],
           "presentation": ["pptx"]}


def read_choice(question: Question, prompt: str) -> b.Built:
    """One or several of the options."""
    return b.build_choice(prompt, question.answers(), single=question.is_set("single", default=True),
                          general=question.general)


def read_choice_set(question: Question, prompt: str) -> b.Built:
    """Several of the options, all or nothing (the type of a plug-in)."""
    built = b.build_choice(prompt, question.answers(), single=False, general=question.general)
    return b.Built(built.type, built.content, {**built.key, "score_table": "all_or_nothing"})


def read_true_false(question: Question, prompt: str) -> b.Built:
    """A statement."""
    said, right = {}, []
    for each in question.element.findall("answer"):
        word = text_of(each).strip().lower()
        said[word] = question.html_of(each.find("feedback"))
        if b.percent(each.get("fraction")) == b.FULL:
            right.append(word)
    if len(right) != 1 or right[0] not in ("true", "false"):
        raise Refused(_("the question does not say which of true and false is right"))
    return b.build_true_false(prompt, true=right[0] == "true", when_true=said.get("true", ""),
                              when_false=said.get("false", ""), general=question.general)


def read_text(question: Question, prompt: str) -> b.Built:
    """Some words."""
    return b.build_text(prompt, question.answers(html=False), case_sensitive=question.is_set("usecase"),
                        general=question.general)


def read_numeric(question: Question, prompt: str) -> b.Built:
    """A number, and the units in which it may be given."""
    units, notes = _units(question)
    graded = (question.whole("unitgradingtype") or 0) > 0
    mode = "typed" if graded else "shown"
    if units and question.word("showunits") == "3" and not graded:
        units, notes = [], [_("units are not kept: Moodle does not show them either")]
    if units and graded:
        notes.append(_("a wrong unit is a wrong answer here, whatever Moodle takes off for it"))
    return b.build_numeric(prompt, question.answers(html=False), general=question.general, units=units,
                           unit_mode=mode if units else "none", notes=tuple(notes))


def _units(question: Question) -> tuple[list[tuple[str, str]], list[str]]:
    """(name, factor) with the main unit first; Moodle's multiplier is the bank's factor."""
    units = []
    for each in question.element.iterfind("units/unit"):
        name = " ".join((each.findtext("unit_name") or "").split())
        factor = read_number((each.findtext("multiplier") or "1").strip())
        if not name or factor is None or factor <= 0:
            return [], [_("units are not kept: one of them has no name or no number")]
        units.append((name, factor))
    units.sort(key=lambda unit: unit[1] != 1)
    if units and units[0][1] != 1:
        return [], [_("units are not kept: none of them is that of the answer")]
    return [(name, plain_number(format(factor, "f"), "1")) for name, factor in units], []


def read_matching(question: Question, prompt: str) -> b.Built:
    """Pairs; the right sides are plain in `matching` and HTML in `ddmatch`."""
    html = question.kind == "ddmatch"
    pairs = []
    for each in question.element.findall("subquestion"):
        answer = each.find("answer")
        pairs.append((question.html_of(each), question.html_of(answer) if html else text_of(answer).strip()))
    b.check_count(len(pairs))
    return b.build_matching(prompt, pairs, general=question.general, html=html)


def read_essay(question: Question, prompt: str) -> b.Built:
    """A text or files for a person to mark; what the markers are told becomes the model answer."""
    files, model = question.whole("attachments") or 0, question.html("graderinfo")
    if plain_text(question.html("responsetemplate")):
        question.notes.append(_("the text that stands in the answer box at first is not kept"))
    limits: dict[str, Any] = {}
    if question.word("responseformat") == "noinline":
        limits = {"accept": _accepted(question), "most": min(max(files, 1), 5) if files >= 0 else 5}
        if largest := (question.whole("maxbytes") or 0) // 1024**2:
            limits["largest_mb"] = min(largest, 50)
        return b.build_essay(prompt, points=question.points, general=question.general, model_answer=model,
                             limits=limits, type="file_upload")
    if files:
        question.notes.append(_("files beside the essay are not asked for here"))
    for ours, theirs in (("min_words", "minwordlimit"), ("max_words", "maxwordlimit")):
        if number := question.whole(theirs):
            limits[ours] = number
    if rows := question.whole("responsefieldlines"):
        limits["rows"] = min(max(rows, 2), 60)
    return b.build_essay(prompt, points=question.points, general=question.general, model_answer=model, limits=limits)


def _accepted(question: Question) -> list[str]:
    """Kinds of files from `.pdf,document`; the usual ones where it does not say."""
    kinds: list[str] = []
    for word in question.word("filetypeslist").replace(",", " ").replace(";", " ").split():
        kinds += _GROUPS.get(word, [word.strip(".*")])
    known = [kind for kind in dict.fromkeys(kinds) if kind in FILE_KINDS]
    if len(known) < len(set(kinds)):
        question.notes.append(_("some kinds of files are not taken here"))
    return known or ["pdf", "docx", "jpg", "png"]


def read_recording(question: Question, prompt: str) -> b.Built:
    """A spoken answer (`recordrtc`)."""
    seconds = question.whole("timelimitinseconds")
    limits = {"longest_seconds": min(max(seconds, 5), 600)} if seconds else {}
    return b.build_essay(prompt, points=question.points, general=question.general,
                         model_answer=question.html("graderinfo"), limits=limits, type="oral")


def read_ordering(question: Question, prompt: str) -> b.Built:
    """Options to be put in the order in which they stand, or that their fractions say."""
    rows = question.element.findall("answer")
    places = [read_number((each.get("fraction") or "").strip()) for each in rows]
    options = [{"id": f"o{number}", "text": question.html_of(each)} for number, each in enumerate(rows, start=1)]
    order = [option["id"] for option in options]
    numbers = [place for place in places if place is not None]
    if len(set(numbers)) == len(rows):
        order = [name for _place, name in sorted(zip(numbers, order, strict=True))]
    key: dict[str, Any] = {"order": order, "explanation": question.general}
    grading = question.word("gradingtype").replace("_", " ")
    if grading in ("0", "absolute position"):
        key["score_table"] = "equal_shares"
    elif grading not in ("-1", "all or nothing", ""):
        question.notes.append(_("scoring by neighbours is not kept: only the whole order counts"))
    return b.Built("ordering", {"prompt": prompt, "options": options}, key)


def read_statements(question: Question, prompt: str) -> b.Built:
    """Four statements, each true or false (`kprime` and `mtf`)."""
    rows, columns = question.element.findall("row"), question.element.findall("column")
    if len(columns) != 2 or len(rows) != STATEMENTS:
        raise Refused(_("%(rows)s statements with %(columns)s columns; a true/false question here has %(n)s with two",
                        rows=len(rows), columns=len(columns), n=STATEMENTS))
    true_rows = {each.get("rownumber") for each in question.element.findall("weight")
                 if each.get("columnnumber") == "1" and _worth(each.findtext("value")) > 0}
    answers = [b.Answer(question.html_of(row.find("optiontext")), feedback=question.html_of(row.find("feedbacktext")))
               for row in rows]
    options = [{"id": f"o{place}", "text": answer.text} for place, answer in enumerate(answers, start=1)]
    key: dict[str, Any] = {"true": [f"o{place}" for place, row in enumerate(rows, start=1)
                                    if (row.get("number") or str(place)) in true_rows],
                           "explanation": b.explain(question.general, answers)}
    if question.word("scoringmethod/text") == "subpoints":
        key["score_table"] = "tf_linear"
    else:
        question.notes.append(_("the scoring of Moodle is not kept: the table of the graduation exam is used"))
    return b.Built("true_false", {"prompt": prompt, "options": options}, key)


def _worth(text: str | None) -> Decimal:
    return read_number((text or "0").strip()) or Decimal(0)
