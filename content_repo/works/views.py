"""Pages of works: browsing, the record, the three steps of a deposit (describe, add the file, hand in)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_repo.works import services
from content_repo.works.forms import (
    DescriptionForm,
    FileForm,
    RightsForm,
    StepForm,
    description_form,
    outcome_choices,
)
from content_repo.works.schema import ACCESS_LEVELS, KINDS, Kind
from content_repo.works.services import WorkRecord
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number
from lms.curriculum import services as curriculum

blueprint = Blueprint(
    "works", __name__, url_prefix="/works", template_folder="templates", static_folder="static"
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# Publishing and returning belong to a review and are taken in the curation room.
OWN_STEPS = ("submit", "retract", "catalogue", "discard", "withdraw", "restore")


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"work_state_label": services.state_label, "work_kinds": KINDS}


@blueprint.get("")
def browse() -> str:
    """Published works, newest first, open to everybody."""
    kind = request.args.get("kind", "")
    subject = _subject_asked()
    works = services.list_published(
        current_actor(), kind=kind, subject_id=subject.id if subject else None, page=page_number()
    )
    return render_template(
        "content_repo/works/browse.html",
        works=works,
        kind=kind,
        subject=subject,
        counts=services.count_published(current_actor()),
        subjects=curriculum.list_subjects(),
    )


def _subject_asked() -> curriculum.SubjectRef | None:
    return curriculum.find_subject_by_code(request.args.get("subject", ""))


@blueprint.get("/mine")
def list_mine() -> str:
    """The person's own works."""
    state = request.args.get("state", "")
    works = services.list_my_works(current_actor(), state=state, page=page_number())
    return render_template("content_repo/works/mine.html", works=works, state=state)


@blueprint.get("/new")
def choose_kind() -> str:
    """What kind of work is it?"""
    authorize(current_actor(), "work:create")
    return render_template("content_repo/works/choose_kind.html", kinds=KINDS.values())


@blueprint.route("/new/<kind_code>", methods=["GET", "POST"])
def describe_new(kind_code: str) -> ResponseReturnValue:
    """Describe a new work; the draft is kept when it has a title."""
    authorize(current_actor(), "work:create")
    kind = _kind(kind_code)
    form = description_form(kind, {"language": "vi"})
    if not request.form.get("refresh") and form.validate_on_submit():
        try:
            work = services.create_work(current_actor(), kind.code, form.description(kind))
        except Invalid as error:
            form.add_problems(error)
        else:
            flash_success(_("The draft is saved."))
            return redirect(url_for("works.files", work_id=work.id))
    return _describe_page(form, kind, None)


@blueprint.route("/<uuid:work_id>/edit", methods=["GET", "POST"])
def edit(work_id: UUID) -> ResponseReturnValue:
    """Change the description."""
    record = _record_to_edit(work_id)
    form = description_form(record.kind, record.values(), record.work.version)
    if not request.form.get("refresh") and form.validate_on_submit():
        try:
            services.edit_work(
                current_actor(), work_id, form.description(record.kind), version=form.version.data or 0
            )
        except Invalid as error:
            form.add_problems(error)
        else:
            flash_success(_("The description is saved."))
            return redirect(_after_edit(record))
    return _describe_page(form, record.kind, record)


def _describe_page(form: DescriptionForm, kind: Kind, record: WorkRecord | None) -> ResponseReturnValue:
    page = render_template(
        "content_repo/works/describe.html",
        form=form,
        kind=kind,
        record=record,
        return_reason=_return_reason(record),
    )
    return page, 422 if form.errors or form.form_errors else 200


def _after_edit(record: WorkRecord) -> str:
    draft = record.work.state in ("draft", "returned")
    return url_for("works.files" if draft else "works.show", work_id=record.work.id)


def _record_to_edit(work_id: UUID) -> WorkRecord:
    """The record for those who may change it; the form is not even shown to others."""
    record = services.get_work(current_actor(), work_id)
    authorize(current_actor(), "work:edit", record.work)
    return record


def _return_reason(record: WorkRecord | None) -> str | None:
    return services.find_return_reason(current_actor(), record.work.id) if record else None


def _kind(code: str) -> Kind:
    kind = KINDS.get(code)
    if kind is None:
        raise NotFound(_("There is no such kind of work."))
    return kind


@blueprint.get("/outcomes")
def show_outcomes() -> str:
    """The outcomes of a subject and grade as a piece of the description form."""
    chosen = request.args.getlist("outcomes")
    choices = outcome_choices(request.args.get("subject", ""), request.args.get("grade", ""))
    return render_template("content_repo/works/_outcomes.html", choices=choices, chosen=chosen)


