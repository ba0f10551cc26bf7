"""Whole sets in a plan: drawn with all their questions, kept together, never taken apart unless asked."""

from types import SimpleNamespace

import pytest
from flask_babel import force_locale

from assessment.assembly import services as assembly
from assessment.assembly.services import DrawRow, SetWish, fitting_sets
from assessment.bank.services import DrawableSet, list_sets
from lms.core.errors import Invalid
from lms.core.ids import new_id
from lms.core.permissions import Actor, positions_in
from tests.factories.assembly import make_exam_for_form
from tests.factories.bank import make_item, make_stimulus
from tests.factories.curriculum import make_subject, make_topic
from tests.factories.identity import make_person
from tests.factories.organisations import make_school

pytestmark = pytest.mark.usefixtures("context")
AUDIO = {"src": "/items/media/00000000-0000-7000-8000-000000000000", "plays": 2}


@pytest.fixture
def literature():
    """A teacher, his topic with three single questions, and sets of 2, 3 and 4 questions; the last is to be heard."""
    school = make_school()
    person = make_person("teacher", organisation=school)
    topic = make_topic(make_subject())
    for _each in range(3):
        make_item(topic=topic, organisation=school)
    sets = []
    for size, extra in ((2, {}), (3, {}), (4, {"audio": AUDIO})):
        types = ["single_choice", "short_text", "essay", "true_false"][:size]
        items = [make_item(each, topic=topic, organisation=school) for each in types]
        sets.append((make_stimulus(person, school, subject=SimpleNamespace(id=topic.subject_id), items=items, **extra),
                     items))
    actor = Actor(person.id, person.name, positions_in([school.id], "teacher"))
    return SimpleNamespace(actor=actor, topic=topic, subject=topic.subject_id, sets=sets, school=school)


def paper_of(given, *rows, seed=1):
    form = assembly.draw_form(given.actor, make_exam_for_form(), rows=rows, seed=seed)
    return assembly.get_paper(form.id)


def test_a_row_draws_a_whole_set_in_its_order(literature):
    text, items = literature.sets[1]
    paper = paper_of(literature, DrawRow(literature.subject, 1, sets=SetWish(fewest=3, most=3)),
                     DrawRow(literature.subject, 2, type="single_choice"))
    drawn = [(part.type, stimulus and stimulus.id, [each.item_version_id for each in own])
             for part in paper.sections for stimulus, own in part.groups]
    assert ("set", text.id, [item.current_version_id for item in items]) in drawn
    assert [stimulus for _type, stimulus, _own in drawn].count(None) == 1
    assert len(paper.items) == 5


def test_single_rows_leave_sets_alone_unless_asked(literature):
    assert len(paper_of(literature, DrawRow(literature.subject, 3)).items) == 3
    with pytest.raises(Invalid):
        paper_of(literature, DrawRow(literature.subject, 4))
    asked = paper_of(literature, DrawRow(literature.subject, 12, from_sets=True))
    assert len(asked.items) == 12


def test_forms_draw_different_sets_and_the_same_seed_the_same(literature):
    row = DrawRow(literature.subject, 1, sets=SetWish())
    drawn = [{item.stimulus.id for item in paper_of(literature, row, seed=seed).items} for seed in [*range(8), 0]]
    assert all(len(each) == 1 for each in drawn)
    assert len(set.union(*drawn)) > 1
    assert drawn[0] == drawn[-1]


def test_questions_that_are_not_ready_stay_out_of_the_set(literature):
    text, items = literature.sets[1]
    items[1].state = "draft"
    paper = paper_of(literature, DrawRow(literature.subject, 1, sets=SetWish(stimulus_id=text.id)))
    assert [item.item_version_id for item in paper.items] == [items[0].current_version_id, items[2].current_version_id]
    assert text.id in [each.id for each in list_sets(literature.actor, literature.subject) if len(each.items) == 2]


def test_too_few_sets_are_told_with_their_row(literature):
    rows = [DrawRow(literature.subject, 1), DrawRow(literature.subject, 2, sets=SetWish(kind="audio", fewest=4))]
    with force_locale("en"), pytest.raises(Invalid) as caught:
        paper_of(literature, *rows)
    [problem] = caught.value.problems
    assert (problem.where, "Row 2 needs 2 sets of 4 to 40 questions" in problem.message) == ("rows-2", True)
    both = [DrawRow(literature.subject, 1, sets=SetWish(stimulus_id=literature.sets[0][0].id))] * 2
    with pytest.raises(Invalid) as caught:
        paper_of(literature, *both)
    assert caught.value.problems[0].where == "rows-2"


@pytest.mark.parametrize(("wish", "changes"), [
    (SetWish(fewest=0), {}), (SetWish(fewest=5, most=4), {}), (SetWish(most=41), {}), (SetWish(kind="film"), {}),
    (SetWish(), {"level": "know"}), (SetWish(), {"type": "essay"}), (SetWish(stimulus_id=new_id()), {"count": 2}),
    (SetWish(fewest=40), {"count": 6})])
def test_wishes_that_make_no_sense(wish, changes):
    with pytest.raises(Invalid):
        assembly.check_rows([DrawRow(**{"subject_id": new_id(), "count": 1, "sets": wish, **changes})])


def test_which_sets_fit():
    topic, pairs = new_id(), tuple((new_id(), new_id()) for _each in range(3))
    one = DrawableSet(new_id(), "a", "vi", "text", frozenset({topic}), pairs)
    other = DrawableSet(new_id(), "b", "en", "audio", frozenset({None}), pairs[:1])

    def fits(**wish):
        return [each.title for each in fitting_sets([one, other], DrawRow(new_id(), 1, sets=SetWish(**wish)))]

    assert fits() == ["a", "b"]
    assert (fits(kind="audio"), fits(language="vi"), fits(fewest=2), fits(most=2)) == (["b"], ["a"], ["a"], ["b"])
    assert fits(stimulus_id=other.id) == ["b"]
    assert fitting_sets([one, other], DrawRow(new_id(), 1, topic_id=topic, sets=SetWish())) == [one]
    assert fitting_sets([one], DrawRow(new_id(), 1)) == []


def test_a_set_of_another_school_is_not_drawn(literature):
    other = make_school()
    person = make_person("teacher", organisation=other)
    stranger = Actor(person.id, person.name, positions_in([other.id], "teacher"))
    assert list_sets(stranger, literature.subject) == []
    assert len(list_sets(literature.actor, literature.subject)) == 3
