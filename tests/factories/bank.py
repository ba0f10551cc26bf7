"""Items of the bank for tests."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from assessment.bank.markup import plain_text, without_marks
from assessment.bank.models import Item, ItemVersion
from assessment.bank.stimuli_models import Stimulus, StimulusVersion
from lms.core.db import db
from lms.core.ids import new_id
from tests.factories.curriculum import make_subject
from tests.factories.every_type import sample

_numbers = count(1)
OPTIONS = [{"id": f"o{number}", "text": f"Phương án {number}"} for number in range(1, 5)]
KEYS: dict[str, dict[str, Any]] = {
    "single_choice": {"correct": "o1"}, "multiple_response": {"correct": ["o1", "o3"]},
    "true_false": {"true": ["o1", "o4"]},
    "short_numeric": {"accepted": [{"value": "1.5", "tolerance": "0"}]},
    "short_text": {"accepted": [{"text": "Hà Nội"}], "case_sensitive": False},
}


def make_body(type: str = "single_choice",
              prompt: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and key of a plain, complete item; every prompt is different."""
    content: dict[str, Any] = {"prompt": prompt or f"<p>Câu hỏi số {next(_numbers)}</p>", "options": []}
    if type not in KEYS:
        own, key, _response = sample(type)
        own_prompt = {"prompt": own["prompt"]} if type == "cloze" else {}
        return {**content, **own, "prompt": content["prompt"], **own_prompt}, key
    if type in ("single_choice", "multiple_response", "true_false"):
        content["options"] = [dict(option) for option in OPTIONS]
    else:
        content["max_length"] = 16
    return content, {**KEYS[type]}


def make_item(type: str = "single_choice", *, owner: Any = None, subject: Any = None, topic: Any = None,
              level: str = "know", state: str = "ready", organisation: Any = None, grade: int | None = 12,
              prompt: str | None = None, content: dict[str, Any] | None = None,
              key: dict[str, Any] | None = None) -> Item:
    """An item with one version, flushed; owner and subject are made if none is given."""
    if owner is None:
        from tests.factories.identity import make_person

        owner = make_person("teacher", organisation=organisation)
    subject_id = topic.subject_id if topic is not None else (subject or make_subject()).id
    if content is None or key is None:
        plain_content, plain_key = make_body(type, prompt)
        content, key = content or plain_content, key or plain_key
    stem = plain_text(content["prompt"])
    row = Item(id=new_id(), subject_id=subject_id, topic_id=topic.id if topic is not None else None,
               grade=grade, level=level, type=type, state=state, owner_id=owner.id,
               current_version_id=new_id(),
               organisation_id=organisation.id if organisation is not None else None,
               stem_text=stem, search_text=without_marks(stem))
    db.session.add(row)
    db.session.flush()
    db.session.add(ItemVersion(id=row.current_version_id, item_id=row.id, number=1, type=type,
                               content=content, key=key, created_by=owner.id))
    db.session.flush()
    return row


def make_stimulus(owner: Any, organisation: Any = None, *, subject: Any = None, items: Sequence[Item] = (),
                  **content: Any) -> Stimulus:
    """A text with these items as its set, flushed; `content` as in assessment/bank/stimuli.py."""
    row = Stimulus(id=new_id(), owner_id=owner.id, organisation_id=organisation.id if organisation else None,
                   subject_id=(subject or make_subject()).id, title="Đoạn trích", state="ready",
                   kind="audio" if content.get("audio") else "text", current_version_id=new_id())
    db.session.add(row)
    db.session.flush()
    db.session.add(StimulusVersion(id=row.current_version_id, stimulus_id=row.id, number=1,
                                   content={"body": "<p>Nội dung đoạn trích.</p>", **content}, created_by=owner.id))
    db.session.flush()
    for place, item in enumerate(items, 1):
        item.stimulus_id, item.stimulus_position = row.id, place
        latest = db.session.get_one(ItemVersion, item.current_version_id)
        item.current_version_id = new_id()
        db.session.add(ItemVersion(
            id=item.current_version_id, item_id=item.id, number=latest.number + 1, type=latest.type,
            content=latest.content, key=latest.key, created_by=owner.id, stimulus_version_id=row.current_version_id))
    db.session.flush()
    return row
