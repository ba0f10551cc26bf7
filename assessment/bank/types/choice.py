"""Choosing among options, and judging statements."""

from collections.abc import Mapping

from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, UnfitKey, ids, judge_one, required
from assessment.bank.types.fields import (
    MOST_OPTIONS,
    chosen_ids,
    cleaner,
    is_selection,
    nothing_more,
    read_choose,
    read_fixed,
    read_options,
)
from lms.core.errors import Problem
from lms.core.i18n import _

STATEMENTS = 4
ONE_TABLE = ("all_or_nothing",)
SEVERAL_TABLES = ("multiple_partial", "all_or_nothing", "multiple_each", "equal_shares")
STATEMENT_TABLES = ("tf4_2025", "tf_linear")


def _read_one_of(content: Given, said: Stored, problems: Problems) -> Stored:
    own: Stored = {"options": read_options(content, "options", problems)}
    return own | read_fixed(content, own, problems)


def _read_several_of(content: Given, said: Stored, problems: Problems) -> Stored:
    own = _read_one_of(content, said, problems)
    return own | read_choose(content, max(1, min(len(own["options"]), MOST_OPTIONS)), problems)


def _read_statements(content: Given, said: Stored, problems: Problems) -> Stored:
    return {"options": read_options(content, "options", problems, least=STATEMENTS, most=STATEMENTS, statements=True)}


def _read_single_key(key: Given, content: Stored, problems: Problems) -> Stored:
    correct = key.get("correct")
    if correct not in ids(content["options"]):
        problems.append(Problem("key", _("Say which option is right.")))
        return {"correct": None}
    return {"correct": correct}


def _read_multiple_key(key: Given, content: Stored, problems: Problems) -> Stored:
    correct = chosen_ids(key.get("correct"), content["options"])
    if not correct:
        problems.append(Problem("key", _("Say which options are right: at least one.")))
    if not len(correct) <= content.get("choose", {}).get("max", MOST_OPTIONS):
        problems.append(Problem("choose", _("There are more right options than may be chosen.")))
    return {"correct": correct}


def _read_truth(key: Given, content: Stored, problems: Problems) -> Stored:
    if not isinstance(key.get("true"), bool):
        problems.append(Problem("key", _("Say whether this is true or false.")))
        return {"true": None}
    return {"true": key["true"]}


def _read_true_ones(key: Given, content: Stored, problems: Problems) -> Stored:
    if not isinstance(key.get("true"), list):
        problems.append(Problem("key", _("Say for each statement whether it is true or false.")))
    return {"true": chosen_ids(key.get("true"), content["options"])}


def _judge_single(_content: Stored, key: Stored, response: object) -> Parts:
    correct = required(key, "correct")
    return judge_one(isinstance(response, str) and response == correct)


def _judge_multiple(content: Stored, key: Stored, response: object) -> Parts:
    correct = set(required(key, "correct"))
    if not correct:
        raise UnfitKey("multiple response without a correct option")
    chosen = {each for each in response if isinstance(each, str)} if isinstance(response, list) else set()
    offered = len(content.get("options", ())) or len(correct)
    return Parts(len(chosen & correct), len(chosen - correct), len(correct), offered)


def _judge_truth(_content: Stored, key: Stored, response: object) -> Parts:
    true = required(key, "true")
    return judge_one(isinstance(response, bool) and response is true)


def _judge_statements(content: Stored, key: Stored, response: object) -> Parts:
    """Statements judged right; one that is left out is not wrong, it earns nothing."""
    true, statements = set(required(key, "true")), ids(required(content, "options"))
    judged = response if isinstance(response, Mapping) else {}
    right = sum(judged.get(each) is (each in true) for each in statements)
    return Parts(right, 0, len(statements))


def _fits_statements(content: Stored, response: object) -> bool:
    known = ids(content.get("options"))
    return response is None or (isinstance(response, dict) and all(
        name in known and isinstance(value, bool) for name, value in response.items()))


def _fits_several(content: Stored, response: object) -> bool:
    known = ids(content.get("options"))
    return response is None or is_selection(response, known, content.get("choose", {}).get("max"))


def _fits_single(content: Stored, response: object) -> bool:
    return response is None or (isinstance(response, str) and response in ids(content.get("options")))


def _answer_statements(content: Stored, key: Stored) -> dict[str, bool]:
    return {each: each in key["true"] for each in ids(content["options"])}


SINGLE_CHOICE = ItemType(
    "single_choice", cleaner(_read_one_of, _read_single_key, ONE_TABLE), _fits_single, _judge_single,
    ONE_TABLE, lambda _content, key: key["correct"])
MULTIPLE_RESPONSE = ItemType(
    "multiple_response", cleaner(_read_several_of, _read_multiple_key, SEVERAL_TABLES), _fits_several, _judge_multiple,
    SEVERAL_TABLES, lambda _content, key: key["correct"])
SINGLE_TRUE_FALSE = ItemType(
    "single_true_false", cleaner(nothing_more, _read_truth, ONE_TABLE),
    lambda _content, response: response is None or isinstance(response, bool), _judge_truth,
    ONE_TABLE, lambda _content, key: key["true"])
TRUE_FALSE = ItemType(
    "true_false", cleaner(_read_statements, _read_true_ones, STATEMENT_TABLES), _fits_statements, _judge_statements,
    STATEMENT_TABLES, _answer_statements)
