"""Subjects, topics and outcomes for tests."""

from itertools import count

from lms.core.db import db
from lms.curriculum.models import Outcome, Subject, Topic

_numbers = count(1)


def make_subject(code: str | None = None, name: str | None = None) -> Subject:
    """A subject, flushed."""
    number = next(_numbers)
    row = Subject(code=code or f"subject-{number}", name_vi=name or f"Môn {number}",
                  name_en=name or f"Subject {number}", position=number)
    db.session.add(row)
    db.session.flush()
    return row


def make_topic(subject: Subject | None = None, name: str | None = None, grade: int | None = 12) -> Topic:
    """A topic of a subject (made if none is given), flushed."""
    number = next(_numbers)
    row = Topic(subject_id=(subject or make_subject()).id, name=name or f"Chủ đề {number}", grade=grade,
                position=number)
    db.session.add(row)
    db.session.flush()
    return row


def make_outcome(topic: Topic | None = None, text: str = "Tính được một đại lượng.") -> Outcome:
    """An outcome of a topic (made if none is given), flushed."""
    number = next(_numbers)
    topic = topic or make_topic()
    row = Outcome(code=f"OUT.{number:03}", subject_id=topic.subject_id, topic_id=topic.id,
                  grade=topic.grade or 12, text=text)
    db.session.add(row)
    db.session.flush()
    return row
