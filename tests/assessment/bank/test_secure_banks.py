"""Secure banks: only members, nothing readable at rest, every look written down. Attacks by name."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import delete, select, text, update

from assessment.assembly import services as assembly
from assessment.bank import likeness, sealing
from assessment.bank import services as bank
from assessment.bank.banks_models import BankMember, ItemBand, ItemLikeness
from assessment.bank.models import Item, ItemVersion
from assessment.bank.permissions import forget_roles
from assessment.delivery import services as delivery
from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from tests.factories.banks import draft_in, join, make_teacher, make_team
from tests.factories.organisations import make_school

pytestmark = pytest.mark.usefixtures("context")
SECRET = "Hoànghôn bêntrên phá Tamjiang"  # words that no other row of a shared database has


@pytest.fixture(autouse=True)
def english(context):
    """Reasons are compared in the language of the source."""
    with force_locale("en"):
        yield


def keys(*names: str) -> str:
    return ",".join(f"{name}:{base64.b64encode(name[:1].encode() * 32).decode()}" for name in names)


@pytest.fixture
def with_keys(app, monkeypatch):
    """`with_keys("b", "a")`: the platform has these keys, the first for new values."""
    def put(*names, **changes):
        given = replace(settings(), bank_keys=keys(*names), **changes)
        monkeypatch.setitem(app.extensions, "lms.settings", given)
    return put


def stored(version_id):
    table = db.metadata.tables["item_version"]
    return db.session.execute(select(table).where(table.c.id == version_id)).one()


def every_word_of_the_database() -> str:
    db.session.flush()
    told = []
    for table in db.metadata.sorted_tables:
        told += [str(value) for row in db.session.execute(select(table)) for value in row]
    return json.dumps(told, ensure_ascii=False)


def test_a_dump_of_the_database_holds_no_word_of_a_secure_item():
    team = make_team()
    draft = draft_in(team.bank, f"<p>{SECRET}</p>", state="ready")
    item = bank.create_item(team["author"], draft)
    bank.revise_item(team["author"], item.id, replace(draft, content={**draft.content, "prompt": f"<p>{SECRET}!</p>"}))
    bank.comment_item(team["content_reviewer"], item.id, part="prompt", text=f"Vì sao {SECRET}?")
    dump = every_word_of_the_database()
    assert not [word for word in SECRET.split() if len(word) > 3 and word in dump]
    assert (item.stem_text, item.search_text) == ("", "")
    [hashes] = db.session.execute(select(ItemLikeness.signature).where(ItemLikeness.item_id == item.id)).all()
    assert hashes.signature != likeness.signature(likeness.shingles(draft.content)).tobytes()
    assert SECRET in bank.get_item(team["author"], item.id).version.content["prompt"]
    assert SECRET in bank.get_versions([item.current_version_id])[item.current_version_id].content["prompt"]


def test_only_members_know_of_it_administrators_are_no_exception():
    team, other = make_team(), make_team()
    item = bank.create_item(team["author"], draft_in(team.bank, state="ready"))
    outside = [team["stranger"], team["school administrator"], team["administrator"], other["approver"],
               other["manager"]]
    for actor in outside:
        for ask in (bank.get_item, bank.list_versions, bank.get_review, bank.list_statistics):
            with pytest.raises(Forbidden) as refused:
                ask(actor, item.id)
            assert refused.value.status == 404
        with pytest.raises(Forbidden) as refused:
            bank.get_bank(actor, team.bank.id)
        assert refused.value.status == 404
        assert team.bank.id not in [row.id for row in bank.list_banks(actor)]
        assert bank.list_items(actor, bank_id=team.bank.id).total == 0
        assert item.id not in [row.id for row in bank.list_items(actor)]


def test_members_see_what_their_role_needs():
    team = make_team()
    draft = bank.create_item(team["author"], draft_in(team.bank))
    handed_in = bank.create_item(team["author"], draft_in(team.bank, state="ready"))
    second = make_teacher(team.school)
    join(team.bank, second, "author")
    sees = {role: {item.id for item in bank.list_items(actor, bank_id=team.bank.id)}
            for role, actor in [*team.people.items(), ("second author", second)]}
    assert sees["author"] == {draft.id, handed_in.id}
    assert sees["content_reviewer"] == sees["approver"] == {handed_in.id}
    assert not sees["language_reviewer"] | sees["reader"] | sees["manager"] | sees["second author"]


def test_a_removed_member_loses_even_what_he_wrote():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    bank.remove_member(team["manager"], team.bank.id, team["author"].id, "author")
    for ask in (bank.get_item, bank.retire_item, bank.make_item_ready):
        with pytest.raises(Forbidden) as refused:
            ask(team["author"], item.id)
        assert refused.value.status == 404
    with pytest.raises(Forbidden):
        bank.create_item(team["author"], draft_in(team.bank))


def test_every_look_is_written_down_without_a_word():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank, f"<p>{SECRET}</p>"))
    bank.get_item(team["author"], item.id)
    looks = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "item:view",
                                                        AuditEvent.subject_id == str(item.id))).all()
    assert [look.actor_id for look in looks] == [team["author"].id]
    assert SECRET not in str(looks[0].details)


def test_a_sealed_row_copied_onto_another_item_does_not_open():
    team = make_team()
    one, other = (bank.create_item(team["author"], draft_in(team.bank)) for _each in range(2))
    table = db.metadata.tables["item_version"]
    db.session.execute(update(table).where(table.c.id == other.current_version_id).values(
        content=stored(one.current_version_id).content))
    db.session.expire_all()
    with pytest.raises(Unavailable, match="changed from outside"):
        _content = bank.get_item(team["author"], other.id).version.content


@pytest.mark.parametrize("spoil", [lambda sealed: sealed[:-6] + "AAAAA=", lambda sealed: sealed[:20],
                                   lambda sealed: sealed.replace(":", ":!", 1)])
def test_a_changed_ciphertext_does_not_open(spoil):
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    table = db.metadata.tables["item_version"]
    sealed = stored(item.current_version_id).content["sealed"]
    db.session.execute(update(table).where(table.c.id == item.current_version_id).values(
        content={"sealed": spoil(sealed)}))
    db.session.expire_all()
    with pytest.raises(Unavailable):
        _content = bank.get_item(team["author"], item.id).version.content


def test_the_key_does_not_open_in_place_of_the_content():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    table = db.metadata.tables["item_version"]
    db.session.execute(update(table).where(table.c.id == item.current_version_id).values(
        content=stored(item.current_version_id).key))
    db.session.expire_all()
    with pytest.raises(Unavailable):
        _content = bank.get_item(team["author"], item.id).version.content


def test_keys_change_and_the_old_one_can_go(with_keys):
    with_keys("first")
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank, f"<p>{SECRET}</p>", state="ready"))
    db.session.commit()
    with_keys("second", "first")
    assert dict(bank.reseal_banks())["item_version"] == 2
    with_keys("second")
    db.session.expire_all()
    assert SECRET in bank.get_item(team["author"], item.id).version.content["prompt"]
    with_keys("third")
    with pytest.raises(Unavailable, match="key of this content is missing"):
        _content = bank.get_item(team["author"], item.id).version.content


def test_production_keeps_no_secure_bank_without_a_key(with_keys):
    school = make_school()
    administrator = make_teacher(school, "administrator")
    draft = bank.BankDraft("Đề thi", school.id, "secure")
    with_keys(environment="production")
    with pytest.raises(Unavailable, match="LMS_BANK_KEYS"):
        bank.create_bank(administrator, draft)
    with_keys("first", environment="production")
    assert bank.create_bank(administrator, draft).two_person


@pytest.mark.parametrize("told", ["first", "first:abc", "a-b:" + "A" * 44, f"{keys('a')},{keys('a')}"])
def test_a_wrong_key_is_named(told):
    with pytest.raises(ValueError, match="LMS_BANK_KEYS"):
        sealing.read_keys(told)


def test_look_alikes_are_found_inside_the_bank_only_and_without_words():
    team = make_team()
    prompt = "<p>Tìm giá trị lớn nhất của hàm số bậc ba trên đoạn đã cho trong hình vẽ sau</p>"
    secret = bank.create_item(team["author"], draft_in(team.bank, prompt, state="ready"))
    content = draft_in(None, prompt).content
    assert bank.find_near_duplicates(team["stranger"], [content]) == [[]]
    assert bank.find_near_duplicates(team["author"], [content]) == [[]]
    second = make_teacher(team.school)
    join(team.bank, second, "author")
    [[found]] = bank.find_near_duplicates(second, [content], bank_id=team.bank.id)
    assert (found.item_id, found.stem, found.may_read) == (secret.id, "", False)
    with pytest.raises(Forbidden):
        bank.find_near_duplicates(team["stranger"], [content], bank_id=team.bank.id)
    assert db.session.scalar(select(ItemBand.item_id).where(ItemBand.item_id == secret.id).limit(1))


def test_drawing_is_for_members_with_the_right_and_by_name():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    db.session.execute(update(Item).where(Item.id == item.id).values(state="ready"))
    assert bank.draw_pool(team["reader"], bank_id=team.bank.id) == [(item.id, item.current_version_id)]
    assert bank.draw_pool(team["reader"]) == []
    for role in ("stranger", "author", "administrator"):
        with pytest.raises(Forbidden):
            bank.draw_pool(team[role], bank_id=team.bank.id)


def test_an_export_needs_two_persons_a_reason_and_is_taken_once():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    db.session.execute(update(Item).where(Item.id == item.id).values(state="ready"))
    with pytest.raises(Invalid, match="Say why"):
        bank.request_export(team["approver"], team.bank.id, [item.id], " ")
    asked = bank.request_export(team["approver"], team.bank.id, [item.id], "In đề thi")
    with pytest.raises(Conflict):
        bank.use_export(team["approver"], asked.id)
    with pytest.raises(Forbidden, match="yourself"):
        bank.decide_export(team["approver"], asked.id, consents=True)
    for role in ("author", "stranger", "administrator"):
        with pytest.raises(Forbidden):
            bank.decide_export(team[role], asked.id, consents=True)
    bank.decide_export(team["manager"], asked.id, consents=True)
    with pytest.raises(Conflict, match="Only the one"):
        bank.use_export(team["manager"], asked.id)
    assert bank.use_export(team["approver"], asked.id) == [item.id]
    with pytest.raises(Conflict):
        bank.use_export(team["approver"], asked.id)
    with pytest.raises(Forbidden, match="second person"):
        bank.refuse_secure([item])


def test_managers_choose_members_of_their_organisation_and_one_stays():
    team = make_team()
    colleague, foreigner = make_teacher(team.school), make_teacher(make_school())
    bank.add_member(team["manager"], team.bank.id, colleague.id, "reader")
    assert [ref.id for ref in bank.search_colleagues(team["manager"], team.bank.id, colleague.name)] == [colleague.id]
    with pytest.raises(NotFound):
        bank.add_member(team["manager"], team.bank.id, foreigner.id, "reader")
    with pytest.raises(Conflict, match="needs a manager"):
        bank.remove_member(team["manager"], team.bank.id, team["manager"].id, "manager")
    for role in ("author", "administrator"):
        with pytest.raises(Forbidden):
            bank.add_member(team[role], team.bank.id, team[role].id, "approver")


def test_who_may_make_which_bank():
    school = make_school()
    teacher, administrator = make_teacher(school), make_teacher(school, "administrator")
    draft = bank.BankDraft("Tổ Toán", school.id)
    made = bank.create_bank(teacher, draft)
    assert [member.roles for member in bank.get_bank(teacher, made.id).members] == [("manager",)]
    for actor, given in ((teacher, replace(draft, kind="secure")), (make_teacher(make_school()), draft)):
        with pytest.raises(Forbidden):
            bank.create_bank(actor, given)
    assert bank.create_bank(administrator, replace(draft, kind="secure", reviewed=False)).reviewed
    with pytest.raises(Invalid):
        bank.create_bank(teacher, replace(draft, name=" "))


def test_asking_for_roles_costs_one_statement(statements):
    team = make_team()
    items = [bank.create_item(team["author"], draft_in(team.bank)) for _each in range(3)]
    db.session.flush()
    forget_roles()
    with statements() as seen:
        for item in items * 5:
            bank.list_moves(team["author"], item)
    assert seen.count <= 2


def test_a_removed_row_is_asked_again_in_the_next_transaction():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    bank.get_item(team["author"], item.id)
    db.session.commit()
    db.session.execute(delete(BankMember).where(BankMember.person_id == team["author"].id))
    db.session.commit()
    with pytest.raises(Forbidden):
        bank.get_item(team["author"], item.id)


def test_versions_stay_unchangeable():
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank))
    version = db.session.get_one(ItemVersion, item.current_version_id)
    version.content = {"prompt": "khác"}
    with pytest.raises(RuntimeError, match="cannot be changed"):
        db.session.flush()
    db.session.rollback()
    assert db.session.scalar(text("SELECT 1")) == 1


def test_an_exam_is_drawn_and_read_by_members_only():
    """The row of the plan names the bank; another teacher of the exam's school does not see a word of the paper."""
    team = make_team()
    item = bank.create_item(team["author"], draft_in(team.bank, f"<p>{SECRET}</p>"))
    db.session.execute(update(Item).where(Item.id == item.id).values(state="ready"))
    exam = delivery.create_exam(team["reader"], delivery.ExamDraft(
        "Thi thử", item.subject_id, 50, clock.now(), clock.now() + timedelta(hours=1)))
    row = assembly.DrawRow(item.subject_id, 1, type="single_choice", bank_id=team.bank.id)
    delivery.set_draw_rows(team["reader"], exam.id, [row])
    assert [planned.available for planned in delivery.get_plan(team["reader"], exam.id).rows] == [1]
    assert [planned.available for planned in delivery.get_plan(team["school administrator"], exam.id).rows] == [0]
    form_id = delivery.draw_exam_form(team["reader"], exam.id)
    drawn = assembly.get_paper(form_id).items[0]
    assert SECRET in drawn.content["prompt"]
    bank.look_at_versions(team["reader"], [drawn.item_version_id])
    for role in ("school administrator", "administrator", "author"):
        with pytest.raises(Forbidden):
            bank.look_at_versions(team[role], [drawn.item_version_id])


