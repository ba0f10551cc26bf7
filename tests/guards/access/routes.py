"""What each route needs, as data: the guard reads it, and a route that is not here fails.

A line of TABLE is `METHODS endpoint | permissions | thing | what is sent`. Permissions are all needed, each for the
thing (`permission!` asks for it without a thing, as a door does; `permission@second-school` on another thing than
the address names). In their place: OPEN for everybody, SIGNED-IN
for whoever is signed in, TOKEN for nobody by the session alone. `hides` after the thing: who may not learns only that
there is nothing (404). What is sent is the name of an entry in SENT. An endpoint may have several lines.
"""

from dataclasses import dataclass
from typing import Any

TABLE = """
GET home.index | OPEN
GET core.health, core.metrics, core.stored_object, npm, openapi, api_docs | OPEN
POST core.set_language, core.set_theme | OPEN
GET search.index, search_api.search | search:use
GET core.list_jobs | job:manage
GET core.show_job, jobs_api.get_job | job:read | job
POST core.rerun_job | job:manage | job
GET audit.list_events, audit_api.list_events | audit:open
GET audit.choose_export | audit:export
POST audit.export | audit:export

GET identity.sign_in, identity.start, identity.callback, identity.signed_out | OPEN
POST identity.sign_out | OPEN
GET identity.account | account:read
GET identity_api.get_me | account:read
POST identity.set_language, identity.end_other_sign_ins | account:change
POST identity.end_sign_in | sign_in:end | sign-in
GET identity.sign_in_history | account:read
GET identity.step_up | SIGNED-IN
POST identity.link | SIGNED-IN
POST identity.unlink_identity | account:change
POST identity.back_channel_logout | OPEN
GET provider.authorize, provider.discovery, provider.keys, provider.session_ended | OPEN
POST provider.log_in, provider.confirm_end_session | OPEN
GET POST provider.end_session | OPEN
POST provider.token | TOKEN
GET POST provider.userinfo | TOKEN

GET works.browse, works_api.Works | work:browse
GET works_api.list_kinds | OPEN
GET works.show_outcomes | SIGNED-IN
GET works.list_mine | work:create
GET works.choose_kind | work:create
GET works.describe_new | work:create | a kind
POST works.describe_new | work:create | a kind | lecture
POST works_api.Works | work:create | | lecture json
GET works.show, works_api.WorkById | work:read | draft work
GET works.show, works_api.WorkById | work:read | submitted work
GET works.show, works_api.WorkById | work:read | published work
GET works.show, works_api.WorkById | work:read | withdrawn work
GET works.open_file | work:read | published work
GET works.open_file | work:read | draft thesis
PATCH works_api.WorkById | work:edit | draft work | change json
PATCH works_api.WorkById | work:edit | published work | change json
GET works.edit, works.files, works.finish | work:read work:edit | draft work
GET works.edit, works.files, works.finish | work:read work:edit | published thesis
GET works.edit, works.files, works.finish | work:read work:edit | withdrawn work
POST works.edit | work:read work:edit | returned work | description
POST works.files | work:read work:edit | draft thesis | rights
POST works.change_rights | work:edit | draft work | rights
POST works.remove_file | work:edit | submitted work
POST works.take_step | work:submit | draft work | step submit
POST works.take_step | work:retract | submitted work | step retract
POST works.take_step | work:discard | draft work | step discard
POST works.take_step | work:catalogue | draft work | step catalogue
POST works.take_step | work:catalogue | draft thesis | step catalogue
POST works.take_step | work:withdraw | published work | step withdraw
POST works.take_step | work:restore | withdrawn work | step restore

GET curation.queue | review:list
GET curation.review | work:read work:review | submitted work
GET curation.review | work:read work:review | published work
POST curation.claim, curation.release | work:read review:decide | submitted work
POST curation.claim, curation.publish | work:read review:decide | librarian's deposit
POST curation.publish | work:read review:decide work:publish | submitted work
POST curation.return_work | work:read review:decide work:return | submitted work | reason
GET curation.list_collections | collection:read
GET curation.show_collection | collection:read | collection
GET curation.create_collection | collection:create
POST curation.create_collection | collection:create | | titles
GET curation.edit_collection | collection:manage | collection
POST curation.edit_collection | collection:manage | collection | titles
POST curation.remove_work | collection:manage | collection

POST files.create_upload | file:upload | | upload
PATCH files.append_to_upload | upload:write | upload | piece
DELETE files.abandon_upload | upload:write | upload
POST media.retry_asset | media:retry | video
GET media.show_master, media.show_rendition, media.show_progress | TOKEN

GET bank.list_items, bank_api.list_items | item:list
GET bank.list_stimuli | item:list
GET POST bank.create_stimulus | item:create
GET bank.show_stimulus | stimulus:read | stimulus
GET POST bank.revise_stimulus | stimulus:read stimulus:write | stimulus
POST bank.set_items | stimulus:read stimulus:write | stimulus
GET bank.choose_type | item:create
GET POST bank.create_item | item:create | a type
POST bank.preview_item | item:create | a type
POST bank.read_paste | item:create
POST bank.keep_autosave, bank.discard_autosave | item:create | a new item
GET bank.show_preview | item:read | ready item
GET bank.show_preview, bank.show_variants, bank.show_twins | item:read | draft item
GET item_media.show_media, delivery.show_picture | TOKEN
POST item_media.keep | item:create
POST bank_api.create_item | item:create | | item json
GET bank.show_item, bank_api.get_item | item:read | ready item
GET bank.show_item, bank_api.get_item | item:read | draft item
GET POST bank.revise_item | item:read item:revise | ready item
GET POST bank.revise_item | item:read item:revise | draft item
POST bank.move_item | item:revise | draft item | to ready
POST bank.move_item | item:retire | ready item | to retired
POST bank.move_item | item:retire | ready item | to draft
GET bank.list_banks, bank_api.list_banks, bank.list_waiting | bank:list
GET bank.watermark | SIGNED-IN
GET POST bank.create_bank | item:create
GET bank.show_bank | bank:read | open bank
GET bank.show_bank | bank:read hides | secure bank
POST bank.edit_bank | bank:manage | open bank | bank rules
POST bank.change_member | bank:manage | open bank | new member
POST bank.edit_bank | bank:manage hides | secure bank | bank rules
POST bank.change_member | bank:manage hides | secure bank | new member
POST bank.request_export | bank:export hides | secure bank | wish
GET POST bank.decide_export | bank:export hides | secure bank
GET POST export.take | export:begin bank:export hides | secure bank
GET bank.show_item, bank_api.get_item, bank.show_review, bank.compare_item | item:read | item in review
GET bank.show_item, bank_api.get_item, bank.show_review, bank.compare_item | item:read hides | secure item
GET bank.compare_alike | item:read hides | secure item
POST bank.say_distinct | item:revise | ready item | secure item's twin
POST bank.take_move, bank_api.take_move | item:review_content | item in review | signs content
POST bank.take_move, bank_api.take_move | item:submit | item in review | takes back
POST bank.take_move, bank_api.take_move | item:retire hides | secure item | retires
POST bank.comment_item | item:comment | item in review | remark
POST bank.comment_item | item:comment hides | secure item | remark
POST bank.settle_comment | item:comment | item in review
GET interchange.upload, interchange.template | import:stage
POST interchange.upload | import:stage
POST interchange_api.import_items | import:stage | | questions
GET interchange.show_import, interchange_api.show_import, interchange.show_medium | import:read | import
POST interchange.confirm_import, interchange.resume_import | import:confirm | import
POST interchange.fix_question, interchange.fix_all | import:read import:confirm | import
POST interchange.undo_import | import:undo | import
GET export.choose | export:begin
POST export.begin | export:begin | | items to export
POST interchange_api.export_items | export:begin | | items to export
GET export.show, export.load, interchange_api.show_export | export:read | export

GET delivery.list_exams | exam:list
GET delivery.new_exam | exam:create
POST delivery.new_exam | exam:create | | exam
GET delivery.show_exam | exam:read item:list! | exam
GET delivery.show_exam | exam:read item:list! | draft exam
GET delivery.show_form | exam:read | exam
GET delivery.edit_exam | exam:read exam:edit | draft exam
POST delivery.edit_exam | exam:read exam:edit | draft exam | exam
GET delivery.plan | exam:read item:list! | draft exam
POST delivery.plan | exam:read item:list! exam:edit | draft exam | row
POST delivery.remove_row | exam:read item:list! exam:edit | draft exam
POST delivery.draw | exam:read exam:edit | draft exam
GET delivery.candidates | exam:read | draft exam
POST delivery.candidates | exam:read exam:edit | draft exam | classes
POST delivery.remove_candidate | exam:read exam:edit | draft exam
GET delivery.import_candidates | exam:read exam:edit | draft exam
POST delivery.import_candidates | exam:read exam:edit | draft exam | list of candidates
POST delivery.publish | exam:publish | draft exam
POST delivery.propose | exam:publish | draft exam
GET delivery.show_dry_run | exam:read exam:edit | draft exam
GET delivery.change_published | exam:read exam:invigilate | running exam
POST delivery.change_published | exam:read exam:invigilate | running exam | more time
POST delivery.confirm_change | exam:invigilate | running exam | more time
GET delivery.choose_form_to_withdraw | exam:read exam:invigilate | running exam
POST delivery.choose_form_to_withdraw | exam:read exam:invigilate | running exam
POST delivery.withdraw_form | exam:read exam:invigilate | running exam
POST delivery.confirm_withdrawal | exam:approve | running exam
POST delivery.drop_withdrawal | exam:invigilate | running exam
POST delivery.run_dry | exam:read exam:edit | draft exam
POST delivery.approve | exam:approve | draft exam
POST delivery.return_exam | exam:publish | draft exam
POST delivery.withdraw | exam:publish | running exam
POST delivery.close | exam:close | running exam
POST delivery.hand_over | exam:read exam:invigilate | running exam
GET delivery.list_rooms | exam:read | draft exam
POST delivery.list_rooms | exam:read exam:edit | draft exam | room
POST delivery.set_start | exam:read exam:edit | draft exam | start
POST delivery.seat_candidates | exam:read exam:edit | draft exam | order
GET delivery.edit_room | exam:read exam:edit | draft exam
POST delivery.edit_room | exam:read exam:edit | draft exam | room
POST delivery.remove_room | exam:read exam:edit | draft exam
POST delivery.change_invigilator | exam:read exam:edit | draft exam | invigilator
GET delivery.edit_candidate | exam:read exam:edit | draft exam
POST delivery.edit_candidate | exam:read exam:edit | draft exam | granted
POST delivery.seat_one | exam:read exam:edit | draft exam | seat
GET delivery.list_sittings | exam:read | draft exam
POST delivery.list_sittings | exam:read exam:edit | draft exam | sitting
GET delivery.edit_sitting | exam:read exam:edit | draft exam
POST delivery.edit_sitting | exam:read exam:edit | draft exam | sitting
POST delivery.remove_sitting | exam:read exam:edit | draft exam
POST delivery.move_to_sitting | exam:read exam:edit | draft exam | other sitting
GET delivery.edit_tools | exam:read exam:edit | draft exam
POST delivery.edit_tools | exam:read exam:edit | draft exam
GET delivery.edit_parts | exam:read exam:edit | draft exam
POST delivery.edit_parts | exam:read exam:edit | draft exam
GET delivery.edit_integrity | exam:read exam:edit | draft exam
POST delivery.edit_integrity | exam:read exam:edit | draft exam
GET delivery.list_evidence | exam:read exam:invigilate | running exam
GET delivery.show_evidence | exam:read exam:invigilate | running exam
GET delivery.show_roots, delivery.download_roots | OPEN
GET delivery.download_receipt | attempt:sit hides | my exam
GET delivery.download_seb_file, delivery.leave_seb | attempt:sit hides | my exam
GET delivery.list_rooms_to_watch | room:list
GET delivery.show_room, delivery.show_live_room, delivery.stream_room, delivery.show_minutes, \
    delivery.print_minutes | room:watch | room
GET delivery.show_desk | room:watch | room
POST delivery.change_room, delivery.give_time, delivery.send_message, delivery.record_incident, \
    delivery.record_outage | room:watch | room
POST delivery.move_candidate, delivery.let_in_again, delivery.end_attempt | room:watch | room
GET delivery.list_standings | board:list
GET delivery.show_standings | board:read | department
GET delivery.show_standings | board:read | school
GET delivery_api.get_notices | TOKEN
GET core.list_features | switch:manage
POST core.turn_feature_off, core.turn_feature_on | switch:manage
GET delivery.list_my_exams | attempt:list
GET delivery.list_registrations | attempt:register
POST delivery.register, delivery.withdraw_registration | attempt:register | running exam
GET delivery.start_page | attempt:sit hides | my exam
POST delivery.start, delivery.enter, delivery.show_keys, delivery.sit_again | attempt:sit hides | my exam
GET delivery.get_bundle | attempt:sit hides | my exam
GET delivery.player_worker | SIGNED-IN
GET delivery.recovery | exam:read exam:invigilate | running exam
POST delivery.recovery | exam:read exam:invigilate | running exam
GET delivery.sit, delivery.submitted | attempt:sit hides | my exam
POST delivery_api.save_events | TOKEN
GET delivery_api.get_state, delivery_api.get_file, delivery_api.get_recording | TOKEN
POST delivery_api.begin_file, delivery_api.record_evidence | TOKEN
PATCH delivery_api.append_file | TOKEN
GET marking.show_result, marking_api.get_result | result:read | result
GET marking.make_appeal | result:read appeal:make | result
POST marking.make_appeal | result:read appeal:make | result | appeal
GET marking.list_appeals | exam:read appeal:answer | hand exam
GET marking.answer_appeal | appeal:answer | hand exam
POST marking.answer_appeal | appeal:answer | hand exam | reply
GET marking.list_results, marking.export_results | result:list | exam
POST marking.mark_exam | exam:mark | exam
GET marking.list_questions | exam:rule | hand exam
GET marking.rule_on_question | exam:rule | hand exam
POST marking.rule_on_question, marking.confirm_ruling | exam:rule | hand exam | ruling
POST marking.decide_ruling | exam:rule | hand exam | ruling
GET marking.list_hand_items | exam:read answer:mark | hand exam
POST marking.take_answer | answer:mark | hand exam
GET marking.mark_answer, marking.open_answer_file | answer:mark | hand exam
POST marking.mark_answer | answer:mark | hand exam | rubric
POST marking.give_back | answer:mark | hand exam
GET analysis.show_exam, analysis.show_item, analysis.export_items, analysis.export_options | analysis:read | exam
GET analysis_api.get_analysis | analysis:read | exam
POST analysis.run_analysis, analysis_api.run_analysis | analysis:run | exam

GET access.show_table, access_api.get_table | permission:read
GET POST access.explain | permission:ask
GET access_api.explain | permission:ask person:read permission:explain | person | why

GET organisations.index, organisations_api.list_organisations | organisation:list
GET organisations.show, organisations.history | organisation:read! | school
GET organisations_api.get_organisation, organisations_api.list_history | organisation:read! | school
GET organisations_api.list_children | organisation:read! organisation:list! | department
GET organisations.members, organisations_api.list_members | organisation:list_members | school
GET organisations.members | organisation:list_members | class
GET organisations.add | organisation:manage
POST organisations.add | organisation:manage@school | | new class
POST organisations_api.add_organisation | organisation:manage@school | | new class json
GET organisations.rename, organisations.close | organisation:manage | school
POST organisations.rename, organisations_api.rename_organisation | organisation:manage | school | rename
GET organisations_api.preview_merge | organisation:manage organisation:manage@second-school | school | merge
GET organisations.move, organisations.merge | organisation:manage | school
POST organisations.move, organisations_api.move_organisation | \
    organisation:manage organisation:manage@school organisation:manage@second-school | class | move
POST organisations.merge | organisation:manage organisation:manage@second-school | school | merge
POST organisations_api.merge_organisations | organisation:manage organisation:manage@second-school | school | merge
POST organisations.close, organisations_api.close_organisation | \
    organisation:manage organisation:manage@school | class | reason json
POST organisations.reopen, organisations_api.reopen_organisation | \
    organisation:manage organisation:manage@department | school
GET POST organisations.import_file | organisation:import
POST organisations.end_member | organisation:manage | school | member
GET organisations.roll_over | organisation:manage | school
GET POST organisations.roll_over_class | organisation:manage | school and class
POST organisations.save_names, organisations.do_roll_over | organisation:manage | school | year
POST organisations.undo_roll_over | organisation:manage | school

GET people.index, people_api.list_people | person:list
GET people.show, people_api.get_person | person:read | person
GET people.show, people_api.get_person | person:read | person of two places
GET people.add | person:create@school | | at school
POST people.add | person:create@school | | new person
POST people_api.create_person | person:create@school | | new person json
POST people.rename | person:manage | person | new name
POST people.rename | person:manage | person of two places | new name
POST people.give_place, people_api.give_place | person:read organisation:manage@school | person | place
POST people.end_place, people_api.end_place | person:read organisation:manage@school | person | place
POST people.take_role | person:manage! | person | place
POST people.end_sign_ins, people_api.end_sign_ins | person:manage | person
POST people.end_sign_ins, people_api.end_sign_ins | person:manage | person of two places
GET POST people.import_members | person:list

GET mailbox.show | mail:read
GET provider_admin.list_clients, provider_admin.show_platform, provider_admin.show_client | provider:manage
GET POST provider_admin.new_client, provider_admin.edit_client | provider:manage
POST provider_admin.rotate_secret, provider_admin.revoke_client | provider:manage
GET provider_admin.list_accounts, provider_admin.show_account | provider:manage
GET POST provider_admin.new_account, provider_admin.edit_account | provider:manage
POST provider_admin.reset_password, provider_admin.reset_second_factor | provider:manage
POST provider_admin.close_account, provider_admin.reopen_account | provider:manage
POST provider.consent, provider.introspect, provider.revoke | OPEN
POST provider_account.add_passkey, provider_account.begin_add_passkey, provider_account.begin_confirm_passkey | OPEN
POST provider_account.begin_enrol_passkey, provider_account.begin_passkey, provider_account.begin_second_passkey | OPEN
POST provider_account.check_second_passkey, provider_account.confirm_authenticator | OPEN
POST provider_account.confirm_by_passkey, provider_account.end_other_sessions, provider_account.end_session | OPEN
POST provider_account.enrol_authenticator, provider_account.enrol_passkey, provider_account.finish_enrolment | OPEN
POST provider_account.remove_authenticator, provider_account.remove_passkey, provider_account.rename_passkey | OPEN
POST provider_account.renew_recovery_codes, provider_account.reset, provider_account.sign_in_by_passkey | OPEN
POST provider_account.withdraw_consent | OPEN
GET provider_account.authenticator, provider_account.enrol, provider_account.open_reset | OPEN
GET provider_account.security, provider_account.sign_in_history | OPEN
GET POST provider_account.change_password, provider_account.confirm, provider_account.forgotten | OPEN
GET POST provider_account.second_factor | OPEN
"""


