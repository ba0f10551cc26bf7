"""One of everything and one person of each role, for the guards that try every address."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from assessment.analysis import services as analysis
from assessment.assembly import services as assembly
from assessment.bank.content import ITEM_TYPES
from assessment.delivery import services as delivery
from assessment.delivery.models import Exam
from assessment.interchange import services as interchange
from assessment.interchange.models import ImportMedium, ItemExport
from assessment.marking import services as marking
from content_repo.curation import services as curation
from content_repo.files import services as files
from content_repo.files.models import StoredFile
from content_repo.media.models import MediaAsset
from content_repo.works.schema import KINDS
from lms.core import jobs
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from lms.core.storage import storage
from lms.curriculum.models import Subject
from lms.identity.models import SignIn
from tests.factories.bank import make_item, make_stimulus
from tests.factories.curation import make_collection
from tests.factories.curriculum import make_outcome, make_subject, make_topic
from tests.factories.delivery import make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.marking import make_finished_exam
from tests.factories.organisations import make_class, make_school
from tests.factories.works import make_work, make_work_file

ROLES = ("student", "teacher", "stranger", "librarian", "administrator")
"""The teacher owns what can be owned, the stranger is a teacher of another school, the student sat the exam."""
GIFT = "$CATEGORY: Hình học\n\n::A::Một? {=a ~b}\n\n::B::Ghép {=a -> b =c -> d}\n"
HOLE = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
PAIRS = {"file_id": "work_id", "version_id": "exam_id", "candidate_id": "exam_id", "attempt_id": "exam_id"}
"""What hangs on what: an address with both has two things that belong together."""


@dataclass(frozen=True)
class World:
    """Ids of people by role; what may stand in the holes of addresses, and pairs that belong together."""

    people: dict[str, UUID]
    values: dict[str, list[Any]]
    pairs: dict[str, list[tuple[Any, Any]]]

    def addresses(self, rule: Rule) -> list[str]:
        """The rule filled with each thing of this world that belongs there."""
        holes = [match[3] for match in HOLE.finditer(str(rule))]
        hung = next((name for name in holes if name in self.pairs and PAIRS[name] in holes), None)
        if hung:
            return [_fill(rule, {PAIRS[hung]: one, hung: other}) for one, other in self.pairs[hung]]
        first = holes[0] if holes else ""
        rest = {name: self.values[name][0] for name in holes[1:] if name in self.values}
        return [_fill(rule, {first: each, **rest}) for each in self.values.get(first, [None])]


def _fill(rule: Rule, given: dict[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        kind, choices, name = match[1], match[2] or "", match[3]
        usual = {"uuid": str(new_id()), "int": "1"}.get(kind or "", choices.split(",")[0] or "x")
        return str(given.get(name) or usual)
    return HOLE.sub(value, str(rule))


def make_world(app: Flask) -> World:
    """Build it: written, marked, analysed, committed."""
    with app.test_request_context():
        school = make_school()
        people = {"teacher": make_person("teacher", school), "stranger": make_person("teacher", make_school()),
                  "librarian": make_person("librarian"), "administrator": make_person("administrator")}
        make_class(school, students=1, teacher=people["teacher"])
        exams, pairs = _make_exams(people, school)
        works, held = _make_works(people["teacher"], people["librarian"])
        values: dict[str, list[Any]] = {
            **exams, **works, "type": list(ITEM_TYPES), "kind_code": list(KINDS),
            "item_id": _make_items(people["teacher"], school),
            "stimulus_id": [make_stimulus(people["teacher"], school).id],
            **_make_begun(make_actor(people["teacher"]))}
        db.session.commit()
        return World({role: person.id for role, person in people.items()}, values, {**pairs, "file_id": held})


def _make_exams(people: dict[str, Any], school: Any) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """One that is over, marked and analysed; one that runs; one in draft."""
    over = make_finished_exam(3, close=True)
    running, draft = make_exam(students=1), make_exam(students=1, publish=False)
    ids = [over.exam.id, running.exam.id, draft.exam.id]
    db.session.execute(update(Exam).where(Exam.id.in_(ids)).values(
        owner_id=people["teacher"].id, organisation_id=school.id))
    people["student"] = over.students[0]
    delivery.register_people(SYSTEM, ids[1], [over.students[0].id])
    marking.mark_exam(SYSTEM, ids[0])
    analysis.store_analysis(ids[0], marking.results_of(ids[0]))
    make_outcome(make_topic(db.session.get_one(Subject, draft.exam.subject_id)))
    version_id = assembly.get_paper(assembly.form_ids(ids[0])[0]).items[0].item_version_id
    own = next(each.id for each in delivery.list_finished_attempts(ids[0]) if each.person_id == people["student"].id)
    candidates = [(ids[2], row.candidate.id) for row in delivery.list_candidates(SYSTEM, ids[2])]
    pairs = {"candidate_id": candidates, "attempt_id": [(ids[0], own)], "version_id": [(ids[0], version_id)]}
    return {"exam_id": ids, "attempt_id": [own]}, pairs


def _make_works(teacher: Any, librarian: Any) -> tuple[dict[str, list[Any]], list[tuple[Any, Any]]]:
    """The teacher's lecture in each state, the librarian's thesis in two, each with a file; a collection."""
    states = ("draft", "submitted", "returned", "published", "withdrawn")
    made = [*(make_work("lecture", state, teacher) for state in states),
            *(make_work("thesis", state, librarian) for state in ("draft", "published"))]
    held = [(work.id, make_work_file(work).id) for work in made]
    collection = make_collection()
    curation.add_to_collection(make_actor(librarian), collection.id, made[3].id)
    video = db.session.scalars(select(StoredFile).where(StoredFile.owner_id == made[3].id)).one()
    asset = MediaAsset(owner_kind="work", owner_id=made[3].id, file_id=video.id, requested_by=teacher.id)
    db.session.add(asset)
    db.session.flush()
    return {"work_id": [work.id for work in made], "collection_id": [collection.id], "asset_id": [asset.id]}, held


def _make_items(teacher: Any, school: Any) -> list[UUID]:
    subject = make_subject()
    ready = [make_item(type, owner=teacher, subject=subject, organisation=school) for type in ITEM_TYPES]
    return [item.id for item in [*ready, make_item(owner=teacher, subject=subject, state="draft")]]


def _make_begun(teacher: Any) -> dict[str, list[Any]]:
    """What the teacher has begun: an import, an upload, a job, a sign-in."""
    place = interchange.ImportPlace(make_subject().id)
    batch = interchange.stage_import(teacher, file_name="de.gift", stream=BytesIO(GIFT.encode()), place=place)
    sha256 = "0" * 64
    key = f"imports/{batch.id}/{sha256}"
    storage().put(key, BytesIO(b"x"), "image/png")
    db.session.add(ImportMedium(batch_id=batch.id, sha256=sha256, name="a.png", content_type="image/png",
                                storage_key=key))
    export = ItemExport(owner_id=teacher.id, format="gift", item_ids=[], expires_at=batch.expires_at)
    db.session.add(export)
    upload = files.start_upload(teacher, name="a.pdf", size=10, owner=("work", new_id()))
    job = jobs.enqueue("content_repo.check_file", owner=teacher.id, file_id=str(new_id()))
    db.session.flush()
    signed_in = select(SignIn.id).where(SignIn.person_id == teacher.id).limit(1)
    return {"batch_id": [batch.id], "sha256": [sha256], "export_id": [export.id],
            "upload_id": [upload.id], "job_id": [job.id], "sign_in_id": [db.session.scalar(signed_in)]}
