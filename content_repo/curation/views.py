"""Pages of curation: the review queue, one review, collections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from content_repo.curation import services
from content_repo.curation.forms import CollectionForm, PublishForm, ReturnForm
from content_repo.works import services as works
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number
from lms.identity import services as identity

blueprint = Blueprint("curation", __name__, template_folder="templates")

WHOSE = ("", "free", "mine")


@blueprint.get("/curation")
def queue() -> str:
    """Deposits that wait for review, oldest first."""
    kind, whose = request.args.get("kind", ""), request.args.get("whose", "")
    entries = services.list_queue(
        current_actor(), kind=kind, whose=whose if whose in WHOSE else "", page=page_number()
    )
    return render_template("content_repo/curation/queue.html", entries=entries, kind=kind, whose=whose)


@blueprint.get("/curation/<uuid:work_id>")
def review(work_id: UUID) -> str:
    """One deposit as readers would see it, with the checks and the decision."""
    return _review_page(work_id, PublishForm(), ReturnForm())


def _review_page(work_id: UUID, publish_form: PublishForm, return_form: ReturnForm) -> str:
    actor = current_actor()
    record = works.get_work(actor, work_id)
    authorize(actor, "work:review", record.work)
    publish_form.offer(services.list_collections(actor, to_manage=True), services.collections_of(actor, work_id))
    held = services.find_open_review(actor, work_id)
    people = {record.work.owner_id, *([held.librarian_id] if held else [])}
    return render_template(
        "content_repo/curation/review.html",
        record=record,
        page=works.record_page(actor, record),
        held=held,
        names=identity.person_names(people),
        checks=services.list_checks(actor, work_id),
        history=works.list_history(actor, work_id),
        publish_form=publish_form,
        return_form=return_form,
    )


@blueprint.post("/curation/<uuid:work_id>/claim")
def claim(work_id: UUID) -> ResponseReturnValue:
    """Take a deposit to read it."""
    services.claim_review(current_actor(), work_id)
    return redirect(url_for("curation.review", work_id=work_id))


@blueprint.post("/curation/<uuid:work_id>/release")
def release(work_id: UUID) -> ResponseReturnValue:
    """Put a deposit back into the queue."""
    services.release_review(current_actor(), work_id)
    flash_success(_("The work is back in the queue."))
    return redirect(url_for("curation.queue"))


@blueprint.post("/curation/<uuid:work_id>/publish")
def publish(work_id: UUID) -> ResponseReturnValue:
    """Publish a deposit."""
    form = PublishForm()
    if not form.validate_on_submit():
        raise Invalid(_("Some fields need your attention."), form.problems())
    services.publish_work(current_actor(), work_id, collection_ids=_ids(form.collections.data or []))
    flash_success(_("The work is published."))
    return redirect(url_for("works.show", work_id=work_id))


@blueprint.post("/curation/<uuid:work_id>/return")
def return_work(work_id: UUID) -> ResponseReturnValue:
    """Hand a deposit back with the reason."""
    form = ReturnForm()
    if not form.validate_on_submit():
        return _review_page(work_id, PublishForm(formdata=None), form), 422
    services.return_work(current_actor(), work_id, reason=form.reason.data or "")
    flash_success(_("The work is returned. Its depositor sees your reason."))
    return redirect(url_for("curation.queue"))


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Invalid(_("There is no such collection.")) from None


@blueprint.get("/collections")
def list_collections() -> str:
    """Every collection, open to everybody."""
    return render_template(
        "content_repo/curation/collections.html", collections=services.list_collections(current_actor())
    )


@blueprint.get("/collections/<uuid:collection_id>")
def show_collection(collection_id: UUID) -> str:
    """A collection and its published works, open to everybody."""
    actor = current_actor()
    return render_template(
        "content_repo/curation/collection.html",
        collection=services.get_collection(actor, collection_id),
        works=services.list_collection_works(actor, collection_id, page=page_number()),
    )


@blueprint.route("/collections/new", methods=["GET", "POST"])
def create_collection() -> ResponseReturnValue:
    """A new collection."""
    authorize(current_actor(), "collection:create")
    form = CollectionForm()
    if form.validate_on_submit():
        row = services.create_collection(current_actor(), None, **_described(form))
        flash_success(_("The collection is made."))
        return redirect(url_for("curation.show_collection", collection_id=row.id))
    return _collection_page(form, None)


@blueprint.route("/collections/<uuid:collection_id>/edit", methods=["GET", "POST"])
def edit_collection(collection_id: UUID) -> ResponseReturnValue:
    """Change what a collection says of itself."""
    row = services.get_collection_to_edit(current_actor(), collection_id)
    form = CollectionForm(obj=row)
    if form.validate_on_submit():
        services.edit_collection(current_actor(), collection_id, **_described(form))
        flash_success(_("The collection is saved."))
        return redirect(url_for("curation.show_collection", collection_id=collection_id))
    return _collection_page(form, row)


def _collection_page(form: CollectionForm, row: Any) -> ResponseReturnValue:
    page = render_template("content_repo/curation/collection_form.html", form=form, collection=row)
    return page, 422 if form.errors else 200


def _described(form: CollectionForm) -> dict[str, str]:
    return {
        "title_vi": form.title_vi.data or "",
        "title_en": form.title_en.data or "",
        "description": form.description.data or "",
    }


@blueprint.post("/collections/<uuid:collection_id>/works/<uuid:work_id>/remove")
def remove_work(collection_id: UUID, work_id: UUID) -> ResponseReturnValue:
    """Take a work out of a collection."""
    services.remove_from_collection(current_actor(), collection_id, work_id)
    flash_success(_("The work is taken out of the collection."))
    return redirect(url_for("curation.show_collection", collection_id=collection_id))
