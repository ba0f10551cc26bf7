"""The editor of items: its page with or without script, the live preview, what is pasted, drafts kept meanwhile."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.bank import autosaves, names, pasting, services, twins
from assessment.bank.blueprint import blueprint
from assessment.bank.content import ITEM_TYPES, read_body
from assessment.bank.editing import EditedBody, blank_body, body_of_fields, body_of_version
from assessment.bank.editor_models import ItemAutosave
from assessment.bank.expressions import BadFormula
from assessment.bank.forms import PlaceForm, as_id, keep_sent_picture, score_table_choices
from assessment.bank.keys_in_words import key_lines
from assessment.bank.markup import plain_text, sanitise, source_to_html
from assessment.bank.media import item_html
from assessment.bank.models import Item
from assessment.bank.services import ItemDetail
from assessment.bank.variants import check_variants, realise
from lms.core.db import outside_transaction
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import allow_style_attributes, current_actor, flash_success

SHOWN_DRAWS = 10
UNWRITTEN = "…"
WIDTHS, PRINTS = ("wide", "phone"), ("normal", "large")


@blueprint.app_template_filter("source_html")
def source_html(source: str | None) -> str:
    """What stands in a text field, as the surface shows it; plain text for an attribute, to be escaped there."""
    return str(item_html(sanitise(source_to_html(source or ""))))


@blueprint.app_template_filter("pool_choice")
def pool_choice(row: dict[str, str]) -> tuple[str, str]:
    """A row of {"id", "text"} as a choice of a list: its number and what it begins with."""
    return row.get("id", ""), f"{row.get('id', '')[1:]}. {plain_text(row.get('text', ''), limit=60)}"


@blueprint.app_template_filter("number_choice")
def number_choice(number: int) -> tuple[str, str]:
    """A number as a choice of a list."""
    return str(number), str(number)


@blueprint.get("/items/new")
def choose_type() -> str:
    """Which type of item to write."""
    authorize(current_actor(), "item:create")
    return render_template("assessment/bank/choose_type.html", types=ITEM_TYPES, names=names)


@blueprint.route("/items/new/<type>", methods=["GET", "POST"])
def create_item(type: str) -> ResponseReturnValue:
    """Write an item; `?twin=<id>` begins with another item, to be said in the other language."""
    _check_type(type)
    authorize(current_actor(), "item:create")
    twin = _twin()
    if request.form:
        return _turn(Editor(PlaceForm(), body_of_fields(type, _sent()), place_code=_new_place(type, twin), twin=twin))
    if twin is not None and twin.item.type != type:
        raise NotFound(_("There is no such question."))
    place = PlaceForm()
    editor = Editor(place, blank_body(type), place_code=_new_place(type, twin), twin=twin)
    if twin is not None:
        place.show(twin)
        place.language.data = "en" if twin.item.language == "vi" else "vi"
        editor.body = body_of_version(type, twin.version.content, twin.version.key)
    return _opened(editor)


@blueprint.route("/items/<uuid:item_id>/edit", methods=["GET", "POST"])
def revise_item(item_id: UUID) -> ResponseReturnValue:
    """Write the next version of an item."""
    detail = services.get_item(current_actor(), item_id)
    authorize(current_actor(), "item:revise", detail.item)
    version, place = detail.version, PlaceForm()
    if request.form:
        return _turn(Editor(place, body_of_fields(version.type, _sent()), detail.item, place_code=str(item_id)))
    place.show(detail)
    body = body_of_version(version.type, version.content, version.key)
    return _opened(Editor(place, body, detail.item, place_code=str(item_id)))


@blueprint.post("/items/preview/<type>")
def preview_item(type: str) -> str:
    """The item that the editor holds, as a candidate will see it: a piece of a page for the live preview."""
    _check_type(type)
    authorize(current_actor(), "item:create")
    return render_template("assessment/bank/_preview.html", **_preview(body_of_fields(type, _sent())))


@blueprint.post("/items/autosave/<place>")
def keep_autosave(place: str) -> Response:
    """Keep what the editor holds, for when the page closes before it is saved; never a version."""
    saved = autosaves.keep_autosave(current_actor(), place, _sent(everything=True))
    return jsonify(saved_at=saved.saved_at.isoformat())


@blueprint.post("/items/autosave/<place>/discard")
def discard_autosave(place: str) -> ResponseReturnValue:
    """Forget what was kept and open the editor as it would be without."""
    autosaves.discard_autosave(current_actor(), place)
    flash_success(_("The kept draft is discarded."))
    kind, _colon, which = place.partition(":")
    if kind == "new" and which.partition(":")[0] in ITEM_TYPES:
        type, _colon, twin = which.partition(":")
        return redirect(url_for("bank.create_item", type=type, twin=twin or None))
    return redirect(url_for("bank.revise_item", item_id=as_id(place)) if as_id(place) else url_for("bank.list_items"))


@blueprint.post("/items/paste")
def read_paste() -> Response:
    """What was pasted, as teaching text, and in words whatever could not be kept."""
    authorize(current_actor(), "item:create")
    outside_transaction()
    pasted = pasting.read_paste(current_actor(), request.get_data(as_text=True), as_id(request.args.get("bank")))
    return jsonify(html=str(pasting.shown(pasted.html)), notes=pasted.notes, pictures=pasted.waiting)


@blueprint.get("/items/<uuid:item_id>/preview")
def show_preview(item_id: UUID) -> str:
    """The item alone, as a candidate sees it: on a phone, in large print."""
    detail = services.get_item(current_actor(), item_id)
    allow_style_attributes()
    width = request.args.get("width") if request.args.get("width") in WIDTHS else "wide"
    size = request.args.get("print") if request.args.get("print") in PRINTS else "normal"
    return render_template("assessment/bank/preview.html", item=detail.item, version=detail.version, width=width,
                           size=size)


@blueprint.get("/items/<uuid:item_id>/variants")
def show_variants(item_id: UUID) -> str:
    """Ten draws of an item with variables, and what is wrong in all of them or in a thousand."""
    detail = services.get_item(current_actor(), item_id)
    version = detail.version
    allow_style_attributes()
    outside_transaction()
    report = check_variants(version.type, version.content, version.key)
    return render_template("assessment/bank/variants.html", item=detail.item, version=version, report=report,
                           draws=_draws(version.content, version.key) if report.draws else [], key_lines=key_lines)


@blueprint.get("/items/<uuid:item_id>/twins")
def show_twins(item_id: UUID) -> str:
    """An item and its twins of other languages, side by side."""
    detail = services.get_item(current_actor(), item_id)
    others = [services.get_item(current_actor(), each.id) for each in twins.list_twins(current_actor(), detail.item)]
    return render_template("assessment/bank/twins.html", item=detail.item, sides=[detail, *others], names=names,
                           key_lines=key_lines)


def _draws(content: dict[str, Any], key: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The first ten draws; fewer where some cannot be made."""
    made = []
    for seed in range(SHOWN_DRAWS):
        with suppress(BadFormula):
            made.append(realise(content, key, seed))
    return made


