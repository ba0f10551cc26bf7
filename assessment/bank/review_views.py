"""Pages of the review: what waits for me, one question with its remarks and signatures, two versions compared."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.bank import names, services
from assessment.bank.blueprint import blueprint
from assessment.bank.differences import compare_versions
from assessment.bank.forms import as_id
from assessment.bank.keys_in_words import key_lines
from assessment.bank.models import Item
from assessment.bank.review import CHECKLIST
from assessment.bank.watermark import draw_watermark
from lms.core import clock
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import _, format_datetime
from lms.core.web import current_actor, flash_success, page_number
from lms.curriculum import services as curriculum


@blueprint.get("/reviews")
def list_waiting() -> str:
    """What waits for a review by the one who asks, and what came back to him."""
    page = services.list_waiting(current_actor(), page_number())
    returned = services.list_returned(current_actor())
    items = [*page, *returned]
    return render_template("assessment/bank/reviews.html", page=page, returned=returned, names=names,
                           **places_of(items))


@blueprint.get("/items/<uuid:item_id>/review")
def show_review(item_id: UUID) -> str:
    """A question under review: as candidates see it, its key, remarks, signatures, and the steps that are open."""
    detail = services.get_item(current_actor(), item_id)
    review = services.get_review(current_actor(), item_id)
    return _review_page(detail, review)


@blueprint.post("/items/<uuid:item_id>/moves/<name>")
def take_move(item_id: UUID, name: str) -> ResponseReturnValue:
    """Take a step of the review."""
    told = services.Told(request.form.get("reason", ""), tuple(request.form.getlist("checklist")),
                         as_id(request.form.get("version")))
    try:
        item = services.take_move(current_actor(), item_id, name, told)
    except Invalid as error:
        detail = services.get_item(current_actor(), item_id)
        page = _review_page(detail, services.get_review(current_actor(), item_id), refused=error, told=told, tried=name)
        return page, 422
    flash_success(_("The question is now: %(state)s.", state=names.state_name(item.state, reviewed=True)))
    return redirect(url_for("bank.list_waiting") if name.startswith(("sign", "return", "approve"))
                    else url_for("bank.show_item", item_id=item_id))


@blueprint.post("/items/<uuid:item_id>/comments")
def comment_item(item_id: UUID) -> ResponseReturnValue:
    """Make a remark on a part of a question."""
    services.comment_item(current_actor(), item_id, part=request.form.get("part", ""),
                          text=request.form.get("text", ""))
    flash_success(_("The remark is written down."))
    return redirect(url_for("bank.show_review", item_id=item_id, _anchor="remarks"))


@blueprint.post("/items/<uuid:item_id>/comments/<uuid:comment_id>/settle")
def settle_comment(item_id: UUID, comment_id: UUID) -> ResponseReturnValue:
    """A remark is done with."""
    services.settle_comment(current_actor(), item_id, comment_id)
    flash_success(_("The remark is settled."))
    return redirect(url_for("bank.show_review", item_id=item_id, _anchor="remarks"))


@blueprint.get("/items/<uuid:item_id>/compare")
def compare_item(item_id: UUID) -> str:
    """Two versions side by side, word by word; without numbers the last two."""
    detail = services.get_item(current_actor(), item_id)
    versions = {version.number: version for version in services.list_versions(current_actor(), item_id)}
    newest = max(versions)
    newer = versions.get(request.args.get("to", newest, type=int))
    older = versions.get(request.args.get("from", max(1, newest - 1), type=int))
    if newer is None or older is None:
        raise NotFound(_("There is no such version of the question."))
    parts = compare_versions(newer.type, (older.content, older.key), (newer.content, newer.key))
    return render_template("assessment/bank/compare.html", item=detail.item, older=older, newer=newer, parts=parts,
                           numbers=sorted(versions), names=names)


@blueprint.get("/items/<uuid:item_id>/alike/<uuid:other_id>")
def compare_alike(item_id: UUID, other_id: UUID) -> str:
    """Two questions that look alike, side by side."""
    pair = [services.get_item(current_actor(), each) for each in (item_id, other_id)]
    keys = [key_lines(each.version.type, each.version.content, each.version.key) for each in pair]
    return render_template("assessment/bank/alike.html", pair=list(zip(pair, keys, strict=True)), names=names)


@blueprint.post("/items/<uuid:item_id>/distinct")
def say_distinct(item_id: UUID) -> ResponseReturnValue:
    """Two questions look alike and are different ones."""
    other = as_id(request.form.get("other"))
    if other is None:
        raise NotFound(_("There is no such question."))
    services.say_distinct(current_actor(), item_id, other)
    flash_success(_("Noted: these are two questions."))
    return redirect(url_for("bank.show_item", item_id=item_id))


@blueprint.get("/watermark.svg")
def watermark() -> Response:
    """The name of the one who looks and the time, to lie over questions of secure banks."""
    actor = current_actor()
    drawn = draw_watermark(actor.name, format_datetime(clock.now()))
    return Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "private, no-store"})


def places_of(items: list[Item]) -> dict[str, Any]:
    """Names that rows of items need: subjects, topics and banks."""
    return {"subjects": curriculum.subject_names({item.subject_id for item in items}),
            "topics": curriculum.topic_names({item.topic_id for item in items if item.topic_id}),
            "banks": services.bank_names({item.bank_id for item in items if item.bank_id})}


def _review_page(detail: services.ItemDetail, review: services.Review, **more: Any) -> str:
    version = detail.version
    return render_template(
        "assessment/bank/review.html", item=detail.item, version=version, shared=detail.shared,
        review=review, names=names, checklist=CHECKLIST, parts=services.parts_of(version.content),
        keys=key_lines(version.type, version.content, version.key), **places_of([detail.item]),
        **{"refused": None, "told": None, "tried": "", **more})
