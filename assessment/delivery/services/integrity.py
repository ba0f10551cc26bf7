"""Where an exam may be sat from: Safe Exam Browser and networks. And what browsers tell: evidence, never a verdict.

What is asked of a browser is checked when it begins or takes over a running attempt, Safe Exam Browser also whenever
the test is opened again. The attempt belongs to that one device, so that no save of an answer waits for any of this.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from assessment.delivery import seb
from assessment.delivery.models import Attempt, Candidate, Evidence, Exam, Room
from assessment.delivery.networks import holds, is_network, normal_network
from assessment.delivery.services.attempts import get_my_exam
from assessment.delivery.services.exams import get_exam, load_draft
from assessment.delivery.services.holding import claims_of
from lms.core import audit
from lms.core.db import Page, db, paginate, transaction
from lms.core.errors import Forbidden, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.core.signing import InvalidToken, sign, unsign
from lms.core.switches import feature_is_on
from lms.identity import services as identity

FROM_PAGE = frozenset(("left", "returned", "pasted", "copied", "resized", "printed", "second_tab"))
PLACES = ("began", "address", "device")
"""What the platform sees itself: from where the test was opened first, and when that changed."""
MOST_AT_ONCE, MOST_AN_ATTEMPT = 20, 500
MOST_NETWORKS, MOST_KEYS = 50, 20
LONGEST_AWAY = 24 * 60 * 60 * 1000
ATTEMPTS_A_PAGE = 50
PURPOSE = "exam-browser"
PROVED_FOR = timedelta(minutes=2)


class Shown(NamedTuple):
    """The two hashes that Safe Exam Browser makes of its keys, and the address with which it made them."""

    url: str
    config_hash: str
    exam_hash: str


@dataclass(frozen=True)
class Browser:
    """What one request tells of where it comes from: its network address, and what proves its keys, in every way."""

    address: str
    shown: Sequence[Shown] = ()


@dataclass(frozen=True)
class Rules:
    """What an exam asks of a browser. `exam_keys` are Browser Exam Keys, `addresses` networks as CIDR.

    `quit_hash` is of the password by which an invigilator ends Safe Exam Browser.
    """

    seb: bool = False
    exam_keys: Sequence[str] = field(default_factory=tuple)
    quit_hash: str = ""
    addresses: Sequence[str] = field(default_factory=tuple)
    watermark: bool = False


@dataclass(frozen=True)
class Told:
    """What the browsers of one attempt told: how often of each kind, and the seconds away from the page."""

    attempt: Attempt
    number: str
    name: str
    counts: Counter[str]
    seconds_away: int


def rules_of(exam: Exam) -> Rules:
    """What an exam asks of a browser. Internal: the caller has decided access."""
    return Rules(**exam.integrity)


def set_integrity(actor: Actor, exam_id: UUID, rules: Rules) -> Exam:
    """Say what an exam in draft asks of a browser; raises Invalid with each fault, Conflict where it is published."""
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    _check(rules)
    exam.integrity = {
        "seb": rules.seb, "exam_keys": [key.lower() for key in rules.exam_keys], "quit_hash": rules.quit_hash,
        "addresses": [normal_network(each) for each in rules.addresses],
        "watermark": rules.watermark}
    audit.record(actor, "exam:edit", ("exam", exam.id), seb=rules.seb, networks=len(rules.addresses))
    return exam


def _check(rules: Rules) -> None:
    problems = [Problem("addresses", _("“%(text)s” is no address and no network.", text=each[:60]))
                for each in rules.addresses if not is_network(each)]
    problems += [Problem("exam_keys", _("“%(text)s” is no Browser Exam Key: it has 64 characters, 0–9 and a–f.",
                                        text=each[:70]))
                 for each in rules.exam_keys if not seb.KEY.fullmatch(each.lower())]
    if len(rules.addresses) > MOST_NETWORKS or len(rules.exam_keys) > MOST_KEYS:
        problems.append(Problem("addresses", _("These are too many networks or keys.")))
    if problems:
        raise Invalid(_("Please check what is asked of the browser."), problems=problems)


def check_browser(actor: Actor, exam_id: UUID, browser: Browser, seb_settings: dict[str, Any]) -> None:
    """Let a browser into an exam of the actor's, or raise Forbidden that says what is missing."""
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    rules = rules_of(mine.exam)
    asked = [networks for networks in (rules.addresses, _room_networks(mine.candidate)) if networks]
    if not all(any(holds(network, browser.address) for network in networks) for networks in asked):
        raise Forbidden(_("This exam can be sat only on the network of the exam room. Tell your invigilator."))
    check_keys(actor, exam_id, browser, seb_settings)


def check_keys(actor: Actor, exam_id: UUID, browser: Browser, seb_settings: dict[str, Any]) -> None:
    """As `check_browser`, of Safe Exam Browser alone: a network may change while somebody writes."""
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    if not is_safe(rules_of(mine.exam), browser, seb_settings):
        raise Forbidden(_("This exam can be sat only in Safe Exam Browser with the settings of this exam. Open it with "
                          "the file on this page, or tell your invigilator."))


def _room_networks(candidate: Candidate) -> list[str]:
    room = db.session.get(Room, candidate.room_id) if candidate.room_id else None
    return room.addresses if room else []


