"""The teacher's pages of exams."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.bank.names import LANGUAGE_NAMES
from assessment.bank.page_policy import open_page_for
from assessment.delivery import services
from assessment.delivery.asked import asked_sitting, same_sitting
from assessment.delivery.blueprint import blueprint
from assessment.delivery.forms import (
    ClassesForm,
    DrawForm,
    ExamForm,
    ReasonForm,
    RowForm,
    SetRowForm,
    level_names,
    release_names,
    review_names,
    set_kind_names,
    type_names,
)
from assessment.delivery.services import approval, archives, dealing, ending
from lms.core.errors import Invalid
from lms.core.forms import Form
from lms.core.i18n import _, _n
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations


@blueprint.context_processor
def names() -> dict[str, object]:
    """Words that several templates of this room need."""
    return {"level_names": level_names, "type_names": type_names, "release_names": release_names,
            "review_names": review_names, "set_kind_names": set_kind_names, "language_names": LANGUAGE_NAMES}


@blueprint.get("/")
def list_exams() -> str:
    """Exams of the teacher and his school."""
    page = services.list_exams(current_actor(), page=page_number())
    subjects = curriculum.subject_names({exam.subject_id for exam, _span in page})
    return render_template("assessment/delivery/exams.html", page=page, subjects=subjects)


@blueprint.route("/new", methods=["GET", "POST"])
def new_exam() -> ResponseReturnValue:
    """First step: the basics."""
    authorize(current_actor(), "exam:create")
    form = ExamForm(_subjects())
    if form.validate_on_submit():
        try:
            exam = services.create_exam(current_actor(), form.draft())
            return redirect(url_for(".plan", exam_id=exam.id))
        except Invalid as error:
            form.add_problems(error)
    return render_template("assessment/delivery/basics.html", form=form, exam=None), _status(form)


@blueprint.route("/<uuid:exam_id>/edit", methods=["GET", "POST"])
def edit_exam(exam_id: UUID) -> ResponseReturnValue:
    """Change the basics."""
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    form, sittings = ExamForm(_subjects()), services.list_sittings(exam_id)
    if len(sittings) > 1:
        form.of_several(sittings[0])
    if not form.is_submitted():
        form.show(exam, sittings[0])
    elif form.validate():
        try:
            services.edit_exam(current_actor(), exam_id, form.draft())
            return redirect(url_for(".show_exam", exam_id=exam_id))
        except Invalid as error:
            form.add_problems(error)
    return render_template("assessment/delivery/basics.html", form=form, exam=exam), _status(form)


def _status(form: Form) -> int:
    return 422 if form.errors else 200


def _subjects() -> list[tuple[UUID, str]]:
    return [(subject.id, subject.name) for subject in curriculum.list_subjects()]


@blueprint.route("/<uuid:exam_id>/plan", methods=["GET", "POST"])
def plan(exam_id: UUID) -> ResponseReturnValue:
    """Second step: which questions, by topic, level and type."""
    exam = services.get_exam(current_actor(), exam_id)
    topics = curriculum.list_topics(exam.subject_id)
    secure = {each.id: each.name for each in bank.list_banks_to_draw(current_actor())}
    offered = [(str(topic.id), topic.name) for topic in topics]
    banks = [(str(bank_id), name) for bank_id, name in secure.items()]
    sets = services.list_sets_to_draw(current_actor(), exam_id)
    forms = RowForm(offered, banks=banks), SetRowForm(offered, sets, banks=banks)
    form = forms[request.form.get("add") == "sets"]
    if form.validate_on_submit():
        try:
            rows = [planned.row for planned in services.get_plan(current_actor(), exam_id).rows]
            services.set_draw_rows(current_actor(), exam_id, [*rows, form.row(exam.subject_id)])
            return redirect(url_for(".plan", exam_id=exam_id))
        except Invalid as error:
            form.add_problems(error)
    shown = services.get_plan(current_actor(), exam_id)
    return render_template("assessment/delivery/plan.html", exam=exam, plan=shown, form=forms[0], set_form=forms[1],
                           draw_form=DrawForm(codes=max(1, len(shown.papers))),
                           titles={each.id: each.title for each in sets}, set_count=len(sets),
                           topic_names={topic.id: topic.name for topic in topics}, secure=secure,
                           available=services.count_by_topic(current_actor(), exam_id)), _status(form)


@blueprint.post("/<uuid:exam_id>/plan/<int:number>/remove")
def remove_row(exam_id: UUID, number: int) -> ResponseReturnValue:
    """Take one row out of the plan."""
    rows = [planned.row for planned in services.get_plan(current_actor(), exam_id).rows]
    kept = [row for place, row in enumerate(rows, start=1) if place != number]
    services.set_draw_rows(current_actor(), exam_id, kept)
    return redirect(url_for(".plan", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/draw")
def draw(exam_id: UUID) -> ResponseReturnValue:
    """Draw the test from the bank, or draw it anew."""
    given = request.form.get("codes")
    codes = None if given is None else int(given) if given.isdecimal() and len(given) < 4 else 0
    services.draw_exam_form(current_actor(), exam_id, codes=codes)
    flash_success(_("The test is drawn. Read it through before you publish the exam."))
    return redirect(url_for(".show_form", exam_id=exam_id))


@blueprint.get("/<uuid:exam_id>/form")
def show_form(exam_id: UUID) -> ResponseReturnValue:
    """The test as candidates will see it."""
    exam = services.get_exam_with_paper(current_actor(), exam_id)
    papers = [assembly.get_paper(form_id) for form_id in assembly.form_ids(exam.id)]
    if not papers:
        return redirect(url_for(".plan", exam_id=exam_id))
    paper = next((each for each in papers if each.code == request.args.get("code")), papers[0])
    watched = bank.look_at_versions(current_actor(), [item.item_version_id for item in paper.items])
    open_page_for({item.type for item in paper.items})
    return render_template("assessment/delivery/form.html", exam=exam, paper=paper, watched=watched,
                           codes=[each.code for each in papers])


@blueprint.route("/<uuid:exam_id>/candidates", methods=["GET", "POST"])
def candidates(exam_id: UUID) -> ResponseReturnValue:
    """Third step: who sits the exam."""
    exam = services.get_exam(current_actor(), exam_id)
    sitting = asked_sitting(exam_id)
    form = ClassesForm([(each.id, each.name) for each in organisations.list_classes(current_actor())])
    if form.validate_on_submit():
        added = services.register_classes(current_actor(), exam_id, form.classes.data or [], sitting_id=sitting.id)
        flash_success(_n("%(num)s candidate was added.", "%(num)s candidates were added.", added))
        return redirect(same_sitting(".candidates", exam_id))
    rows = services.list_candidates(current_actor(), exam_id, sitting_id=sitting.id, page=page_number())
    return render_template("assessment/delivery/candidates.html", exam=exam, form=form, rows=rows, sitting=sitting,
                           sittings=services.list_sittings(exam_id))


@blueprint.post("/<uuid:exam_id>/candidates/<uuid:candidate_id>/remove")
def remove_candidate(exam_id: UUID, candidate_id: UUID) -> ResponseReturnValue:
    """Take one candidate off the list."""
    services.remove_candidate(current_actor(), exam_id, candidate_id)
    return redirect(same_sitting(".candidates", exam_id))


@blueprint.get("/<uuid:exam_id>")
def show_exam(exam_id: UUID) -> str:
    """One exam: what is left to do, or how it runs."""
    actor = current_actor()
    exam = services.get_exam(actor, exam_id)
    sitting, sittings = asked_sitting(exam_id), services.list_sittings(exam_id)
    rows = services.list_candidates(actor, exam_id, sitting_id=sitting.id, page=page_number())
    return render_template(
        "assessment/delivery/exam.html", exam=exam, sitting=sitting, sittings=sittings, rows=rows,
        approvable=approval.may_approve(actor, exam), plan=services.get_plan(actor, exam_id),
        counts=services.count_states(actor, exam_id), form=ReasonForm(),
        making=dealing.find_making(exam_id), archived=archives.list_whereabouts(exam_id),
        ending=ending.find_ending("exam", exam_id),
        subject=curriculum.subject_names({exam.subject_id}).get(exam.subject_id, ""))


@blueprint.post("/<uuid:exam_id>/publish")
def publish(exam_id: UUID) -> ResponseReturnValue:
    """Let the candidates see it."""
    services.publish_exam(current_actor(), exam_id)
    flash_success(_("The exam is published: its candidates see it now."))
    return redirect(url_for(".show_exam", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/propose")
def propose(exam_id: UUID) -> ResponseReturnValue:
    """Hand it to a second person."""
    approval.propose_exam(current_actor(), exam_id)
    flash_success(_("The exam waits for approval now."))
    return redirect(url_for(".show_exam", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/approve")
def approve(exam_id: UUID) -> ResponseReturnValue:
    """Publish what another person proposed."""
    approval.approve_exam(current_actor(), exam_id)
    flash_success(_("The exam is published: its candidates see it now."))
    return redirect(url_for(".show_exam", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/return")
def return_exam(exam_id: UUID) -> ResponseReturnValue:
    """Back to draft, with what is to be mended."""
    approval.return_exam(current_actor(), exam_id, reason=request.form.get("reason", ""))
    flash_success(_("The exam is a draft again."))
    return redirect(url_for(".show_exam", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/withdraw")
def withdraw(exam_id: UUID) -> ResponseReturnValue:
    """Back to draft, while nobody has begun."""
    services.withdraw_exam(current_actor(), exam_id, reason=request.form.get("reason", "")[:200])
    flash_success(_("The exam is a draft again."))
    return redirect(url_for(".show_exam", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/close")
def close(exam_id: UUID) -> ResponseReturnValue:
    """End the exam for everybody."""
    services.close_exam(current_actor(), exam_id, reason=request.form.get("reason", "")[:200])
    flash_success(_("The exam is closed."))
    return redirect(url_for(".show_exam", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/attempts/<uuid:attempt_id>/hand-over")
def hand_over(exam_id: UUID, attempt_id: UUID) -> ResponseReturnValue:
    """Let a candidate go on in another browser."""
    services.hand_over_attempt(current_actor(), attempt_id, reason=request.form.get("reason", ""))
    flash_success(_("The candidate can go on in another browser now."))
    return redirect(url_for(".show_exam", exam_id=exam_id, page=request.args.get("page"),
                            sitting=request.args.get("sitting")))
