"""Forms: drawn from what the actor may use, laid out in parts, read as papers without keys."""

import json
from decimal import Decimal

import pytest

from assessment.assembly import services as assembly
from assessment.assembly.services import DrawRow
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.ids import new_id
from lms.core.permissions import Actor, positions_in
from tests.factories.assembly import make_exam_for_form, make_form
from tests.factories.bank import make_item
from tests.factories.curriculum import make_subject, make_topic
from tests.factories.identity import make_person
from tests.factories.organisations import make_school

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def teacher(school):
    person = make_person("teacher", organisation=school)
    return Actor(person.id, person.name, positions_in([school.id], "teacher"))


@pytest.fixture
def bank(school):
    """A topic of mathematics with five items of each type, levels in turn; its subject."""
    topic = make_topic(make_subject("toan"))
    for type in ("single_choice", "multiple_response", "true_false", "short_numeric", "short_text"):
        for number in range(5):
            make_item(type, topic=topic, organisation=school, level=("know", "understand", "apply")[number % 3])
    return topic


def draw_one(teacher, bank, rows=None, seed=1, **options):
    rows = rows or [DrawRow(bank.subject_id, 3, type="single_choice"), DrawRow(bank.subject_id, 2, type="true_false"),
                    DrawRow(bank.subject_id, 2, type="short_numeric")]
    return assembly.draw_form(teacher, make_exam_for_form(), rows=rows, seed=seed, **options)


def test_a_paper_in_the_parts_of_the_graduation_exam(teacher, bank):
    form = draw_one(teacher, bank, title="Kiểm tra")
    paper = assembly.get_paper(form.id)
    assert (len(paper.code), paper.title, paper.points) == (4, "Kiểm tra", Decimal("3.75"))
    assert [(part.number, part.type, len(part.items)) for part in paper.sections] == [
        ("I", "single_choice", 3), ("II", "true_false", 2), ("III", "short_numeric", 2)]
    assert [item.number for item in paper.items] == [1, 2, 3, 4, 5, 6, 7]
    assert {item.score_table_code for item in paper.sections[1].items} == {"tf4_2025"}
    assert paper.sections[2].items[0].points == Decimal("0.5")
    assert all(part.title and part.instruction for part in paper.sections)


def test_a_paper_holds_no_key(teacher, bank):
    paper = assembly.get_paper(draw_one(teacher, bank).id)
    text = json.dumps([item.content for item in paper.items])
    for word in ("correct", "accepted", "explanation", '"true"'):
        assert word not in text


def test_options_are_shuffled_by_identity_and_statements_stay(teacher, bank):
    orders = set()
    for seed in range(6):
        paper = assembly.get_paper(draw_one(teacher, bank, seed=seed).id)
        for item in paper.items:
            assert list(item.option_order) == [option["id"] for option in item.content["options"]]
            if item.type == "single_choice":
                orders.add(item.option_order)
            elif item.type == "true_false":
                assert item.option_order == ("o1", "o2", "o3", "o4")
    assert len(orders) > 3
    plain = assembly.get_paper(draw_one(teacher, bank, shuffle=False).id)
    assert {item.option_order for item in plain.sections[0].items} == {("o1", "o2", "o3", "o4")}


def test_the_same_seed_draws_the_same_form(teacher, bank):
    def said(seed):
        paper = assembly.get_paper(draw_one(teacher, bank, seed=seed).id)
        return [(item.item_version_id, item.option_order) for item in paper.items]

    assert said(7) == said(7)
    assert said(7) != said(8)


def test_what_is_missing_is_said_row_by_row(teacher, bank):
    rows = [DrawRow(bank.subject_id, 1),
            DrawRow(bank.subject_id, 5, topic_id=bank.id, level="apply", type="true_false"),
            DrawRow(make_subject().id, 2)]
    with pytest.raises(Invalid) as caught:
        draw_one(teacher, bank, rows)
    assert [problem.where for problem in caught.value.problems] == ["rows-2", "rows-3"]
    assert bank.name in caught.value.problems[0].message
    assert "5" in caught.value.problems[0].message
    assert "1" in caught.value.problems[0].message


