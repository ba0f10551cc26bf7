"""Recordings that may be heard so often only: the sound is handed out to a play that stands in the attempt's log.

A play is an event like any other, appended by the save. Whoever has appended it may fetch the sound for a while, again
after a broken line or a reload: that is the same play. One event more than allowed gets nothing, and stays as evidence.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from assessment.bank.media import open_media
from assessment.bank.media_bytes import sound_seconds
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import StoredEvent
from assessment.delivery.models import Attempt
from assessment.delivery.services.archives import find_log
from assessment.delivery.services.holding import open_claims
from assessment.delivery.services.saving import recordings_of
from lms.core import clock
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import _

MARGIN = timedelta(minutes=2)
"""For fetching the sound, and for a line or a browser that comes back: added to its length."""
UNKNOWN_LENGTH = timedelta(minutes=10)


def open_recording(token: str, attempt_id: UUID, recording_id: UUID) -> tuple[str, bytes]:
    """(content type, bytes) of a recording for its newest play. The token is the authority: no actor.

    Raises NotFound for what is not on the paper or not counted; Conflict where no play runs: none was begun, its time
    is over, or there were more than allowed.
    """
    claims = open_claims(token, attempt_id)
    most = recordings_of(claims.form_id).get(str(recording_id))
    if most is None:
        raise NotFound(_("There is no such recording on this test."))
    begun = plays_of(event_log().list_events(claims.sitting_id, attempt_id), str(recording_id))
    if len(begun) > most:
        raise Conflict(_("You have listened as often as you may."))
    found = open_media([recording_id]).get(recording_id)
    if found is None:
        raise NotFound(_("There is no such recording on this test."))
    if not begun or clock.now() > begun[-1] + _time_of(found[1]):
        raise Conflict(_("This time of listening is over. Press Listen to begin another one."))
    return found


def plays_of(events: Sequence[StoredEvent], recording: str) -> list[datetime]:
    """When each play of a recording was begun, by the server's clock; what came late is none."""
    return [event.received_at for event in events
            if event.kind == "answer" and not event.late and json.loads(event.payload).get("play") == recording]


def count_extra_plays(attempts: Iterable[Attempt]) -> dict[UUID, int]:
    """By attempt, how often a recording was asked for beyond what is allowed: no honest player does.

    Only attempts whose paper has such recordings are here; one look at the log for those of a sitting. Internal: the
    caller has authorised.
    """
    counted = sorted((each for each in attempts if recordings_of(each.form_id)), key=_sitting)
    plays: dict[UUID, Counter[str]] = {attempt.id: Counter() for attempt in counted}
    for sitting_id, own in groupby(counted, key=_sitting):
        log = find_log(sitting_id)
        for attempt_id, payload in log.counted_answers(sitting_id, [attempt.id for attempt in own]) if log else ():
            plays[attempt_id].update(played for played in [json.loads(payload).get("play")] if played)
    return {attempt.id: _beyond(attempt.form_id, plays[attempt.id]) for attempt in counted}


def _sitting(attempt: Attempt) -> UUID:
    return attempt.sitting_id


def _beyond(form_id: UUID, plays: Mapping[str, int]) -> int:
    allowed = recordings_of(form_id)
    return sum(max(0, count - allowed.get(recording, count)) for recording, count in plays.items())


def _time_of(data: bytes) -> timedelta:
    seconds = sound_seconds(data)
    return (UNKNOWN_LENGTH if seconds is None else timedelta(seconds=seconds)) + MARGIN
