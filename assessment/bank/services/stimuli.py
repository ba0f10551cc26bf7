"""Stimuli: texts and recordings that sets of items share.

An item version pins the version of its stimulus. When a stimulus is revised, each item of its set gets a new version
that says the same and pins the new text: a paper that was drawn before keeps what it had.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from assessment.bank import permissions as permissions
from assessment.bank.banks_models import Bank
from assessment.bank.models import Item, ItemVersion
from assessment.bank.review import BY_NAME, REVIEWED
from assessment.bank.sealing import seal_row
from assessment.bank.services.moves import bank_of, move_item, where_is
from assessment.bank.services.records import CHUNK, Hidden, admit, admit_to_look, load_item, load_version
from assessment.bank.stimuli import TITLE_LIMIT, kind_of, read_stimulus
from assessment.bank.stimuli_models import Stimulus, StimulusVersion
from lms.core import audit, clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _, _l
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize, may, visible
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations

MOST_IN_SET = 40


class HiddenStimulus(Hidden):
    """Refused to somebody who must not know that there is such a text."""

    def __init__(self, permission: str, thing: Any) -> None:
        super().__init__(permission, thing)
        self.message = _l("There is no such text or recording.")


@dataclass(frozen=True)
class StimulusDraft:
    """A stimulus as its author hands it in; `content` as in `assessment/bank/stimuli.py`. The bank is chosen once."""

    title: str
    content: dict[str, Any]
    subject_id: UUID
    language: str = "vi"
    bank_id: UUID | None = None


@dataclass(frozen=True)
class StimulusDetail:
    """One stimulus with its current version and its items, in order, as far as the reader may see them."""

    stimulus: Stimulus
    version: StimulusVersion
    items: list[Item]

    @property
    def title(self) -> str:
        """Its title, which a secure bank keeps sealed with the text."""
        return title_of(self.stimulus, self.version)


@dataclass(frozen=True)
class StimulusText:
    """What a paper shows of a stimulus version."""

    id: UUID
    content: dict[str, Any]


def list_stimuli(actor: Actor, *, text: str = "", page: int = 1) -> Page[Any]:
    """(stimulus, number of items) of what the actor may read, the newest first; `text` is looked for in titles."""
    authorize(actor, "item:list")
    numbers = (select(Item.stimulus_id, func.count().label("number")).where(Item.stimulus_id.is_not(None))
               .group_by(Item.stimulus_id).subquery())
    statement: Any = (select(Stimulus, func.coalesce(numbers.c.number, 0))
                      .outerjoin(numbers, numbers.c.stimulus_id == Stimulus.id)
                      .where(visible(actor, "stimulus:read", Stimulus), Stimulus.state != "retired"))
    if text.strip():
        statement = statement.where(func.lower(Stimulus.title).contains(text.strip().lower()[:100], autoescape=True))
    return paginate(statement.order_by(Stimulus.created_at.desc(), Stimulus.id.desc()), page)


def get_stimulus(actor: Actor, stimulus_id: UUID) -> StimulusDetail:
    """One stimulus with its set; raises NotFound. A look into a secure bank is in the audit."""
    stimulus = _load_stimulus(stimulus_id)
    admit_to_look(actor, "stimulus:read", stimulus, HiddenStimulus)
    rows = db.session.scalars(_set_of(stimulus.id).where(visible(actor, "item:read", Item)))
    return StimulusDetail(stimulus, _load_stimulus_version(stimulus.current_version_id), list(rows))


def list_free_items(actor: Actor, stimulus_id: UUID) -> list[Item]:
    """The newest of the actor's own items that could be added to the set."""
    stimulus = _load_stimulus(stimulus_id)
    admit(actor, "stimulus:read", stimulus, HiddenStimulus)
    own = select(Item).where(
        Item.owner_id == actor.person_id, Item.subject_id == stimulus.subject_id, Item.stimulus_id.is_(None),
        Item.bank_id == stimulus.bank_id if stimulus.bank_id else Item.bank_id.is_(None), Item.state != "retired")
    return list(db.session.scalars(own.order_by(Item.updated_at.desc(), Item.id.desc()).limit(MOST_IN_SET)))


