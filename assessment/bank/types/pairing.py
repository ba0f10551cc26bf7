"""Things that belong together: matching, putting in order, sorting into categories."""

from collections.abc import Mapping
from typing import Any

from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, UnfitKey, ids, required
from assessment.bank.types.fields import cleaner, is_pairing, is_selection, read_options
from lms.core.errors import Problem
from lms.core.i18n import _

TABLES = ("equal_shares", "all_or_nothing", "right_minus_wrong")
ORDER_TABLES = ("all_or_nothing", "equal_shares")


def _read_matching(content: Given, said: Stored, problems: Problems) -> Stored:
    return {"options": read_options(content, "options", problems, least=1),
            "targets": read_options(content, "targets", problems, letter="t"),
            "reuse": content.get("reuse") is True}


def _read_ordering(content: Given, said: Stored, problems: Problems) -> Stored:
    return {"options": read_options(content, "options", problems)}


def _read_categorise(content: Given, said: Stored, problems: Problems) -> Stored:
    return {"options": read_options(content, "options", problems, most=24),
            "targets": read_options(content, "targets", problems, letter="t", least=1)}


def read_pairs(raw: object, left: list[str], right: list[str]) -> dict[str, Any]:
    """Of {left id: right id}, the pairs whose ends exist; null says that something belongs nowhere."""
    given = raw if isinstance(raw, Mapping) else {}
    return {name: given[name] for name in left if name in given and (given[name] is None or given[name] in right)}


def _read_matching_key(key: Given, content: Stored, problems: Problems) -> Stored:
    pairs = read_pairs(key.get("pairs"), ids(content["options"]), ids(content["targets"]))
    pairs = {name: target for name, target in pairs.items() if target}
    if len(pairs) < len(content["options"]):
        problems.append(Problem("key", _("Say for each row what belongs to it.")))
    if len(set(pairs.values())) < len(pairs) and not content["reuse"]:
        problems.append(Problem("key", _("Two rows have the same partner: say that it may be used again.")))
    return {"pairs": pairs}


def _read_categories_key(key: Given, content: Stored, problems: Problems) -> Stored:
    pairs = read_pairs(key.get("pairs"), ids(content["options"]), ids(content["targets"]))
    if len(pairs) < len(content["options"]) or not any(pairs.values()):
        problems.append(Problem("key", _("Say for each option which category it belongs to, or that it has none.")))
    return {"pairs": pairs}


def _read_order(key: Given, content: Stored, problems: Problems) -> Stored:
    order, known = key.get("order"), ids(content["options"])
    if not is_selection(order, known) or not isinstance(order, list) or len(order) != len(known):
        problems.append(Problem("key", _("Say in which order the options belong.")))
        return {"order": []}
    return {"order": list(order)}


def _fits_pairs(content: Stored, response: object) -> bool:
    return response is None or is_pairing(response, ids(content.get("options")), ids(content.get("targets")),
                                          bool(content.get("reuse")))


def _fits_categories(content: Stored, response: object) -> bool:
    return response is None or is_pairing(response, ids(content.get("options")), ids(content.get("targets")), True)


def _fits_order(content: Stored, response: object) -> bool:
    known = ids(content.get("options"))
    return response is None or (is_selection(response, known) and isinstance(response, list) \
        and len(response) == len(known))


def judge_pairs(_content: Stored, key: Stored, response: object) -> Parts:
    """Pairs made rightly, and those made without right; what belongs nowhere earns nothing where it is left."""
    pairs = required(key, "pairs")
    total = sum(target is not None for target in pairs.values())
    if not total:
        raise UnfitKey("nothing belongs together")
    given = response if isinstance(response, dict) else {}
    made = {name: target for name, target in given.items() if target is not None}
    right = sum(pairs.get(name) == target for name, target in made.items())
    return Parts(right, len(made) - right, total)


def _judge_order(_content: Stored, key: Stored, response: object) -> Parts:
    """Options at their own place."""
    order = required(key, "order")
    if not order:
        raise UnfitKey("the key has no order")
    given = response if isinstance(response, list) else []
    right = sum(one == other for one, other in zip(given, order, strict=False))
    return Parts(right, max(len(given), len(order)) - right, len(order))


MATCHING = ItemType("matching", cleaner(_read_matching, _read_matching_key, TABLES), _fits_pairs, judge_pairs,
                    TABLES, lambda _content, key: dict(key["pairs"]))
ORDERING = ItemType("ordering", cleaner(_read_ordering, _read_order, ORDER_TABLES), _fits_order, _judge_order,
                    ORDER_TABLES, lambda _content, key: list(key["order"]) or None)
CATEGORISE = ItemType("categorise", cleaner(_read_categorise, _read_categories_key, TABLES), _fits_categories,
                      judge_pairs, TABLES,
                      lambda _content, key: {name: target for name, target in key["pairs"].items() if target})
