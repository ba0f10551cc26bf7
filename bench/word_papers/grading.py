r"""The rule by which a reader of Word papers is judged; written before the reader.

Truth and reading are put beside each other in order, by how alike their stems are and by their numbers. Of each true
question:

* *found*: there is a question of its kind with exactly its stem (white space, bold and italics apart; underlined
  parts, sub- and superscripts, places of formulas and pictures do count) and the passage that it belongs to;
* *options right*: the same options in the same order (for other kinds: nothing to say);
* *key right*: the same right options, the same truth of four statements, the same answer; for a question whose paper
  says its key wrongly or not at all, that the reader flags it;
* *formulas right*: of its formulas, how many Word would show the same (see `omml.same_formula`);
* *flagged*: the reader says that it is unsure, or refuses the question with a reason;
* *silently wrong*: any of this, or its solution, is not right, and it is not flagged. A question that was not found at
  all is silently wrong unless a flagged question of the reading or a remark on the file names its number; a question
  that is read where the paper has none is silently wrong unless it is flagged.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from html import unescape

from assessment.interchange.questions import FileProblem, Parsed, ParsedQuestion, ParsedStimulus
from bench.word_papers.inline import formulas_of
from bench.word_papers.omml import omml, same_formula
from bench.word_papers.truth import Question

KINDS = {"choice": {"single_choice"}, "statements": {"true_false"}, "short": {"four_cell", "short_numeric", "short_text"},
         "essay": {"essay"}}
_HTML_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.S)


@dataclass
class Grade:
    """Counts over questions; `wrong` says what was silently wrong and where."""

    questions: int = 0
    found: int = 0
    options: int = 0
    keys: int = 0
    both: int = 0
    formulas: int = 0
    formulas_right: int = 0
    flagged: int = 0
    flagged_right: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Grade") -> None:
        """Sum up."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def plain(text: str) -> str:
    """A marked-up text of the truth as one line to compare."""
    text = re.sub(r"\$\$?[^$]+\$\$?", "⟨f⟩", text).replace("[pic]", "⟨p⟩")
    return _line(re.sub(r"\[/?[bi]\]", "", text))


def plain_html(html: str) -> str:
    """A text of the reading in the same form."""
    text = re.sub(r"<img\b[^>]*>", "⟨p⟩", _HTML_FORMULA.sub("⟨f⟩", html))
    text = re.sub(r"<(/?)(u|sub|sup)>", r"[\1\2]", text)
    return _line(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:b|i|strong|em|span)\b[^>]*>", "", text))))


def _line(text: str) -> str:
    text = re.sub(r"\[/(u|sub|sup)\]\[\1\]", "", unicodedata.normalize("NFC", text))
    text = re.sub(r"(\s+)\[/(u|sub|sup)\]", r"[/\2]\1", re.sub(r"\[(u|sub|sup)\](\s+)", r"\2[\1]", text))
    text = re.sub(r"\s*(⟨.⟩)\s*", r"\1", " ".join(text.split()))
    return re.sub(r"\s+([.,;:?!])", r"\1", text)


def html_formulas(html: str) -> list[str]:
    """The TeX of a text of the reading."""
    return [unescape(match[1] or match[2]) for match in _HTML_FORMULA.finditer(html)]


def grade(truth: Sequence[Question], read: Sequence[Parsed]) -> Grade:
    """The grade of one paper."""
    questions = [each for each in read if isinstance(each, ParsedQuestion)]
    stimuli = {each.ref: each for each in read if isinstance(each, ParsedStimulus)}
    remarks = [each.message + each.position for each in read if isinstance(each, FileProblem)]
    remarks += [f"{q.position} {' '.join(each.message for each in q.unsure)}" for q in questions if q.unsure or q.problems]
    omml([tex for question in truth for tex in _formulas(question)]  # all at once: pandoc starts slowly
         + [tex for read_one in questions for text in _texts_of(read_one) for tex in html_formulas(text)])
    made, pairs = Grade(), _pairs(truth, questions)
    for question in truth:
        made.add(_grade_one(question, pairs.get(id(question)), stimuli, remarks))
    taken = {id(each) for each in pairs.values()}
    for extra in questions:
        if id(extra) not in taken and not extra.unsure and not extra.problems:
            made.silent += 1
            made.wrong.append(f"read where there is none, {extra.position}: {extra.name[:60]}")
    return made