def find_stimulus(stimulus_id: UUID) -> Stimulus | None:
    """The row, or None. Internal, for pages of reasons: no actor."""
    return db.session.get(Stimulus, stimulus_id)


def create_stimulus(actor: Actor, draft: StimulusDraft) -> Stimulus:
    """A new stimulus on the author's own desk or in a bank in which he writes; raises Invalid, NotFound."""
    authorize(actor, "item:create")
    bank = db.session.get(Bank, draft.bank_id) if draft.bank_id else None
    if draft.bank_id is not None and bank is None:
        raise NotFound(_("There is no such bank."))
    if bank is not None:
        authorize(actor, "bank:write", bank)
    secure = bank is not None and bank.is_secure
    content = _checked(draft, secure=secure)
    home = bank.organisation_id if bank is not None else organisations.home_of(actor.places(*permissions.WRITERS))
    stimulus = Stimulus(id=new_id(), owner_id=actor.id, current_version_id=new_id(), subject_id=draft.subject_id,
                        organisation_id=home, bank_id=draft.bank_id, is_secure=secure,
                        title="" if secure else draft.title.strip(), kind=kind_of(content), language=draft.language,
                        state="ready")
    db.session.add(stimulus)
    db.session.flush()
    version = StimulusVersion(id=stimulus.current_version_id, stimulus_id=stimulus.id, number=1, content=content,
                              created_by=actor.person_id)
    db.session.add(seal_row(version) if secure else version)
    db.session.flush()
    audit.record(actor, "stimulus:write", subject=("stimulus", stimulus.id))
    return stimulus


def revise_stimulus(actor: Actor, stimulus_id: UUID, draft: StimulusDraft) -> Stimulus:
    """A new version, pinned by a new version of each item of the set; papers drawn before keep the old one."""
    stimulus = _load_stimulus(stimulus_id, to_change=True)
    admit(actor, "stimulus:write", stimulus, HiddenStimulus)
    content = _checked(draft, secure=stimulus.is_secure)
    latest = _load_stimulus_version(stimulus.current_version_id)
    stimulus.title, stimulus.language = "" if stimulus.is_secure else draft.title.strip(), draft.language
    stimulus.kind = kind_of(content)
    if content != latest.content:
        version = StimulusVersion(id=new_id(), stimulus_id=stimulus.id, number=latest.number + 1, content=content,
                                  created_by=actor.person_id)
        db.session.add(seal_row(version) if stimulus.is_secure else version)
        db.session.flush()
        stimulus.current_version_id = version.id
        for item in db.session.scalars(_set_of(stimulus.id).with_for_update()).all():
            _pin(actor, item, version.id)
    audit.record(actor, "stimulus:write", subject=("stimulus", stimulus.id))
    db.session.flush()
    return stimulus


