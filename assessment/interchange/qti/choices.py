"""Interactions in which one chooses, orders or pairs: choice, order, match, associate, hottext."""

from decimal import Decimal

from assessment.interchange.qti.drafts import Draft, Item, known, partial_note, right_ones, rows, score_table, truth_of
from assessment.interchange.qti.responses import Response
from assessment.interchange.qti.tree import Element
from assessment.interchange.questions import Refused
from lms.core.i18n import _

STATEMENTS = 4
_CHOICES = ("simpleChoice",)


def build_choice(item: Item) -> Draft:
    """One of several, several of several, or true or false."""
    elements = [each for each in item.only if each.tag in _CHOICES]
    prompt = item.text()
    options, names = rows(item, elements, "o", "options")
    response = item.response
    right = known(item, right_ones(item, response), names)
    most = item.only.get("maxChoices") or ("1" if response.cardinality == "single" else "0")
    single = most == "1" and (response.cardinality == "single" or (len(right) == 1 and not item.hint))
    if single and len(right) > 1:
        item.page.doubt("key", _("the file calls more than one option right, though only one may be chosen"))
    truths = [truth_of(option["text"]) for option in options]
    if single and set(truths) == {True, False} and len(options) == 2 and item.hint != "single_choice":
        true = next((truths[place] for place, option in enumerate(options) if option["id"] in right[:1]), None)
        return Draft("single_true_false", {"prompt": prompt}, {"true": true})
    content = {"prompt": prompt, "options": options} | _fixed(item.only, elements, names)
    if single:
        partial_note(item, response)
        return Draft("single_choice", content, {"correct": right[0] if right else None})
    return Draft("multiple_response", content | _choose(item.only, len(options)),
                 {"correct": sorted(right, key=lambda name: int(name[1:])), **_table(item, response, names)})


def _fixed(interaction: Element, elements: list[Element], names: dict[str, str]) -> dict[str, list[str]]:
    """Options that stay where they are; where all do, nothing is shuffled, which the exam decides."""
    fixed = [names[each.get("identifier")] for each in elements if each.get("fixed") == "true"
             and each.get("identifier") in names]
    return {"fixed": fixed} if 0 < len(fixed) < len(elements) else {}


def _choose(interaction: Element, count: int) -> dict[str, dict[str, int]]:
    low, high = (interaction.get(name) or "0" for name in ("minChoices", "maxChoices"))
    least = int(low) if low.isdigit() and len(low) < 4 else 0
    most = int(high) if high.isdigit() and len(high) < 4 else 0
    if not least and (not most or most >= count):
        return {}
    return {"choose": {"min": max(least, 1), "max": min(most or count, count)}}


def _table(item: Item, response: Response, names: dict[str, str]) -> dict[str, str]:
    """The score table that does what the rule of the file does, or the nearest one and a note."""
    if item.hint:
        return {}
    if response.is_partial:
        item.page.note(_("answers worth a part of the marks are not kept"))
    if response.how != "map":
        return {"score_table": "all_or_nothing"} if response.how == "match" else {}
    worth = {names[entry.key]: entry.value for entry in response.mapping if entry.key in names}
    right = {names[name] for name in right_ones(item, response) if name in names}
    earned = sum(value for value in worth.values() if value > 0)
    if response.most is not None and 0 < response.most < earned:
        item.page.doubt("key", _("the file gives full marks for some of the right options; here all of them count"))
    gains = {worth.get(name, response.default) for name in right}
    losses = {worth.get(name, response.default) for name in names.values() if name not in right}
    if len(gains) == 1 and losses == {-next(iter(gains))}:
        return {}
    if len(gains) == 1 and losses <= {Decimal(0)}:
        return {"score_table": "equal_shares"}
    item.page.note(_("the weights of the options are not kept: each right one counts the same, "
                     "a wrong one takes one away"))
    return {}


def build_order(item: Item) -> Draft:
    """Bring into the right order."""
    prompt = item.text()
    elements = [each for each in item.only if each.tag in _CHOICES]
    options, names = rows(item, elements, "o", "options")
    order = [names[name] for name in item.response.correct if name in names]
    if 0 < len(order) < len(options):
        raise Refused(_("only some of the options are to be put in order, which is not supported"))
    if item.response.how == "map":
        item.page.note(_("answers worth a part of the marks are not kept"))
    return Draft("ordering", {"prompt": prompt, "options": options}, {"order": order})