def _pairs(truth: Sequence[Question], read: Sequence[ParsedQuestion]) -> dict[int, ParsedQuestion]:
    """The best pairs of truth and reading that keep the order."""
    pairs, start = {}, 0
    for question in truth:
        stem = plain(question.stem)
        alike = [place for place in range(start, min(start + 8, len(read)))
                 if SequenceMatcher(None, stem[:200], plain_html(read[place].content.get("prompt", read[place].name))[:200],
                                    autojunk=False).ratio() > 0.5]
        numbered = [place for place in alike if re.search(rf"\b{question.label}\b", read[place].position)]
        for place in (numbered or alike)[:1]:
            pairs[id(question)], start = read[place], place + 1
    return pairs


def _grade_one(question: Question, read: ParsedQuestion | None, stimuli: dict[str, ParsedStimulus],
               remarks: list[str]) -> Grade:
    made = Grade(questions=1, formulas=len(_formulas(question)))
    if read is None:
        named = any(re.search(rf"\b{question.label}\b", remark) for remark in remarks)
        made.silent, made.flagged = int(not named), int(named)
        made.wrong = [] if named else [f"not found: {question.label}. {question.stem[:80]}"]
        return made
    faults = _faults(question, read, stimuli)
    flagged = bool(read.unsure or read.problems)
    right, total = _formulas_right(question, read)
    if right < total:
        faults["formula"] = str([html_formulas(text) for text in _texts_of(read)])
    made.found, made.formulas_right = int(not {"kind", "stem", "stimulus"} & faults.keys()), right
    made.options, made.keys = int("options" not in faults), int("key" not in faults)
    made.both = int(made.options and made.keys)
    made.flagged, made.flagged_right = int(flagged), int(flagged and not faults and not question.faults)
    if faults and not flagged:
        made.silent = 1
        made.wrong = [f"{question.label}. {question.stem[:50]!r}: " + "; ".join(f"{k}: {v}" for k, v in faults.items())]
    return made


def _faults(question: Question, read: ParsedQuestion, stimuli: dict[str, ParsedStimulus]) -> dict[str, str]:
    faults: dict[str, str] = {}
    flagged = bool(read.unsure or read.problems)
    if read.type not in KINDS[question.kind]:
        faults["kind"] = read.type
    stem = plain_html(read.content.get("prompt", ""))
    if stem != plain(question.stem):
        faults["stem"] = stem[:300]
    said = plain_html(stimuli[read.stimulus].content["body"]) if read.stimulus in stimuli else ""
    if said != plain(question.stimulus):
        faults["stimulus"] = said[:300]
    options = [plain_html(option["text"]) for option in read.content.get("options", ())]
    if question.options and options != [plain(option) for option in question.options]:
        faults["options"] = str(options)
    if (not flagged) if question.faults else not _key_right(question, read):
        faults["key"] = str({k: v for k, v in read.key.items() if k != "explanation"}) + str(question.faults)
    explanation = plain_html(read.key.get("explanation") or read.key.get("model_answer") or "")
    if explanation != plain(question.explanation):
        faults["solution"] = explanation[:300]
    return faults


def _key_right(question: Question, read: ParsedQuestion) -> bool:
    ids = [option["id"] for option in read.content.get("options", ())]
    right = [ids[place] for place in question.right if place < len(ids)]
    if question.kind == "choice":
        return [read.key.get("correct")] == right
    if question.kind == "statements":
        return sorted(read.key.get("true") or ()) == sorted(right)
    if question.kind == "essay":
        return True
    said = [str(row if isinstance(row, str) else row.get("value", row.get("text"))) for row in read.key.get("accepted", ())]
    return any(_number(each) == _number(question.answer) for each in said)


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text.replace(",", ".").replace("−", "-"))
    except InvalidOperation:
        return text.strip()


def _formulas(question: Question) -> list[str]:
    return [tex for text in (question.stem, *question.options, question.explanation) for tex in formulas_of(text)]


def _texts_of(read: ParsedQuestion) -> list[str]:
    return [read.content.get("prompt", ""), *(row["text"] for row in read.content.get("options", ())),
            read.key.get("explanation") or read.key.get("model_answer") or ""]


def _formulas_right(question: Question, read: ParsedQuestion) -> tuple[int, int]:
    meant = _formulas(question)
    said = [tex for text in _texts_of(read) for tex in html_formulas(text)]
    if len(meant) != len(said):
        return sum(any(same_formula(one, other) for other in said) for one in meant) - (len(said) > len(meant)), len(meant)
    return sum(same_formula(one, other) for one, other in zip(meant, said, strict=True)), len(meant)