def set_items(actor: Actor, stimulus_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Make these the set of a stimulus, in this order; items that are left out stand on their own again.

    Raises Invalid where an item is of another subject, Conflict where it belongs to another stimulus.
    """
    stimulus = _load_stimulus(stimulus_id, to_change=True)
    admit(actor, "stimulus:write", stimulus, HiddenStimulus)
    wanted = list(dict.fromkeys(item_ids))
    if len(wanted) > MOST_IN_SET:
        raise Invalid(_("A set has at most %(n)s questions.", n=MOST_IN_SET))
    for item in db.session.scalars(_set_of(stimulus.id).with_for_update()).all():
        if item.id not in wanted:
            _take_out(actor, item)
    for position, item_id in enumerate(wanted, 1):
        _put_in(actor, load_item(item_id, to_change=True), stimulus, position)
    audit.record(actor, "stimulus:write", subject=("stimulus", stimulus.id), count=len(wanted))
    db.session.flush()


def places_of(item_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """(stimulus, place in its set) of the items that have one. Internal, for assembly: no actor."""
    found: dict[UUID, tuple[UUID, int]] = {}
    wanted = list(item_ids)
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.execute(
            select(Item.id, Item.stimulus_id, Item.stimulus_position)
            .where(Item.id.in_(wanted[start:start + CHUNK]), Item.stimulus_id.is_not(None)))
        found |= {item_id: (stimulus_id, position or 0) for item_id, stimulus_id, position in rows if stimulus_id}
    return found


def get_stimulus_texts(version_ids: Iterable[UUID]) -> dict[UUID, StimulusText]:
    """What stimulus versions say, unknown ids left out. Internal: the caller has decided on access."""
    wanted = list(set(version_ids))
    if not wanted:
        return {}
    rows = db.session.scalars(select(StimulusVersion).where(StimulusVersion.id.in_(wanted)))
    return {row.id: StimulusText(row.stimulus_id, row.content) for row in rows}


def title_of(stimulus: Stimulus, version: StimulusVersion) -> str:
    """The title, which a secure bank keeps sealed with the text. Internal: the caller has decided on access."""
    return str(version.content.get("title", "")) if stimulus.is_secure else stimulus.title


def _checked(draft: StimulusDraft, *, secure: bool) -> dict[str, Any]:
    """The cleaned content; of a secure bank with the title in it, which is sealed with the rest."""
    content, problems = read_stimulus(draft.content)
    if not 0 < len(draft.title.strip()) <= TITLE_LIMIT:
        problems.insert(0, Problem("title", _("Give it a title of at most %(n)s characters.", n=TITLE_LIMIT)))
    if draft.subject_id not in {subject.id for subject in curriculum.list_subjects()}:
        problems.append(Problem("subject_id", _("Choose a subject.")))
    if draft.language not in ("vi", "en"):
        problems.append(Problem("language", _("Choose a language.")))
    if problems:
        raise Invalid(_("This cannot be kept yet."), problems=problems)
    return content | {"title": draft.title.strip()} if secure else content


def _put_in(actor: Actor, item: Item, stimulus: Stimulus, position: int) -> None:
    if not may(actor, "item:read", item):
        raise NotFound(_("There is no such question."))
    admit(actor, "item:revise", item)
    if item.subject_id != stimulus.subject_id or item.bank_id != stimulus.bank_id:
        raise Invalid(_("A question of the set must be of the same subject and in the same bank."))
    if item.stimulus_id not in (None, stimulus.id):
        raise Conflict(_("This question belongs to another text already."))
    item.stimulus_id, item.stimulus_position = stimulus.id, position
    _pin(actor, item, stimulus.current_version_id)


def _take_out(actor: Actor, item: Item) -> None:
    authorize(actor, "item:revise", item)
    item.stimulus_id = item.stimulus_position = None
    _pin(actor, item, None)


def _pin(actor: Actor, item: Item, stimulus_version_id: UUID | None) -> None:
    """A version that says the same with another stimulus; none where it has this one already.

    In a reviewed bank it asks for the review again, as every new version of something signed does.
    """
    latest = load_version(item.current_version_id)
    if latest.stimulus_version_id == stimulus_version_id:
        return
    version = ItemVersion(id=new_id(), item_id=item.id, number=latest.number + 1, type=latest.type,
                          content=latest.content, key=latest.key, created_by=actor.person_id,
                          stimulus_version_id=stimulus_version_id)
    db.session.add(seal_row(version) if item.is_secure else version)
    item.current_version_id, item.updated_at = version.id, clock.now()
    bank = bank_of(item)
    if where_is(bank) == REVIEWED and item.state in BY_NAME["reopen"].before:
        db.session.flush()  # the move names the version
        move_item(actor, item, BY_NAME["reopen"].after, bank)


def _set_of(stimulus_id: UUID) -> Any:
    return select(Item).where(Item.stimulus_id == stimulus_id).order_by(Item.stimulus_position, Item.id)


def _load_stimulus(stimulus_id: UUID, *, to_change: bool = False) -> Stimulus:
    stimulus = db.session.get(Stimulus, stimulus_id, with_for_update=to_change)
    if stimulus is None:
        raise NotFound(_("There is no such text or recording."))
    return stimulus


def _load_stimulus_version(version_id: UUID) -> StimulusVersion:
    version = db.session.get(StimulusVersion, version_id)
    if version is None:
        raise NotFound(_("There is no such version."))
    return version
