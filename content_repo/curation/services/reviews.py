"""The review of a deposit: claimed by one librarian at a time, then published or returned with a reason."""

from __future__ import annotations

from collections.abc import Collection as Ids
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from content_repo.curation.models import Review
from content_repo.curation.services.collections import add_to_collection
from content_repo.works import services as works
from content_repo.works.services import Work
from lms.core import audit, clock
from lms.core.db import Page, db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, may
from lms.identity import services as identity

CLAIM_LASTS = timedelta(hours=24)


@dataclass(frozen=True)
class QueueEntry:
    """A work that waits for review, and who reads it now; `claimed_by` is empty while nobody does."""

    work: works.WorkCard
    claimed_by: str = ""
    is_mine: bool = False


def list_queue(actor: Actor, *, kind: str = "", whose: str = "", page: int = 1) -> Page[QueueEntry]:
    """Works that wait for review by this actor, oldest first.

    `whose`: "" for all, "mine" for those the actor claimed, "free" for those that nobody reads.
    """
    authorize(actor, "review:list")
    claims = _open_claims()
    mine = {work_id for work_id, librarian_id in claims.items() if librarian_id == actor.person_id}
    cards = works.list_submitted(
        actor,
        kind=kind,
        page=page,
        among=mine if whose == "mine" else None,
        without=set(claims) if whose == "free" else None,
    )
    names = identity.person_names({claims[card.id] for card in cards if card.id in claims})
    entries = [
        QueueEntry(card, names.get(claims[card.id], "") if card.id in claims else "", card.id in mine)
        for card in cards
    ]
    return Page(entries, cards.total, cards.page, cards.per_page)


def count_waiting(actor: Actor) -> int:
    """How many works wait for review by this actor."""
    authorize(actor, "review:list")
    return works.count_submitted(actor)


def find_open_review(actor: Actor, work_id: UUID) -> Review | None:
    """The review that somebody holds now; None if nobody does."""
    authorize(actor, "work:review", _load(actor, work_id))
    review = db.session.scalar(select(Review).where(Review.work_id == work_id, Review.state == "claimed"))
    return review if review is not None and _is_fresh(review) else None


def claim_review(actor: Actor, work_id: UUID) -> Review:
    """Take a deposit to read it. Raises Conflict while somebody else reads it; a claim lasts 24 hours."""
    work = _load(actor, work_id)
    authorize(actor, "review:decide", work)
    _check_waits(work)
    held = db.session.scalar(select(Review).where(Review.work_id == work_id, Review.state == "claimed"))
    if held is not None and held.librarian_id == actor.person_id:
        held.claimed_at = clock.now()
        return held
    if held is not None:
        _let_go(held)
    review = Review(work_id=work_id, librarian_id=actor.id)
    db.session.add(review)
    _flush_claim()
    audit.record(actor, "review:claim", subject=("work", work_id))
    return review


def release_review(actor: Actor, work_id: UUID) -> None:
    """Put a deposit back into the queue, so that somebody else may read it."""
    work = _load(actor, work_id)
    authorize(actor, "review:decide", work)
    review = find_open_review(actor, work_id)
    if review is None or (review.librarian_id != actor.person_id and not may(actor, "review:take_back", work)):
        raise Conflict(_("You do not hold this review."))
    _close(review, "released", None)
    audit.record(actor, "review:release", subject=("work", work_id))


def publish_work(actor: Actor, work_id: UUID, *, collection_ids: Ids[UUID] = ()) -> Work:
    """Publish a deposit, and put it into collections. Raises Conflict when somebody else reviews it."""
    review = claim_review(actor, work_id)
    work = works.take_step(actor, work_id, "publish")
    _close(review, "published", None)
    for collection_id in collection_ids:
        add_to_collection(actor, collection_id, work_id)
    return work


def return_work(actor: Actor, work_id: UUID, *, reason: str) -> Work:
    """Hand a deposit back with the reason, which the depositor reads. Raises Invalid without a reason."""
    review = claim_review(actor, work_id)
    work = works.take_step(actor, work_id, "return", reason=reason)
    _close(review, "returned", reason.strip())
    return work


def _load(actor: Actor, work_id: UUID) -> Work:
    return works.get_work(actor, work_id).work


def _open_claims() -> dict[UUID, UUID]:
    """Who reads what now: few rows, as many as librarians have open."""
    since = clock.now() - CLAIM_LASTS
    rows = select(Review.work_id, Review.librarian_id).where(
        Review.state == "claimed", Review.claimed_at > since
    )
    return dict(db.session.execute(rows).tuples().all())


def _check_waits(work: Work) -> None:
    if work.state != "submitted":
        raise Conflict(
            _(
                "This work does not wait for review any more: it is now “%(state)s”.",
                state=works.state_label(work.state),
            )
        )


def _is_fresh(review: Review) -> bool:
    return clock.now() < review.claimed_at + CLAIM_LASTS


def _let_go(held: Review) -> None:
    """End somebody else's claim if it has run out. Raises Conflict if it has not."""
    if _is_fresh(held):
        name = identity.person_names({held.librarian_id}).get(held.librarian_id, "")
        raise Conflict(_("%(name)s is reviewing this work.", name=name))
    _close(held, "released", None)
    db.session.flush()


def _flush_claim() -> None:
    """Write the claim; two librarians who claim in the same moment do not both get it."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict(_("Somebody else has just claimed this work.")) from None


def _close(review: Review, state: str, reason: str | None) -> None:
    review.state, review.reason, review.decided_at = state, reason, clock.now()
