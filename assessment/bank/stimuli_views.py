"""Pages of stimuli: the list, one with its set, the form to write one."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import NumberRange, Optional

from assessment.bank import names, services
from assessment.bank.blueprint import blueprint
from assessment.bank.editing import base
from assessment.bank.forms import as_id
from assessment.bank.media import keep_media
from assessment.bank.services import stimuli
from assessment.bank.stimuli import MOST_PLAYS
from lms.core.errors import Invalid, Problem
from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number
from lms.curriculum import services as curriculum


class StimulusForm(Form):
    """Title and place; the texts are fields of their own, as in the editor of items."""

    title = StringField(_l("Name of the text"))
    subject_id = SelectField(_l("Subject"), coerce=str)
    language = SelectField(_l("Language"), choices=list(names.LANGUAGE_NAMES.items()))
    bank_id = SelectField(_l("Bank"), default="")
    plays = IntegerField(_l("How often a candidate may hear it"), validators=[Optional(), NumberRange(1, MOST_PLAYS)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject_id.choices = [(str(each.id), each.name) for each in curriculum.list_subjects()]
        banks = services.list_banks_to_write(current_actor())
        self.bank_id.choices = [("", _("My own desk")), *((str(each.id), each.name) for each in banks)]

    def draft(self, content: dict[str, Any]) -> stimuli.StimulusDraft:
        """What was filled in."""
        return stimuli.StimulusDraft(self.title.data or "", content, as_id(self.subject_id.data) or UUID(int=0),
                                     self.language.data, as_id(self.bank_id.data))


@blueprint.get("/stimuli")
def list_stimuli() -> str:
    """The texts and recordings that the reader may use."""
    text = request.args.get("text", "")[:100]
    page = stimuli.list_stimuli(current_actor(), text=text, page=page_number())
    return render_template("assessment/bank/stimuli.html", page=page, text=text, names=names)


@blueprint.get("/stimuli/<uuid:stimulus_id>")
def show_stimulus(stimulus_id: UUID) -> str:
    """One text with its set of questions."""
    actor = current_actor()
    detail = stimuli.get_stimulus(actor, stimulus_id)
    return render_template("assessment/bank/stimulus.html", detail=detail, stimulus=detail.stimulus, names=names,
                           free=stimuli.list_free_items(actor, stimulus_id))


@blueprint.route("/stimuli/new", methods=["GET", "POST"])
def create_stimulus() -> ResponseReturnValue:
    """Write one."""
    authorize(current_actor(), "item:create")
    return _edit(StimulusForm(), None)


@blueprint.route("/stimuli/<uuid:stimulus_id>/edit", methods=["GET", "POST"])
def revise_stimulus(stimulus_id: UUID) -> ResponseReturnValue:
    """Write its next version."""
    detail = stimuli.get_stimulus(current_actor(), stimulus_id)
    authorize(current_actor(), "stimulus:write", detail.stimulus)
    plays = (detail.version.content.get("audio") or {}).get("plays")
    known = {"title": detail.title, "subject_id": str(detail.stimulus.subject_id), "language": detail.stimulus.language}
    return _edit(StimulusForm(data={**known, "plays": plays}), detail)


@blueprint.post("/stimuli/<uuid:stimulus_id>/items")
def set_items(stimulus_id: UUID) -> ResponseReturnValue:
    """Add questions to the set, take one out, or move one."""
    detail = stimuli.get_stimulus(current_actor(), stimulus_id)
    ids = [item.id for item in detail.items]
    act, _colon, named = request.form.get("action", "").partition(":")
    item_id = as_id(named)
    if act == "add":
        ids += [each for each in map(as_id, request.form.getlist("items")) if each]
    elif item_id in ids:
        place = ids.index(item_id)
        ids.remove(item_id)
        if act in ("up", "down"):
            ids.insert(max(0, place - 1) if act == "up" else place + 1, item_id)
    stimuli.set_items(current_actor(), stimulus_id, ids)
    flash_success(_("The set is saved."))
    return redirect(url_for("bank.show_stimulus", stimulus_id=stimulus_id))


def _edit(form: StimulusForm, detail: stimuli.StimulusDetail | None) -> ResponseReturnValue:
    problems: dict[str, list[str]] = {}
    before = detail.version.content if detail else {}
    if form.validate_on_submit():
        try:
            saved = _save(form, detail)
        except Invalid as error:
            for problem in error.problems or [Problem("", error.message)]:
                problems.setdefault(problem.where, []).append(problem.message)
        else:
            flash_success(_("The text is saved."))
            return redirect(url_for("bank.show_stimulus", stimulus_id=saved))
    texts = {name: request.form[name] if name in request.form else base.source(before.get(name))
             for name in ("body", "transcript")}
    page = render_template("assessment/bank/stimulus_edit.html", form=form, detail=detail, texts=texts,
                           audio=before.get("audio"), problems=problems, gap_tool=False,
                           editor={"bank_id": detail.stimulus.bank_id if detail else as_id(form.bank_id.data)})
    return page, 422 if problems or form.errors else 200


def _save(form: StimulusForm, detail: stimuli.StimulusDetail | None) -> UUID:
    content: dict[str, Any] = {name: base.html(request.form.get(name)) for name in ("body", "transcript")}
    source = _recording(detail, detail.stimulus.bank_id if detail else as_id(form.bank_id.data))
    if source:
        content["audio"] = {"src": source, "plays": form.plays.data}
    if detail is None:
        return stimuli.create_stimulus(current_actor(), form.draft(content)).id
    return stimuli.revise_stimulus(current_actor(), detail.stimulus.id, form.draft(content)).id


def _recording(detail: stimuli.StimulusDetail | None, bank_id: UUID | None) -> str:
    """The recording that was sent now, else the one from before unless it was taken away."""
    sent = request.files.get("recording")
    if sent and sent.filename:
        kept = keep_media(current_actor(), sent.read(), name=sent.filename, bank_id=bank_id)
        if kept.kind != "audio":
            raise Invalid(_("Choose a recording."))
        return kept.src
    before = (detail.version.content.get("audio") or {}) if detail else {}
    return "" if request.form.get("no_recording") else str(before.get("src", ""))