def is_safe(rules: Rules, browser: Browser, seb_settings: dict[str, Any]) -> bool:
    """Whether it is what the exam asks for: by the Config Key of our own settings, and, where the exam names them, by
    one of the Browser Exam Keys too. Pure: no actor.
    """
    keys = [seb.config_key(seb_settings)] if rules.seb else []
    return not rules.seb or any(
        seb.proves(shown.url, keys, shown.config_hash)
        and (not rules.exam_keys or seb.proves(shown.url, rules.exam_keys, shown.exam_hash))
        for shown in browser.shown)


def make_proof(attempt: Attempt) -> str:
    """That the keys were shown for an attempt in the browser that holds it: good for PROVED_FOR, so that every load of
    the test shows them again. Internal: the caller has checked them.
    """
    return sign(PURPOSE, _proven(attempt), expires=PROVED_FOR)


def is_proved(attempt: Attempt, proof: str) -> bool:
    """Whether the keys were shown just now. Internal: the caller has authorised."""
    try:
        return unsign(PURPOSE, proof) == _proven(attempt)
    except InvalidToken:
        return False


def _proven(attempt: Attempt) -> dict[str, str]:
    return {"a": attempt.id.hex, "d": attempt.device}


def record_evidence(token: str, attempt_id: UUID, told: Sequence[dict[str, Any]]) -> int:
    """Keep what a page tells of itself; how much was kept. The token is the authority: no actor.

    Each is {"kind", "ms"}: what happened, and for `returned` how long he was away. It never stands in the way of an
    answer: a switch turns it off, and beyond MOST_AN_ATTEMPT nothing more is kept.
    """
    claims = claims_of(token, attempt_id)
    if not feature_is_on("evidence"):
        return 0
    stored = db.session.scalar(select(func.count()).where(Evidence.attempt_id == attempt_id)) or 0
    kept = [each for each in told if each["kind"] in FROM_PAGE][:min(MOST_AT_ONCE, max(0, MOST_AN_ATTEMPT - stored))]
    db.session.add_all(Evidence(sitting_id=claims.sitting_id, attempt_id=attempt_id, kind=each["kind"],
                                detail={"ms": min(each.get("ms", 0), LONGEST_AWAY)}) for each in kept)
    return len(kept)


def note_place(attempt: Attempt, browser: Browser) -> None:
    """Remember from where a test was opened, and that it is another network address or device now. Internal: the caller
    has authorised.
    """
    if not feature_is_on("evidence"):
        return
    before = db.session.scalar(select(Evidence).where(Evidence.attempt_id == attempt.id, Evidence.kind.in_(PLACES))
                               .order_by(Evidence.created_at.desc(), Evidence.id.desc()).limit(1))
    here = {"address": browser.address, "device": attempt.device}
    if before is None or before.detail != here:
        kind = "began" if before is None else "device" if before.detail["device"] != attempt.device else "address"
        noted = Evidence(sitting_id=attempt.sitting_id, attempt_id=attempt.id, kind=kind, detail=here)
        with transaction():  # of its own: the page that is asked for only reads, and must not wait for a writer's turn
            db.session.add(noted)


def list_evidence(actor: Actor, exam_id: UUID, *, page: int = 1) -> Page[Told]:
    """Of each attempt of which something was told, how much of what; by candidate number."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    some = select(Evidence.id).where(Evidence.attempt_id == Attempt.id).exists()
    statement: Any = (select(Attempt, Candidate.number).join(Candidate, Candidate.id == Attempt.candidate_id)
                      .where(Attempt.exam_id == exam.id, some).order_by(Candidate.number, Attempt.number))
    found = paginate(statement, page, ATTEMPTS_A_PAGE)
    attempts = [attempt for attempt, _number in found]
    names = identity.person_names(each.person_id for each in attempts)
    counts, away = _sums(attempts)
    rows = [Told(attempt, number, names.get(attempt.person_id, ""), counts[attempt.id], away[attempt.id] // 1000)
            for attempt, number in found]
    return Page(rows, found.total, found.page, found.per_page)


def _sums(attempts: Iterable[Attempt]) -> tuple[dict[UUID, Counter[str]], Counter[UUID]]:
    """By attempt: how often each kind was told, and the milliseconds away."""
    counts: dict[UUID, Counter[str]] = {each.id: Counter() for each in attempts}
    away: Counter[UUID] = Counter()
    for row in db.session.scalars(select(Evidence).where(Evidence.attempt_id.in_(counts))):
        counts[row.attempt_id][row.kind] += 1
        away[row.attempt_id] += row.detail.get("ms", 0) if row.kind == "returned" else 0
    return counts, away


def list_attempt_evidence(actor: Actor, exam_id: UUID, attempt_id: UUID, *, page: int = 1) -> Page[Evidence]:
    """What the browsers of one attempt told, in the order in which it came."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is None or attempt.exam_id != exam.id:
        raise NotFound(_("There is no such attempt."))
    return paginate(select(Evidence).where(Evidence.attempt_id == attempt_id)
                    .order_by(Evidence.created_at, Evidence.id), page, ATTEMPTS_A_PAGE)
