"""Receipts to take home, and the roots that stand for them, open to everybody."""

import json
from uuid import UUID

from flask import Response, render_template, request

from assessment.delivery.blueprint import blueprint
from assessment.delivery.services import proofs, receipts
from lms.core.web import current_actor


@blueprint.get("/<uuid:exam_id>/receipt.json")
def download_receipt(exam_id: UUID) -> Response:
    """The candidate's signed receipt with his events and, once the roots are published, the proof; of his last attempt,
    or of the one that `attempt` numbers.
    """
    number = request.args.get("attempt", type=int)
    text = json.dumps(proofs.get_receipt_file(current_actor(), exam_id, number), ensure_ascii=False, indent=1)
    return Response(text, content_type="application/json",
                    headers={"Content-Disposition": 'attachment; filename="receipt.json"',
                             "Cache-Control": "private, no-store"})


@blueprint.get("/<uuid:exam_id>/roots")
def show_roots(exam_id: UUID) -> str:
    """What is published of a closed exam: a root for each room, and the keys that sign."""
    return render_template("assessment/delivery/roots.html", exam_id=exam_id, roots=receipts.list_roots(exam_id),
                           keys=receipts.public_keys())


@blueprint.get("/<uuid:exam_id>/roots.json")
def download_roots(exam_id: UUID) -> Response:
    """The same for programs."""
    found = {"keys": receipts.public_keys(), "roots": [vars(each) for each in receipts.list_roots(exam_id)]}
    return Response(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json")
