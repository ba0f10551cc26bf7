"""The texts and sounds that questions of a file share, on their way into the bank."""

from uuid import UUID

from sqlalchemy import select, update

from assessment.bank import services as bank
from assessment.bank.services.stimuli import StimulusDraft, create_stimulus
from assessment.interchange.models import ImportQuestion, ImportStimulus
from assessment.interchange.services.links import linked
from assessment.interchange.services.places import ImportPlace, taken_states
from lms.core.db import db, transaction
from lms.core.permissions import Actor

LONGEST_TITLE = 150


def take_stimuli(actor: Actor, batch_id: UUID, place: ImportPlace, sources: dict[str, str]) -> dict[str, UUID]:
    """Ids of the stimuli that the wanted questions share, by what the file calls them; each is made once."""
    with transaction():
        used = select(ImportQuestion.stimulus).where(
            ImportQuestion.batch_id == batch_id, ImportQuestion.state.in_(taken_states(place)))
        rows = list(db.session.scalars(select(ImportStimulus).where(
            ImportStimulus.batch_id == batch_id, ImportStimulus.ref.in_(used)).order_by(ImportStimulus.number)))
        for row in rows:
            if row.stimulus_id is None:
                [content] = linked([row.content], sources)
                draft = StimulusDraft(row.title[:LONGEST_TITLE] or row.ref[:LONGEST_TITLE],
                                      content, place.subject_id, place.language, place.bank_id)
                row.stimulus_id = create_stimulus(actor, draft).id
        db.session.flush()
        return {row.ref: row.stimulus_id for row in rows if row.stimulus_id}


def put_stimuli_back(actor: Actor, batch_id: UUID) -> None:
    """Remove the stimuli of an import that no item has any more."""
    rows = list(db.session.scalars(select(ImportStimulus).where(
        ImportStimulus.batch_id == batch_id, ImportStimulus.stimulus_id.is_not(None))))
    ids = [row.stimulus_id for row in rows if row.stimulus_id]
    db.session.execute(update(ImportStimulus).where(ImportStimulus.batch_id == batch_id).values(stimulus_id=None))
    for stimulus_id in ids:
        bank.remove_unused_stimulus(actor, stimulus_id)