def test_an_operator_appoints_a_manager_where_the_last_one_has_left(app):
    team, stranger_elsewhere = make_team(), make_teacher(make_school())
    item = bank.create_item(team["author"], draft_in(team.bank, f"<p>{SECRET}</p>"))
    db.session.execute(delete(BankMember).where(BankMember.bank_id == team.bank.id, BankMember.role == "manager"))
    forget_roles()
    with pytest.raises(NotFound):
        bank.appoint_manager(team.bank.id, stranger_elsewhere.id)
    db.session.commit()
    arguments = ["bank", "appoint-manager", str(team.bank.id)]
    refused = app.test_cli_runner().invoke(args=[*arguments, str(stranger_elsewhere.id)])
    assert (refused.exit_code, "There is no such person." in refused.output) == (1, True)
    assert app.test_cli_runner().invoke(args=[*arguments, str(team["stranger"].id)]).exit_code == 0
    db.session.expire_all()
    forget_roles()
    bank.add_member(team["stranger"], team.bank.id, team["author"].id, "manager")
    with pytest.raises(Forbidden):
        bank.get_item(team["stranger"], item.id)
    [told] = db.session.scalars(select(AuditEvent).where(
        AuditEvent.action == "bank:add_member", AuditEvent.details["person"].as_string() == str(team["stranger"].id)))
    assert told.actor_id is None
