"""One QTI item of 2.0 to 3.0 as a question of the bank, or the reason why not."""

from collections.abc import Callable
from html import escape
from typing import Any

from assessment.bank.markup import plain_text
from assessment.interchange.building import Built, finish
from assessment.interchange.qti import choices, gaps, pictures, written
from assessment.interchange.qti.body import FEEDBACK, INTERACTIONS, Page
from assessment.interchange.qti.details import apply_details, details_of
from assessment.interchange.qti.drafts import Draft, Item, together, verdict
from assessment.interchange.qti.files import Files
from assessment.interchange.qti.marking import read_marking
from assessment.interchange.qti.sources import source_of
from assessment.interchange.qti.tree import Element, text_of
from assessment.interchange.qti.variables import check_draws, read_variables
from assessment.interchange.questions import Found, ParsedQuestion, Refused, refuse
from lms.core.i18n import _

_CHOICES = frozenset(("simpleChoice", "simpleAssociableChoice", "inlineChoice", "hottext", "gapText"))
_BUILDERS: dict[str, Callable[[Item], Draft]] = {
    "choiceInteraction": choices.build_choice, "orderInteraction": choices.build_order,
    "matchInteraction": choices.build_match, "associateInteraction": choices.build_associate,
    "hottextInteraction": choices.build_hottext, "gapMatchInteraction": gaps.build_gap_match,
    "textEntryInteraction": gaps.build_entries, "inlineChoiceInteraction": gaps.build_entries,
    "hotspotInteraction": pictures.build_hotspot, "selectPointInteraction": pictures.build_points,
    "positionObjectInteraction": pictures.build_points, "graphicGapMatchInteraction": pictures.build_labels,
    "extendedTextInteraction": written.build_essay, "uploadInteraction": written.build_upload,
    "sliderInteraction": written.build_slider,
}


def read_item(root: Element, files: Files, *, category: str = "", position: str = "",
              metadata: dict[str, Any] | None = None) -> ParsedQuestion:
    """The question of an `assessmentItem` (in the spelling of QTI 2); never raises for what stands in it."""
    name = root.get("title") or root.get("identifier") or ""
    body = root.find("itemBody")
    kinds = [] if body is None else list(dict.fromkeys(each.tag for each in body.iter() if each.tag in INTERACTIONS))
    found = Found(root.sourceline or 1, ", ".join(kinds) or "assessmentItem", name, category, position)
    source = source_of(root)
    try:
        page = Page(files)
        built = _build(root, body, page)
        built = Built(built.type, built.content, built.key, tuple(page.notes), tuple(page.problems),
                      tuple(page.unsure), {**(metadata or {}), **built.metadata})
        return check_draws(finish(found, built, source, page.stimulus))
    except Refused as refusal:
        return refuse(found, str(refusal), escape(text_of(body))[:2000], source)


def _build(root: Element, body: Element | None, page: Page) -> Built:
    if body is None:
        raise Refused(_("the item has no body (itemBody)"))
    if root.get("adaptive") == "true":
        raise Refused(_("the item is adaptive: it goes on in several steps after the first answer, "
                        "which is not supported"))
    details = details_of(body)
    for reference in root.iterfind("assessmentStimulusRef"):
        page.part(reference)
    item = Item(root, body, page, read_marking(root), _interactions(body, page), details.get("type", ""))
    variables = read_variables(root, item)
    draft = _builder(item)(item)
    if not details:
        _say_rule(item, draft)
        _say_unread(item, draft)
    content, key = draft.content | variables, draft.key
    explanation = _explanation(root, page, bare=bool(details))
    if explanation:
        key = key | {"explanation": explanation}
    return apply_details(Built(draft.type, content, key), details)


def _interactions(body: Element, page: Page) -> list[Element]:
    found = [each for each in body.iter() if each.tag in INTERACTIONS]
    if any(each.tag == "endAttemptInteraction" for each in found):
        page.note(_("a button of the item (hint or solution) is not kept"))
    return [each for each in found if each.tag != "endAttemptInteraction"]


def _builder(item: Item) -> Callable[[Item], Draft]:
    kinds = {each.tag for each in item.interactions}
    if not kinds:
        raise Refused(_("there is nothing to answer in this item"))
    if item.hint == "table_fill" and kinds <= gaps.INLINE and item.body.find(".//table") is not None:
        return gaps.build_table
    if len(item.interactions) > 1 and not kinds <= gaps.INLINE:
        raise Refused(_("several interactions in one item are not supported: %(names)s",
                        names=", ".join(sorted(kinds))))
    name = item.interactions[0].tag
    if name not in _BUILDERS:
        raise Refused(_("type not supported: %(type)s", type=name))
    return _BUILDERS[name]


def _say_rule(item: Item, draft: Draft) -> None:
    """Say where the marking of the file is more than can be kept."""
    if draft.type in ("essay", "file_upload"):
        return
    if item.marking.odd:
        item.page.doubt("key", _("the file marks by a rule of its own (%(names)s); please look at the key",
                                 names=", ".join(item.marking.odd)[:100]))
    elif not item.marking.has_rule:
        item.page.note(_("the file does not say how the answer is marked"))


def _say_unread(item: Item, draft: Draft) -> None:
    """Say what stands in the item and is not kept."""
    if item.page.markers_told and draft.type not in ("essay", "file_upload"):
        item.page.note(_("what the item tells the markers is not kept"))
    if next(item.root.iter("catalogInfo", "apipAccessibility", "accessibilityInfo"), None) is not None:
        item.page.note(_("other ways to present the item (spoken, signed, braille) are not kept"))
    if item.root.get("timeDependent") == "true":
        item.page.note(_("the time limit of the item is not kept"))


def _explanation(root: Element, page: Page, *, bare: bool) -> str:
    """What the item says afterwards, to all answers together; `bare`: as our own writer left it."""
    said: list[tuple[str, str]] = []
    for element in root.iter():
        if element.tag not in FEEDBACK or any(above.tag in FEEDBACK for above in element.iterancestors()):
            continue
        inside = page.html(element, "explanation")
        if inside and bare:
            return inside
        if inside:
            said.append((_label(element, page), inside))
    return together(said, page)


def _label(element: Element, page: Page) -> str:
    """Which answer a word of feedback belongs to: the choice that it stands in, or right and wrong."""
    choice = next((above for above in element.iterancestors() if above.tag in _CHOICES), None)
    if choice is not None:
        return plain_text(page.html(choice, "explanation"), limit=120)
    return verdict(element.get("identifier") or "")
