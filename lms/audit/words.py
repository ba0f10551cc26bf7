"""What acts, things and fields are called, and where a thing has a page.

An act that is a permission is called as the permission is; the others stand here. A guard finds an act without words.
"""

from typing import Any

from lms.core.i18n import _l
from lms.core.permissions import rules

ACTS: dict[str, Any] = {
    "collection:add": _l("Put a material into a collection"),
    "collection:edit": _l("Change a collection"),
    "collection:remove": _l("Take a material out of a collection"),
    "bank:add_member": _l("Give somebody a role in a bank"),
    "bank:edit": _l("Change the rules of a bank"),
    "bank:refuse_export": _l("Refuse an export from a secure bank"),
    "bank:remove_member": _l("Take a role in a bank from somebody"),
    "bank:reseal": _l("Seal the content of secure banks anew"),
    "bank:take_export": _l("Take questions out of a secure bank"),
    "exam:archive": _l("Archive the answers of an exam"),
    "exam:forget": _l("Remove the answers of an exam, their years being over"),
    "exam:restore": _l("Bring the answers of an exam back from the archive"),
    "item:distinct": _l("Say that two questions are different"),
    "item:move": _l("Move a question to another state"),
    "item:remove": _l("Take out questions that nobody used"),
    "media:remove": _l("Take out pictures that nothing shows any more"),
    "item:settle": _l("Settle a remark on a question"),
    "item:sign": _l("Sign a version of a question"),
    "item:view": _l("Look at a question of a secure bank"),
    "organisation:add_member": _l("Add a member to an organisation"),
    "organisation:end_membership": _l("End a membership"),
    "organisation:founded": _l("Found an organisation"),
    "organisation:renamed": _l("Rename an organisation"),
    "organisation:moved": _l("Move an organisation in the tree"),
    "organisation:merged": _l("Merge organisations"),
    "organisation:closed": _l("Close an organisation"),
    "organisation:reopened": _l("Open an organisation again"),
    "organisation:roll_over": _l("Begin a new school year"),
    "organisation:undo_roll_over": _l("Take back a new school year"),
    "organisation:refused": _l("Change the tree of organisations"),
    "person:add_role": _l("Give a person a role"),
    "person:import": _l("Bring people in from a file"),
    "person:rename": _l("Correct a person's name"),
    "person:take_role": _l("Take a role from a person"),
    "person:first_sign_in": _l("Sign in for the first time"),
    "person:code_taken_back": _l("Lose a code that belongs to somebody else"),
    "person:link_identity": _l("Link an identity to a person"),
    "person:unlink_identity": _l("Take an identity from a person"),
    "provider:add_client": _l("Register a connected system"),
    "provider:add_second_factor": _l("Add a second factor"),
    "provider:change_password": _l("Change one's own password"),
    "provider:recover_password": _l("Choose a new password by a link from the mail"),
    "provider:remove_second_factor": _l("Remove a second factor"),
    "provider:renew_recovery_codes": _l("Make new recovery codes"),
    "provider:reset_second_factor": _l("Reset a person's second factors"),
    "provider:use_recovery_code": _l("Use a recovery code"),
    "provider:code_replayed": _l("Use a sign-in code a second time"),
    "provider:edit_client": _l("Change a connected system"),
    "provider:give_consent": _l("Let a system read one's account"),
    "provider:refresh_reused": _l("Use a renewal token a second time"),
    "provider:revoke_client": _l("Cut off a connected system"),
    "provider:rotate_keys": _l("Change the signing key"),
    "provider:rotate_secret": _l("Change a system's secret"),
    "provider:save_account": _l("Save a sign-in account"),
    "provider:close_account": _l("Close a sign-in account"),
    "provider:reopen_account": _l("Open a sign-in account again"),
    "provider:reset_password": _l("Give a new password"),
    "provider:withdraw_consent": _l("Take back a consent"),
    "review:claim": _l("Take on a review"),
    "review:release": _l("Give back a review"),
    "search:rebuild": _l("Rebuild the search index"),
    "job:rerun": _l("Run a job again"),
    "sign_in:claim_out_of_bounds": _l("Claim a role beyond what a provider may give"),
    "sign_in:end_all": _l("End all sign-ins of a person"),
    "sign_in:end_others": _l("End one's other sign-ins"),
    "sign_in:logout_by_provider": _l("End sign-ins by the provider's word"),
    "sign_in:logout_refused": _l("Ask for an end of sign-ins"),
    "sign_in:refused": _l("Fail to sign in"),
    "sign_in:renew": _l("Confirm who one is"),
    "sign_in:start": _l("Sign in"),
    "work:add-file": _l("Add a file to a material"),
    "work:remove-file": _l("Take a file from a material"),
}