def build_match(item: Item) -> Draft:
    """Pairs between two sets: statements that are true or false, partners, or categories."""
    sets = item.only.findall("simpleMatchSet")
    if len(sets) != 2:
        raise Refused(_("a match needs two sets"))
    left, right = ([each for each in one if each.tag == "simpleAssociableChoice"] for one in sets)
    pairs = _pairs_of(item, left, right)
    partial_weights(item)
    if _most_per_left(pairs) > 1 and _most_per_left([(other, one) for one, other in pairs]) <= 1:
        left, right, pairs = right, left, [(other, one) for one, other in pairs]
        item.page.note(_("the two sides have changed places: here each thing on the left has one partner"))
    if _most_per_left(pairs) > 1:
        raise Refused(_("something on the left has several partners and something on the right too"))
    return _build_pairs(item, left, right, pairs)


def _pairs_of(item: Item, left: list[Element], right: list[Element]) -> list[tuple[str, str]]:
    """The right pairs, left first; doubted where one names what is not offered."""
    lefts, rights = ({each.get("identifier") for each in side} for side in (left, right))
    found = []
    for one, other in filter(None, map(_pair, right_ones(item, item.response))):
        if one in lefts and other in rights:
            found.append((one, other))
        elif other in lefts and one in rights:
            found.append((other, one))
        else:
            item.page.doubt("key", _("the file calls something right that is not among what it offers"))
    return found


def partial_weights(item: Item) -> None:
    """Say that pairs count the same here."""
    weights = {entry.value for entry in item.response.mapping if entry.value > 0}
    if item.response.is_partial or (item.response.how == "map" and len(weights) > 1):
        item.page.note(_("the different weights of the pairs are not kept"))


def _build_pairs(item: Item, left: list[Element], right: list[Element], pairs: list[tuple[str, str]]) -> Draft:
    prompt = item.text()
    options, names = rows(item, left, "o", "options")
    targets, ends = rows(item, right, "t", "targets")
    found = {names[one]: ends[other] for one, other in pairs if one in names and other in ends}
    truths = {target["id"]: truth_of(target["text"]) for target in targets}
    if set(truths.values()) == {True, False} and len(targets) == 2 and len(options) == STATEMENTS \
            and item.hint in ("", "true_false"):
        if len(found) < len(options):
            item.page.doubt("key", _("the file does not say of every statement whether it is true"))
        return Draft("true_false", {"prompt": prompt, "options": options},
                     {"true": [name for name in names.values() if truths.get(found.get(name, ""))]})
    content = {"prompt": prompt, "options": options, "targets": targets}
    is_sorting = item.hint == "categorise" or (not item.hint and 0 < len(found) < len(options))
    if is_sorting:
        return Draft("categorise", content, {"pairs": {name: found.get(name) for name in names.values()},
                      **score_table(item, "categorise", item.response)})
    used = list(found.values())
    reuse = len(set(used)) < len(used) or any((each.get("matchMax") or "1") != "1" for each in right)
    return Draft("matching", content | {"reuse": reuse},
                 {"pairs": found, **score_table(item, "matching", item.response)})


def _pair(value: str) -> tuple[str, str] | None:
    parts = value.split()
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _most_per_left(pairs: list[tuple[str, str]]) -> int:
    left = [one for one, _other in pairs]
    return max((left.count(one) for one in left), default=0)


def build_associate(item: Item) -> Draft:
    """Pairs within one set: taken as a matching when every choice stands in just one pair."""
    elements = {each.get("identifier") or "": each for each in item.only if each.tag == "simpleAssociableChoice"}
    pairs = [pair for pair in (_pair(value) for value in item.response.correct) if pair]
    used = [name for pair in pairs for name in pair]
    if not pairs or sorted(used) != sorted(elements):
        raise Refused(_("associateInteraction: not every choice belongs to just one pair, which is not supported"))
    partial_weights(item)
    item.page.note(_("pairs within one list became a matching of two lists"))
    left, right = ([elements[pair[side]] for pair in pairs] for side in (0, 1))
    return _build_pairs(item, left, right, pairs)


def build_hottext(item: Item) -> Draft:
    """Words to be picked in a text: underlined there, and offered as options."""
    spots = list(item.only.iter("hottext"))
    for number, spot in enumerate(spots):
        item.page.marks[spot] = f"<u>{item.page.html(spot, f'options-{number + 1}')}</u> ({chr(65 + number % 26)})"
    options, names = rows(item, spots, "o", "options")
    item.page.marks[item.only] = item.page.html(item.only)
    prompt = item.page.html(item.body)
    item.page.note(_("words to be picked in the text are underlined there and offered as options"))
    right = known(item, right_ones(item, item.response), names)
    content = {"prompt": prompt, "options": options}
    if item.response.cardinality == "single":
        return Draft("single_choice", content, {"correct": right[0] if right else None})
    return Draft("multiple_response", content | _choose(item.only, len(options)),
                 {"correct": sorted(right, key=lambda name: int(name[1:])), **_table(item, item.response, names)})