@blueprint.route("/<uuid:work_id>/files", methods=["GET", "POST"])
def files(work_id: UUID) -> ResponseReturnValue:
    """Add the file, and say who may open it from when."""
    record = _record_to_edit(work_id)
    form = FileForm()
    if form.validate_on_submit():
        try:
            _add_file(work_id, form)
        except Invalid as error:
            form.add_problems(error)
        else:
            flash_success(_("The file is added."))
            return redirect(url_for("works.files", work_id=work_id))
    page = render_template(
        "content_repo/works/files.html",
        form=form,
        record=record,
        access_levels=ACCESS_LEVELS,
        page=services.record_page(current_actor(), record),
        return_reason=_return_reason(record),
        day_of=day_of,
    )
    return page, 422 if form.errors or form.form_errors else 200


def _add_file(work_id: UUID, form: FileForm) -> None:
    rights = {"access": form.access.data, "embargo_until": start_of_day(form.embargo_date.data)}
    if form.upload.data:
        services.attach_file(current_actor(), work_id, _upload_id(form.upload.data), **rights)
        return
    sent = form.file.data
    if sent is None or not sent.filename:
        raise Invalid(_("Choose a file first."))
    services.add_file(
        current_actor(), work_id, stream=sent.stream, name=sent.filename, content_type=sent.mimetype, **rights
    )


def _upload_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(_("Choose a file first.")) from None


def start_of_day(day: date | None) -> datetime | None:
    """The first moment of this day in Vietnam: an embargo "until 1 March" ends as 1 March begins."""
    return datetime.combine(day, time(), ZONE) if day else None


def day_of(moment: datetime | None) -> str:
    """The Vietnamese day of a moment as a date field wants it; empty for none."""
    return moment.astimezone(ZONE).date().isoformat() if moment else ""


@blueprint.post("/<uuid:work_id>/files/<uuid:file_id>/rights")
def change_rights(work_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Change who may open a file and from when."""
    form = RightsForm()
    if not form.validate_on_submit():
        raise Invalid(_("Some fields need your attention."), form.problems())
    services.change_rights(
        current_actor(),
        work_id,
        file_id,
        access=form.access.data,
        embargo_until=start_of_day(form.embargo_date.data),
    )
    flash_success(_("The access to the file is changed."))
    return redirect(url_for("works.files", work_id=work_id))


@blueprint.post("/<uuid:work_id>/files/<uuid:file_id>/remove")
def remove_file(work_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take a file off a draft."""
    services.remove_file(current_actor(), work_id, file_id)
    flash_success(_("The file is removed."))
    return redirect(url_for("works.files", work_id=work_id))


@blueprint.get("/<uuid:work_id>/finish")
def finish(work_id: UUID) -> str:
    """What is still missing, and the button that hands the work in or publishes it."""
    record = _record_to_edit(work_id)
    return render_template(
        "content_repo/works/finish.html",
        record=record,
        page=services.record_page(current_actor(), record),
        problems=services.completeness_problems(record),
        form=StepForm(),
        return_reason=_return_reason(record),
    )


@blueprint.post("/<uuid:work_id>/steps")
def take_step(work_id: UUID) -> ResponseReturnValue:
    """Hand in, take back, publish a catalogued work, withdraw, restore, discard."""
    form = StepForm()
    if not form.validate_on_submit() or form.step.data not in OWN_STEPS:
        raise Invalid(_("This cannot be done at this address."))
    work = services.take_step(current_actor(), work_id, form.step.data, reason=form.reason.data or "")
    flash_success(_("Done. The work is now: %(state)s.", state=services.state_label(work.state)))
    target = "works.list_mine" if form.step.data == "discard" else "works.show"
    return redirect(url_for(target, work_id=work_id) if target == "works.show" else url_for(target))


@blueprint.get("/<uuid:work_id>")
def show(work_id: UUID) -> ResponseReturnValue:
    """The record, open to everybody once it is published; a tombstone when it was withdrawn."""
    record = services.get_work(current_actor(), work_id)
    page = services.record_page(current_actor(), record)
    status = 410 if record.is_tombstone and not page.keeps else 200
    return render_template(
        "content_repo/works/show.html",
        record=record,
        page=page,
        form=StepForm(),
        return_reason=_return_reason(record) if page.keeps else None,
    ), status


@blueprint.get("/<uuid:work_id>/files/<uuid:file_id>")
def open_file(work_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Send a person who may open the file on to its signed address; refuse everybody else with the reason."""
    download = request.args.get("download") == "1"
    return redirect(services.open_work_file(current_actor(), work_id, file_id, download=download))