THINGS: dict[str, tuple[Any, str, str]] = {
    "account": (_l("sign-in account"), "", ""),
    "asset": (_l("video"), "", ""),
    "attempt": (_l("attempt"), "marking.show_result", "attempt_id"),
    "bank": (_l("question bank"), "bank.show_bank", "bank_id"),
    "candidate": (_l("candidate"), "", ""),
    "collection": (_l("collection"), "curation.show_collection", "collection_id"),
    "exam": (_l("exam"), "delivery.show_exam", "exam_id"),
    "form": (_l("paper"), "", ""),
    "item_export": (_l("export of questions"), "export.show", "export_id"),
    "import_batch": (_l("import of questions"), "interchange.show_import", "batch_id"),
    "index": (_l("search index"), "", ""),
    "item": (_l("question"), "bank.show_item", "item_id"),
    "job": (_l("job"), "core.show_job", "job_id"),
    "mediaasset": (_l("video"), "", ""),
    "organisation": (_l("organisation"), "organisations.show", "organisation_id"),
    "person": (_l("person"), "people.show", "person_id"),
    "provider_account": (_l("sign-in account"), "", ""),
    "provider_client": (_l("connected system"), "", ""),
    "provider_consent": (_l("consent"), "", ""),
    "provider_grant": (_l("grant to a system"), "", ""),
    "provider_key": (_l("signing key"), "", ""),
    "sign_in": (_l("sign-in session"), "", ""),
    "signin": (_l("sign-in session"), "", ""),
    "upload": (_l("upload"), "", ""),
    "work": (_l("material"), "works.show", "work_id"),
}
"""Kind of a thing: what it is called, and the endpoint and argument of its page, where it has one."""

FIELDS: dict[str, Any] = {
    "asked": _l("Asked for"), "attempts": _l("Attempts"), "audience": _l("Audience"), "client": _l("System"),
    "closed": _l("Is closed"), "code": _l("Code"), "count": _l("How many"), "documents": _l("Documents"),
    "effective_on": _l("In force from"), "email": _l("E-mail"), "exam": _l("exam"), "file_id": _l("File"),
    "form": _l("Form of the file"), "issuer": _l("Provider"), "kind": _l("Kind of thing"), "locale": _l("Language"),
    "name": _l("Name or title"), "organisation_id": _l("Organisation"), "parent": _l("Belongs to"),
    "parent_id": _l("Belongs to"), "person_id": _l("Person"), "registered": _l("Candidates added"),
    "removed": _l("Removed"), "role": _l("Role"), "roles": _l("Roles"), "scopes": _l("Scopes"),
    "state": _l("State"), "title": _l("Name or title"), "work_id": _l("material"), "": _l("Value"),
}


def act_words(action: str) -> str:
    """What an act is called; its code where it has no words."""
    permission = rules().get(action)
    return str(ACTS.get(action) or (permission.label if permission else action))


def known_acts() -> list[tuple[str, str]]:
    """(code, words) of every act that can stand in the log, by its room and then by its words."""
    codes = {*ACTS, *rules()}
    return sorted(((code, act_words(code)) for code in codes), key=lambda one: (one[0].split(":")[0], one[1]))


def thing_words(kind: str) -> str:
    """What a kind of thing is called."""
    return str(THINGS[kind][0]) if kind in THINGS else kind


def field_words(name: str) -> str:
    """What a field is called; its own name where it has no words."""
    return str(FIELDS.get(name, name))