@dataclass(frozen=True)
class Ask:
    """One method of one endpoint, what it needs, on which thing, sending what."""

    method: str
    endpoint: str
    permissions: tuple[str, ...]
    thing: str = ""
    hides: bool = False
    sent: str = ""

    @property
    def name(self) -> str:
        """As the table calls it."""
        return " ".join(filter(None, (self.method, self.endpoint, self.thing, self.sent)))


def read_table(text: str) -> list[Ask]:
    """Every line as one ask for each method and endpoint."""
    asks = []
    for line in filter(None, map(str.strip, text.splitlines())):
        where, needs, thing, sent = ([part.strip() for part in line.split("|")] + ["", ""])[:4]
        words = where.replace(",", " ").split()
        methods = [word for word in words if word.isupper()]
        permissions = [word for word in needs.split() if word != "hides"]
        asks += [Ask(method, endpoint, tuple(permissions), thing, "hides" in needs.split(), sent)
                 for endpoint in words[len(methods):] for method in methods]
    return asks


SENT: dict[str, dict[str, Any]] = {
    "lecture": {"data": {"title": "Bài giảng", "language": "vi"}},
    "rubric": {"data": {"c1": "0", "c2": "0"}},
    "ruling": {"data": {"kind": "credit_all", "policy": "left_out", "code": "unclear", "reason": "Đề in thiếu.",
                        "decision": "refuse"}},
    "appeal": {"data": {"text": "Em xin được xem lại."}},
    "reply": {"data": {"reply": "Đã xem lại.", "decision": "upheld"}},
    "lecture json": {"json": {"kind": "lecture", "description": {"title": "Bài giảng"}}},
    "description": {"data": {"title": "Bài giảng", "language": "vi", "version": "1"}},
    "change json": {"json": {"version": 1, "description": {"title": "Tên mới"}}},
    "rights": {"data": {"access": "open"}},
    **{f"step {step}": {"data": {"step": step, "reason": "Vì lí do"}}
       for step in ("submit", "retract", "discard", "catalogue", "withdraw", "restore")},
    "reason": {"data": {"reason": "Cần bổ sung"}},
    "bank rules": {"data": {"name": "Tổ Toán", "reviewed": "on"}},
    "new member": {"data": {"person_id": "ID person", "role": "reader"}},
    "wish": {"data": {"reason": "In đề", "items": "ID secure item"}},
    "remark": {"data": {"part": "prompt", "text": "Rõ hơn"}},
    "secure item's twin": {"data": {"other": "ID draft item"}},
    "signs content": {"json or data": {"reason": ""}}, "takes back": {"json or data": {"reason": "Sửa lại"}},
    "retires": {"json or data": {"reason": "Cũ"}},
    "titles": {"data": {"title_vi": "Tên", "title_en": "Name"}},
    "upload": {"headers": {"Upload-Length": "10", "Upload-Metadata": "filename YS5wZGY=,owner_kind d29yaw==,"
                           "owner_id MDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw"}},
    "piece": {"data": b"x", "headers": {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}},
    "item json": {"json": {"type": "single_choice", "level": "know", "subject_id": "SUBJECT", "key": {"correct": "o1"},
                           "content": {"prompt": "<p>Câu</p>", "options": [{"id": "o1", "text": "a"}]}}},
    "questions": {"data": {"subject_id": "SUBJECT", "file": "FILE"}},
    "items to export": {"data": {"format": "gift", "item": "ID ready item"},
                        "json": {"format": "gift", "item_ids": ["ID ready item"]}},
    "exam": {"data": {"title": "Kiểm tra", "subject_id": "SUBJECT", "time_limit_minutes": "45", "release": "never",
                      "opens_at": "2027-01-05T07:00", "closes_at": "2027-01-05T09:00"}},
    "row": {"data": {"topic_id": "", "level": "", "type": "", "count": "1"}},
    "classes": {"data": {"classes": []}},
    "room": {"data": {"name": "Phòng 7", "seats": "24"}},
    "start": {"data": {"start_by": "clock"}},
    "invigilator": {"data": {"person_id": "ID person"}},
    "order": {"data": {"order": "number"}},
    "list of candidates": {"data": {"text": "name\nNobody", "action": "import"}},
    "granted": {"data": {"extra_minutes": "5", "break_minutes": "0"}},
    "more time": {"data": {"kind": "window", "minutes": "5", "code": "power", "reason": "Mất điện"}},
    "seat": {"data": {"room_id": "", "seat": "1"}},
    "sitting": {"data": {"name": "Ca 2", "opens_at": "2030-01-01T08:00", "closes_at": "2030-01-01T12:00"}},
    "other sitting": {"data": {"sitting_id": ""}},
    "why": {"query_string": {"person": "ID person", "permission": "exam:read"}},
    "new class": {"query_string": {"parent": "CODE school"},
                  "data": {"kind": "class", "name": "12A9", "code": "12A9", "parent_id": "CODE school"}},
    "new class json": {"json": {"kind": "class", "name": "12A9", "code": "12A9", "parent_id": "ID school"}},
    "rename": {"json or data": {"name": "Tên mới", "code": "MA-MOI"}},
    "move": {"data": {"parent_id": "CODE second school"}, "json": {"parent_id": "ID second school"}},
    "merge": {"query_string": {"into_id": "ID second school"},
                     "data": {"into_id": "CODE second school", "confirm": "CODE school"},
                     "json": {"into_id": "ID second school", "confirm": "CODE school"}},
    "reason json": {"json or data": {"reason": "Vì lí do"}},
    "member": {"data": {"person_id": "ID person", "role": "teacher"}},
    "year": {"data": {"from_year": "2025-2026"}},
    "at school": {"query_string": {"organisation": "CODE school"}},
    "new person": {"data": {"organisation": "CODE school", "role": "student", "name": "Lê An"}},
    "new person json": {"json": {"organisation_id": "ID school", "role": "student", "name": "Lê An"}},
    "new name": {"data": {"name": "Tên Mới"}},
    "place": {"data": {"organisation": "CODE school", "role": "teacher"},
                     "json": {"organisation_id": "ID school", "role": "teacher"}},
}
"""What a form (`data`) or a program (`json`; with `json or data`, both) sends, by the name in TABLE.

SUBJECT, FILE, "ID thing" and "CODE place" stand for those of the world.
"""
CHOSEN = {"a kind": {"kind_code": "lecture"}, "a type": {"type": "single_choice"},
          "new member": {"action": "add"}, "invigilator": {"action": "add"}, "signs content": {"name": "sign_content"},
          "takes back": {"name": "withdraw"}, "retires": {"name": "retire"},
          "a new item": {"place": "new:single_choice"},
          "to ready": {"action": "ready"}, "to retired": {"action": "retire"}, "to draft": {"action": "restore"}}
"""Holes of addresses that name no thing."""