@dataclass
class Editor:
    """The editor's page: where the item belongs, its body, and the item if it exists already."""

    place: PlaceForm
    body: EditedBody
    item: Item | None = None
    place_code: str = ""
    twin: ItemDetail | None = None
    kept: ItemAutosave | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def bank_id(self) -> UUID | None:
        """The bank of the item, of the one that it is the twin of, or the one that was chosen."""
        known = self.item or (self.twin.item if self.twin else None)
        return known.bank_id if known else as_id(self.place.bank_id.data)

    def save(self, state: str) -> Item:
        """Store what the page holds and forget the kept draft; raises Invalid."""
        draft = self.place.draft(self.body, state, self.item, self.bank_id)
        if self.item is None:
            item = services.create_item(current_actor(), draft)
        else:
            item = services.revise_item(current_actor(), self.item.id, draft)
        if self.twin is not None:
            twins.link_twins(current_actor(), self.twin.item.id, item.id)
        autosaves.discard_autosave(current_actor(), self.place_code)
        return item


def _opened(editor: Editor) -> ResponseReturnValue:
    """The editor as it is opened: with the kept draft, if there is one."""
    kept = autosaves.find_autosave(current_actor(), editor.place_code)
    if kept is not None:
        fields = autosaves.fields_of(kept)
        editor.kept, editor.body = kept, body_of_fields(editor.body.type, fields)
        editor.place.take(fields)
    return _page(editor)


def _turn(editor: Editor) -> ResponseReturnValue:
    """One turn of the editor: a button changes the fields, shows the preview again, or saves."""
    action = request.form.get("action", "")
    editor.place.offer_choices()
    try:
        keep_sent_picture(current_actor(), editor.body, editor.bank_id)
        if action.startswith("save-") and editor.place.validate_on_submit():
            item = editor.save(action.removeprefix("save-"))
            flash_success(_("The question is saved."))
            return redirect(url_for("bank.show_item", item_id=item.id))
    except Invalid as error:
        editor.problems = error.problems or [Problem("", error.message)]
    editor.body.change(action)
    return _page(editor, failed=action.startswith("save-") or bool(editor.problems))


def _page(editor: Editor, *, failed: bool = False) -> ResponseReturnValue:
    editor.place.is_new = editor.item is None and editor.twin is None
    editor.place.offer_choices()
    allow_style_attributes()
    page = render_template("assessment/bank/edit.html", editor=editor, place=editor.place, body=editor.body,
                           names=names, problems=_by_field(editor.problems), failed=failed,
                           tables=score_table_choices(editor.body.type), **_preview(editor.body))
    return page, 422 if failed else 200


def _preview(body: EditedBody) -> dict[str, Any]:
    clean, faults = read_body(body.type, body.content(), body.key())
    rows = {name: [row if row["text"] else {**row, "text": UNWRITTEN} for row in clean.content[name]]
            for name in ("options", "targets", "pool") if clean.content.get(name)}
    return {"preview": replace(clean, content={**clean.content, **rows}), "faults": faults}


def _by_field(problems: list[Problem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.where, []).append(problem.message)
    return found


def _sent(*, everything: bool = False) -> list[tuple[str, str]]:
    """The fields that came; all of them where they are kept for later, without what belongs to the sending."""
    left_out = {"csrf_token", "action"}
    return [(name, value) for name, value in request.form.items(multi=True) if not everything or name not in left_out]


def _check_type(type: str) -> None:
    if type not in ITEM_TYPES:
        raise NotFound(_("No such type of question."))


def _twin() -> ItemDetail | None:
    twin_id = as_id(request.args.get("twin"))
    return services.get_item(current_actor(), twin_id) if twin_id else None


def _new_place(type: str, twin: ItemDetail | None) -> str:
    return f"new:{type}:{twin.item.id}" if twin else f"new:{type}"
