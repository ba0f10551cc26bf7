"""Answers that are a formula, compared by what they mean: 2(x + 1) = 2x + 2."""

from collections.abc import Mapping

from assessment.bank.algebra import Question, is_same, read_formula
from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, UnfitKey, judge_one, required
from assessment.bank.types.fields import cleaner, is_short_text, is_variable, read_line, read_rows
from assessment.bank.types.quantities import accepted_rows
from lms.core.errors import Problem
from lms.core.i18n import _

TABLES = ("all_or_nothing",)
FORMS = ("any", "expanded", "factored")
FORMULA_LENGTH = 500
MOST_LETTERS = 8


def _read_letters(content: Given, said: Stored, problems: Problems) -> Stored:
    rows = read_rows(content.get("letters"), MOST_LETTERS)
    letters = [each for each in rows if isinstance(each, str) and len(each) == 1 and each.isascii() and each.isalpha()]
    if len(letters) < len(rows) or len(rows) > MOST_LETTERS:
        problems.append(Problem("letters", _("The letters of the answer are single letters, at most %(n)s.",
                                             n=MOST_LETTERS)))
    form = content.get("form", "any")
    if form not in FORMS:
        problems.append(Problem("form", _("Choose a form of the answer.")))
        form = "any"
    return {"letters": list(dict.fromkeys(letters[:MOST_LETTERS])), "form": form}


def _read_key(key: Given, content: Stored, problems: Problems) -> Stored:
    accepted = []
    for row in accepted_rows(key, problems):
        tex = read_line(row.get("tex"), FORMULA_LENGTH)
        if not is_variable(content, tex) and read_formula(tex, content["letters"]) is None:
            problems.append(Problem("key", _("“%(text)s” cannot be read as a formula of these letters.",
                                             text=str(row.get("tex"))[:60])))
        if tex:
            accepted.append({"tex": tex})
    return {"accepted": accepted}


def _judge(content: Stored, key: Stored, response: object) -> Parts:
    given = response if isinstance(response, str) else ""
    question = Question(tuple(content.get("letters", ())), content.get("form", "any"))
    known = [required(row, "tex") if isinstance(row, Mapping) else "" for row in required(key, "accepted")]
    if not known or any(read_formula(tex, question.letters) is None for tex in known):
        raise UnfitKey("an accepted answer is not a formula")
    return judge_one(any(is_same(given, tex, question) for tex in known))


MATHS = ItemType(
    "maths", cleaner(_read_letters, _read_key, TABLES),
    lambda _content, response: response is None or is_short_text(response, FORMULA_LENGTH), _judge, TABLES,
    lambda _content, key: key["accepted"][0]["tex"] if key["accepted"] else None)