def test_rows_that_ask_for_the_same_items(teacher, bank):
    rows = [DrawRow(bank.subject_id, 3, type="true_false"), DrawRow(bank.subject_id, 3, type="true_false")]
    with pytest.raises(Invalid) as caught:
        draw_one(teacher, bank, rows)
    assert caught.value.problems[0].where == "rows-2"


@pytest.mark.parametrize("changes", [{"count": 0}, {"level": "hard"}, {"type": "riddle"}, {"points": Decimal(0)},
                                     {"points": Decimal(101)}, {"count": 201}])
def test_rows_that_make_no_sense(teacher, bank, changes):
    row = DrawRow(**{"subject_id": bank.subject_id, "count": 1, **changes})
    with pytest.raises(Invalid):
        draw_one(teacher, bank, [row])
    with pytest.raises(Invalid):
        assembly.draw_form(teacher, make_exam_for_form(), rows=[], seed=1)


def test_only_what_one_may_read_is_drawn(bank):
    stranger = Actor(make_person("teacher").id, "x", positions_in([make_school().id], "teacher"))
    with pytest.raises(Invalid):
        draw_one(stranger, bank)
    student = Actor(make_person("student").id, "x", positions_in([], "student"))
    with pytest.raises(Forbidden):
        draw_one(student, bank)


def test_points_of_a_row_go_before_those_of_the_type(teacher, bank):
    rows = [DrawRow(bank.subject_id, 2, type="single_choice", points=Decimal("0.4"))]
    assert assembly.get_paper(draw_one(teacher, bank, rows).id).points == Decimal("0.8")


def test_forms_of_one_exam_have_codes_of_their_own_and_can_be_discarded(teacher, bank):
    exam_id = make_exam_for_form()
    rows = [DrawRow(bank.subject_id, 2, type="single_choice")]
    forms = [assembly.draw_form(teacher, exam_id, rows=rows, seed=1) for _each in range(5)]
    assert len({form.code for form in forms}) == 5
    assert set(assembly.form_ids(exam_id)) == {form.id for form in forms}
    assembly.discard_forms(teacher, exam_id)
    assert assembly.form_ids(exam_id) == []


def test_a_paper_is_read_once(teacher, bank, monkeypatch):
    form = make_form()
    first = assembly.get_paper(form.id)
    monkeypatch.setattr(assembly.bank, "get_versions", None)
    assert assembly.get_paper(form.id) is first
    with pytest.raises(NotFound):
        assembly.get_paper(new_id())

def test_codes_of_a_form_ask_the_same_in_another_order(teacher, bank):
    rows = [DrawRow(bank.subject_id, 4, type="single_choice"), DrawRow(bank.subject_id, 2, type="true_false")]
    first = assembly.draw_form(teacher, make_exam_for_form(), rows=rows, seed=1)
    codes = [assembly.add_code(teacher, first.id, seed=seed) for seed in range(2, 8)]
    papers = [assembly.get_paper(form.id) for form in (first, *codes)]
    asked = [{(part.number, item.item_version_id, item.points) for part in paper.sections for item in part.items}
             for paper in papers]
    assert all(each == asked[0] for each in asked)
    assert len({tuple(item.item_version_id for item in paper.items) for paper in papers}) > 1
    assert len({paper.code for paper in papers}) == len(papers)


def test_the_same_seed_gives_the_same_code(teacher, bank):
    rows = [DrawRow(bank.subject_id, 4, type="single_choice")]
    first = assembly.draw_form(teacher, make_exam_for_form(), rows=rows, seed=1)
    orders = [[(item.item_version_id, item.option_order) for item in
               assembly.get_paper(assembly.add_code(teacher, first.id, seed=9).id).items] for _each in range(2)]
    assert orders[0] == orders[1]
