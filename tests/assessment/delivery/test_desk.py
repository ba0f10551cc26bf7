"""What an exam allows on the desk of a candidate, and what the calculator works out."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery import services
from assessment.delivery.models import Exam
from assessment.delivery.services.desk import set_tools
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid
from tests.factories.delivery import SetExam, make_exam

SignIn = Callable[[object], FlaskClient]
ARITHMETIC = Path(__file__).parents[3] / "assessment/delivery/static/player/tools/arithmetic.js"
WORK_OUT = """
import { readFileSync } from "node:fs";
const source = readFileSync(process.argv[1], "utf-8");
const { numberText, workOut } = await import("data:text/javascript;base64," + Buffer.from(source).toString("base64"));
const answers = JSON.parse(readFileSync(0, "utf-8")).map((line) => {
  try { return numberText(workOut(line)); } catch (error) { return error.name; }
});
console.log(JSON.stringify(answers));
"""
WRONG = "SyntaxError"
SUMS = {
    "1+2×3": "7", "(1+2)×3": "9", "2(3)": "6", "2π": "6,283185307", "−3²": "−9", "2^3^2": "512", "1,5·4": "6",
    "0,1+0,2": "0,3", "sin(180)": "0", "sin 30": "0,5", "cos(60)+1": "1,5", "asin 1": "90", "√16": "4", "5!": "120",
    "50%": "0,5", "log 1000": "3", "6,02×10^23": "6,02×10^23", "10^(−3)": "0,001", "(1+2": "3", "7÷2": "3,5",
    "": WRONG, "1+": WRONG, "tan(90)": WRONG, "1÷0": WRONG, "abc": WRONG, "1)": WRONG, "√(−1)": WRONG, "200!": WRONG,
    "1..2": WRONG, "1 000": WRONG, "alert(1)": WRONG, "constructor": WRONG,
}


@pytest.fixture
def draft(app: Flask) -> SetExam:
    with app.app_context():
        given = make_exam(publish=False)
        db.session.commit()
        return given


def test_the_calculator_works_out_what_is_written():
    command = ["node", "--input-type=module", "-e", WORK_OUT, str(ARITHMETIC)]
    done = subprocess.run(command, input=json.dumps(list(SUMS)), capture_output=True, text=True, check=True, timeout=60)
    assert dict(zip(SUMS, json.loads(done.stdout), strict=True)) == SUMS


def test_a_draft_says_which_tools_it_allows(app: Flask, draft: SetExam, sign_in: SignIn):
    client = sign_in(draft.teacher)
    path = f"/exams/{draft.exam.id}/tools"
    assert client.post(path, data={"tools": ["calculator"]}).status_code == 302
    assert 'value="calculator" checked' in client.get(path).text
    assert client.post(path, data={"tools": ["phone"]}).status_code == 422
    with app.app_context():
        assert db.session.get_one(Exam, draft.exam.id).tools == ["calculator"]
        with pytest.raises(Invalid):
            set_tools(draft.teacher, draft.exam.id, ["phone"])
        services.publish_exam(draft.teacher, draft.exam.id)
        with pytest.raises(Conflict):
            set_tools(draft.teacher, draft.exam.id, [])


def test_only_who_may_edit_an_exam_says_its_tools(app: Flask, draft: SetExam):
    with app.app_context(), pytest.raises(Forbidden):
        set_tools(draft.students[0], draft.exam.id, ["calculator"])


def test_the_player_has_the_tools_that_are_allowed(app: Flask, draft: SetExam, sign_in: SignIn):
    with app.app_context():
        set_tools(draft.teacher, draft.exam.id, ["scratch_pad"])
        services.publish_exam(draft.teacher, draft.exam.id)
        db.session.commit()
    client = sign_in(draft.students[0])
    client.post(f"/exams/{draft.exam.id}/start")
    page = client.get(f"/exams/{draft.exam.id}/attempt").text
    assert 'data-panel="scratch"' in page
    assert 'data-panel="calculator"' not in page
    assert 'data-switch="reader"' in page
