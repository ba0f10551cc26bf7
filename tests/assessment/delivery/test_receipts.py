"""Receipts, roots and the program that stands alone: what is genuine, and every way in which it is not."""

import base64
import json
import subprocess
import sys
from copy import deepcopy
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.merkle import leaf_hash, proof_of, root_of
from assessment.delivery.models import Attempt, RoomRoot, SubmissionReceipt
from assessment.delivery.services import receipts
from lms.core.clock import shifted
from lms.core.db import db
from tests.factories.delivery import Candidate, make_exam
from tests.factories.rooms import make_room
from tools.verify_receipt import Broken, check_inclusion, last_answers, verify

PROGRAM = Path(__file__).parents[3] / "tools" / "verify_receipt.py"
# Roots of the test vectors of RFC 6962's reference implementation: trees over the first n of eight given leaves.
LEAVES = [bytes.fromhex(each) for each in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = {1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
         2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
         3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
         8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}


def test_roots_are_those_of_the_known_vectors() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert {count: root_of(hashes[:count]).hex() for count in ROOTS} == ROOTS
    assert root_of([]) == sha256(b"").digest()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 8, 33])
def test_every_leaf_is_proved_and_no_other(count: int) -> None:
    texts = [f"receipt {place}" for place in range(count)]
    hashes = [leaf_hash(text.encode()) for text in texts]
    root = {"root": root_of(hashes).hex(), "leaves": count}
    for place, text in enumerate(texts):
        proof = {"index": place, "leaves": count, "path": [each.hex() for each in proof_of(hashes, place)]}
        check_inclusion(text, proof, root)
        with pytest.raises(Broken):
            check_inclusion(text + "!", proof, root)
        with pytest.raises(Broken):
            check_inclusion(text, proof | {"path": [*proof["path"], "00" * 32]}, root)
        if count > 1:
            with pytest.raises(Broken):
                check_inclusion(text, proof | {"path": proof["path"][1:]}, root)


@pytest.fixture
def handed_in(app: Flask, client: FlaskClient, sign_in, run_jobs):
    """(exam, file of the receipt, public key) of a candidate who answered, handed in, and whose exam is closed."""
    with app.app_context():
        given = make_exam(students=2)
        make_room(given)
        sitter = Candidate(client, given, given.students[0])
        sitter.post(sitter.event({"item": sitter.item("single_choice"), "response": "o1", "ms": 1}))
        sitter.post(sitter.event({"submit": True, "ms": 2}))
        services.close_exam(given.teacher, given.exam.id)
        db.session.commit()
    run_jobs()
    file = sign_in(given.students[0].person_id).get(f"/exams/{given.exam.id}/receipt.json").json
    with app.app_context():
        key = next(iter(receipts.public_keys().values()))
    return given, file, base64.b64decode(key)


def test_what_was_handed_in_is_signed_published_and_genuine(app: Flask, handed_in) -> None:
    given, file, key = handed_in
    receipt, published = verify(file, key)
    assert published
    assert receipt["candidate"] == "000001"
    with app.app_context():
        stored = db.session.query(SubmissionReceipt).one()
        assert (receipt["digest"], stored.body) == (stored.digest, file["receipt"]["body"])
        assert [(root.leaves, root.root) for root in db.session.query(RoomRoot)] == [
            (1, leaf_hash(stored.body.encode()).hex())]
        assert receipts.publish_roots(given.exam.id) == 0, "once"


def test_the_roots_are_open_to_everybody_after_closing_only(app: Flask, client: FlaskClient, handed_in) -> None:
    given, file, _key = handed_in
    page = client.get(f"/exams/{given.exam.id}/roots")
    assert page.status_code == 200
    root = json.loads(file["proof"]["root"]["body"])["root"]
    assert root in page.text
    assert client.get(f"/exams/{given.exam.id}/roots.json").json["roots"][0]["root"] == root
    with app.app_context():
        running = make_exam()
    assert client.get(f"/exams/{running.exam.id}/roots").status_code == 404


def test_whatever_is_changed_in_the_file_shows(handed_in) -> None:
    _given, file, key = handed_in

    def broken(change) -> None:
        changed = deepcopy(file)
        change(changed)
        with pytest.raises(Broken):
            verify(changed, key)

    broken(lambda each: each["receipt"].update(body=each["receipt"]["body"].replace("000001", "000002")))
    broken(lambda each: each["events"][1].update(payload=each["events"][1]["payload"].replace('"o1"', '"o2"')))
    broken(lambda each: each["events"].pop(1))
    broken(lambda each: each["events"].pop())
    broken(lambda each: each["proof"]["root"].update(signature=each["receipt"]["signature"]))
    broken(lambda each: each["proof"].update(leaves=2))
    with pytest.raises(Broken):
        verify(file, Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def test_which_answers_were_late_is_signed(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        given = make_exam(minutes=10)
        sitter = Candidate(client, given, given.students[0])
        sitter.answer("single_choice", "o1")
        with shifted(timedelta(minutes=11)):
            sitter.answer("single_choice", "o2")
            sitter.submit()
        receipt = db.session.get_one(SubmissionReceipt, UUID(str(sitter.id)))
        events = [{"seq": event.seq, "payload": event.payload, "late": False}
                  for event in event_log().list_events(receipt.sitting_id, receipt.attempt_id)]
        body = json.loads(receipt.body)
    assert body["late"] == [2, 3]
    assert last_answers(events, body) == {str(sitter.item("single_choice")): "o1"}


def test_a_receipt_that_comes_after_the_root_leaves_the_others_proved(app: Flask, handed_in) -> None:
    given, file, key = handed_in
    with app.app_context():
        first = db.session.query(SubmissionReceipt).one()
        idle = db.session.query(Attempt).filter_by(exam_id=given.exam.id, person_id=given.students[1].person_id).one()
        other = SubmissionReceipt(attempt_id=idle.id, sitting_id=first.sitting_id, room_id=first.room_id, digest="",
                                  body="{}", signature="")
        db.session.add(other)
        db.session.commit()
        proof = receipts.proof_for(first)
        assert proof is not None
        assert verify({**file, "proof": proof}, key)[1]
        assert receipts.proof_for(other) is None


def test_the_program_stands_alone(handed_in, tmp_path: Path) -> None:
    _given, file, key = handed_in

    def run(text: str) -> tuple[int, str]:
        (tmp_path / "receipt.json").write_text(text, "utf-8")
        given = [str(tmp_path / "receipt.json"), "--key", base64.b64encode(key).decode()]
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM), *given], capture_output=True, text=True, cwd=tmp_path,
            check=False)
        return done.returncode, done.stdout

    code, said = run(json.dumps(file))
    assert code == 0
    assert said.startswith("Genuine: candidate 000001")
    assert '"o1"' in said
    file["events"][1]["payload"] = "{}"
    assert run(json.dumps(file))[0] == 1
    for text in ("", "[]", "{}", '{"receipt": 1}'):
        assert run(text)[0] == 2
    assert "assessment" not in PROGRAM.read_text("utf-8").replace("assessment platform", "")
