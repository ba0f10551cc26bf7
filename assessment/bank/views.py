"""Pages of the bank: the list, one item, the editor with its preview."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.bank import names, services
from assessment.bank.content import ITEM_TYPES, LEVELS, read_body
from assessment.bank.forms import EditedBody, PlaceForm, as_id, topic_label
from assessment.bank.models import STATES, Item
from lms.core.db import Page
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number
from lms.curriculum import services as curriculum
from lms.identity import services as identity

blueprint = Blueprint("bank", __name__, url_prefix="/bank", template_folder="templates",
                      static_folder="static")


@blueprint.get("/")
def list_items() -> str:
    """The bank, narrowed by what the address says."""
    wanted = _wanted()
    choices = _choices(wanted["subject_id"])
    if wanted["topic_id"] not in {topic_id for topic_id, _name in choices["topics"]}:
        wanted["topic_id"] = None
    page = services.list_items(current_actor(), **wanted, page=page_number())
    return render_template("assessment/bank/list.html", page=page, wanted=_shown(wanted), names=names,
                           places=_places(page), **choices)


@blueprint.get("/items/new")
def choose_type() -> str:
    """Which type of item to write."""
    authorize(current_actor(), "item:create")
    return render_template("assessment/bank/choose_type.html", types=ITEM_TYPES, names=names)


@blueprint.route("/items/new/<type>", methods=["GET", "POST"])
def create_item(type: str) -> ResponseReturnValue:
    """Write an item."""
    if type not in ITEM_TYPES:
        raise NotFound(_("No such type of question."))
    authorize(current_actor(), "item:create")
    body = EditedBody.from_form(type, request.form) if request.form else EditedBody.blank(type)
    return _edit(Editor(PlaceForm(), body, None))


@blueprint.route("/items/<uuid:item_id>/edit", methods=["GET", "POST"])
def revise_item(item_id: UUID) -> ResponseReturnValue:
    """Write the next version of an item."""
    detail = services.get_item(current_actor(), item_id)
    authorize(current_actor(), "item:revise", detail.item)
    place, version = PlaceForm(), detail.version
    if request.form:
        return _edit(Editor(place, EditedBody.from_form(version.type, request.form), detail.item))
    place.show(detail)
    body = EditedBody.from_version(version.type, version.content, version.key)
    return _edit(Editor(place, body, detail.item))


@blueprint.post("/items/preview/<type>")
def preview_item(type: str) -> str:
    """The item that the editor holds, as a candidate will see it: a piece of a page for the live preview."""
    if type not in ITEM_TYPES:
        raise NotFound(_("No such type of question."))
    authorize(current_actor(), "item:create")
    body = EditedBody.from_form(type, request.form)
    return render_template("assessment/bank/_preview.html", **_preview(body))


@blueprint.get("/items/<uuid:item_id>")
def show_item(item_id: UUID) -> str:
    """One item: preview, key, versions."""
    detail = services.get_item(current_actor(), item_id)
    versions = services.list_versions(current_actor(), item_id)
    wanted = request.args.get("version", "")
    version = next((each for each in versions if str(each.number) == wanted), detail.version)
    authors = {each.created_by for each in versions if each.created_by} | {detail.item.owner_id}
    return render_template("assessment/bank/show.html", item=detail.item, version=version, versions=versions,
                           names=names, place=_place(detail), people=identity.person_names(authors))


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


@dataclass
class Editor:
    """The editor's page: where the item belongs, its body, and the item if it exists already."""

    place: PlaceForm
    body: EditedBody
    item: Item | None
    problems: list[Problem] | None = None

    def save(self, state: str) -> Item:
        """Store what the page holds; raises Invalid."""
        draft = self.place.draft(self.body, state)
        if self.item is None:
            return services.create_item(current_actor(), draft)
        return services.revise_item(current_actor(), self.item.id, draft)


def _edit(editor: Editor) -> ResponseReturnValue:
    """One turn of the editor: a button changes the fields, shows the preview again, or saves."""
    action = request.form.get("action", "")
    editor.place.offer_choices()
    if action.startswith("save-") and editor.place.validate_on_submit():
        try:
            item = editor.save(action.removeprefix("save-"))
        except Invalid as error:
            editor.problems = error.problems or [Problem("", error.message)]
        else:
            flash_success(_("The question is saved."))
            return redirect(url_for("bank.show_item", item_id=item.id))
    editor.body.change(action)
    failed = action.startswith("save-")
    page = render_template("assessment/bank/edit.html", editor=editor, place=editor.place, body=editor.body,
                           names=names, problems=_by_field(editor.problems or []), failed=failed,
                           **_preview(editor.body))
    return page, 422 if failed else 200


def _preview(body: EditedBody) -> dict[str, Any]:
    clean, faults = read_body(body.type, body.content(), body.key())
    return {"preview": clean, "faults": faults}


def _by_field(problems: list[Problem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.where, []).append(problem.message)
    return found


def _wanted() -> dict[str, Any]:
    """The filters that the address names; unknown values are none."""
    args = request.args
    return {"subject_id": as_id(args.get("subject")), "topic_id": as_id(args.get("topic")),
            "level": args.get("level", "") if args.get("level") in LEVELS else "",
            "type": args.get("type", "") if args.get("type") in ITEM_TYPES else "",
            "state": args.get("state", "") if args.get("state") in STATES else "",
            "text": args.get("text", "").strip()[:200], "mine": args.get("mine") == "1"}


def _shown(wanted: dict[str, Any]) -> dict[str, str]:
    """The filters as arguments of an address, without those that are not set."""
    args = {"subject": wanted["subject_id"], "topic": wanted["topic_id"], "level": wanted["level"],
            "type": wanted["type"], "state": wanted["state"], "text": wanted["text"],
            "mine": "1" if wanted["mine"] else ""}
    return {name: str(value) for name, value in args.items() if value}


def _choices(subject_id: UUID | None) -> dict[str, Any]:
    topics = curriculum.list_topics(subject_id) if subject_id else []
    return {"subjects": curriculum.list_subjects(),
            "topics": [(topic.id, topic_label(topic)) for topic in topics]}


def _places(page: Page[Item]) -> dict[str, dict[UUID, str]]:
    return {"subjects": curriculum.subject_names({item.subject_id for item in page}),
            "topics": curriculum.topic_names({item.topic_id for item in page if item.topic_id}),
            "people": identity.person_names({item.owner_id for item in page})}


def _place(detail: services.ItemDetail) -> dict[str, Any]:
    item = detail.item
    outcomes = curriculum.list_outcomes(item.subject_id) if detail.outcome_ids else []
    return {"subject": curriculum.subject_names({item.subject_id}).get(item.subject_id, ""),
            "topic": curriculum.topic_names({item.topic_id}).get(item.topic_id, "") if item.topic_id else "",
            "outcomes": [outcome for outcome in outcomes if outcome.id in detail.outcome_ids]}
