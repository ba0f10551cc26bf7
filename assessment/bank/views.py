"""Pages of the bank: the list and one item. The editor, banks and reviews have modules of views of their own."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.bank import banks_views, editor_views, names, review_views, services, stimuli_views
from assessment.bank.blueprint import blueprint
from assessment.bank.content import ITEM_TYPES, LEVELS
from assessment.bank.forms import as_id, topic_label
from assessment.bank.keys_in_words import key_lines
from assessment.bank.models import STATES, Item
from assessment.bank.page_policy import open_page_for
from lms.core.db import Page
from lms.core.i18n import _
from lms.core.permissions import may
from lms.core.web import current_actor, flash_success, page_number
from lms.curriculum import services as curriculum
from lms.identity import services as identity

__all__ = ["banks_views", "blueprint", "editor_views", "review_views", "stimuli_views"]


@blueprint.get("/")
def list_items() -> str:
    """The bank, narrowed by what the address says."""
    wanted = _wanted()
    choices = _choices(wanted["subject_id"])
    if wanted["topic_id"] not in {topic_id for topic_id, _name in choices["topics"]}:
        wanted["topic_id"] = None
    page = services.list_items(current_actor(), **wanted, page=page_number())
    actor = current_actor()
    return render_template("assessment/bank/list.html", page=page, wanted=_shown(wanted), names=names,
                           places=_places(page), bank=_named_bank(wanted["bank_id"]),
                           waiting=services.count_waiting(actor), **choices)


@blueprint.get("/items/<uuid:item_id>")
def show_item(item_id: UUID) -> str:
    """One item: preview, key, versions, what it is like, and how it did."""
    actor = current_actor()
    detail = services.get_item(actor, item_id)
    versions = services.list_versions(actor, item_id)
    wanted = request.args.get("version", "")
    version = next((each for each in versions if str(each.number) == wanted), detail.version)
    authors = {each.created_by for each in versions if each.created_by} | {detail.item.owner_id}
    open_page_for({version.type})
    return render_template("assessment/bank/show.html", item=detail.item, version=version, versions=versions,
                           shared=detail.shared, names=names, place=_place(detail),
                           people=identity.person_names(authors),
                           keys=key_lines(version.type, version.content, version.key),
                           alike=services.find_duplicates_of(actor, item_id),
                           statistics=services.list_statistics(actor, item_id), uses=services.list_uses(actor, item_id),
                           bank=_named_bank(detail.item.bank_id))


@blueprint.post("/items/<uuid:item_id>/<any(ready, retire, restore):action>")
def move_item(item_id: UUID, action: str) -> ResponseReturnValue:
    """Make ready, retire, or take back."""
    act = {"ready": services.make_item_ready, "retire": services.retire_item,
           "restore": services.restore_item}
    done = {"ready": _("The question is ready: tests can be drawn with it."),
            "retire": _("The question is retired. Exams that have it keep it."),
            "restore": _("The question is a draft again.")}
    act[action](current_actor(), item_id)
    flash_success(done[action])
    return redirect(url_for("bank.show_item", item_id=item_id))


def _named_bank(bank_id: UUID | None) -> Any:
    """The bank of a list or an item, where the one who asks may know it."""
    bank = services.find_bank(bank_id) if bank_id else None
    return bank if bank is not None and may(current_actor(), "bank:read", bank) else None


def _wanted() -> dict[str, Any]:
    """The filters that the address names; unknown values are none."""
    args = request.args
    return {"subject_id": as_id(args.get("subject")), "topic_id": as_id(args.get("topic")),
            "level": args.get("level", "") if args.get("level") in LEVELS else "",
            "type": args.get("type", "") if args.get("type") in ITEM_TYPES else "",
            "state": args.get("state", "") if args.get("state") in STATES else "",
            "text": args.get("text", "").strip()[:200], "mine": args.get("mine") == "1",
            "bank_id": as_id(args.get("bank"))}


def _shown(wanted: dict[str, Any]) -> dict[str, str]:
    """The filters as arguments of an address, without those that are not set."""
    args = {"subject": wanted["subject_id"], "topic": wanted["topic_id"], "level": wanted["level"],
            "type": wanted["type"], "state": wanted["state"], "text": wanted["text"],
            "mine": "1" if wanted["mine"] else "", "bank": wanted["bank_id"]}
    return {name: str(value) for name, value in args.items() if value}


def _choices(subject_id: UUID | None) -> dict[str, Any]:
    topics = curriculum.list_topics(subject_id) if subject_id else []
    return {"subjects": curriculum.list_subjects(),
            "topics": [(topic.id, topic_label(topic)) for topic in topics]}


def _places(page: Page[Item]) -> dict[str, dict[UUID, str]]:
    return {"subjects": curriculum.subject_names({item.subject_id for item in page}),
            "topics": curriculum.topic_names({item.topic_id for item in page if item.topic_id}),
            "people": identity.person_names({item.owner_id for item in page}),
            "banks": services.bank_names({item.bank_id for item in page if item.bank_id})}


def _place(detail: services.ItemDetail) -> dict[str, Any]:
    item = detail.item
    outcomes = curriculum.list_outcomes(item.subject_id) if detail.outcome_ids else []
    return {"subject": curriculum.subject_names({item.subject_id}).get(item.subject_id, ""),
            "topic": curriculum.topic_names({item.topic_id}).get(item.topic_id, "") if item.topic_id else "",
            "outcomes": [outcome for outcome in outcomes if outcome.id in detail.outcome_ids]}
