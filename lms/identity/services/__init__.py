"""What other rooms may ask of identity."""

from lms.identity import permissions as permissions
from lms.identity.services.administration import (
    check_person,
    end_place,
    find_people,
    get_person_page,
    import_members,
    list_people,
    rename_person,
    take_role,
)
from lms.identity.services.demo import DEMO_ACCOUNTS, ensure_demo_accounts
from lms.identity.services.people import (
    add_role,
    count_people,
    create_person,
    find_person,
    person_names,
    set_locale,
)
from lms.identity.services.recognition import (
    CodeTaken,
    codes_of,
    find_linked_person,
    find_person_by_code,
    link_identity,
    link_own_identity,
    list_identities,
    recognise_person,
    unlink_own_identity,
)
from lms.identity.services.sign_ins import (
    LogoutRefused,
    LogoutToken,
    Proof,
    SignedIn,
    accept_logout,
    end_all_sign_ins,
    end_other_sign_ins,
    end_sign_in,
    find_signed_in,
    get_account,
    list_sign_ins,
    positions_changed,
    record_failed_sign_in,
    record_refused_logout,
    renew_sign_in,
    start_sign_in,
)

__all__ = [
    "DEMO_ACCOUNTS", "CodeTaken", "LogoutRefused", "LogoutToken", "Proof", "SignedIn", "accept_logout", "add_role",
    "codes_of", "count_people", "create_person", "end_all_sign_ins", "end_other_sign_ins", "end_sign_in",
    "ensure_demo_accounts", "find_linked_person", "find_person", "find_person_by_code", "find_signed_in", "get_account",
    "link_identity", "link_own_identity", "list_identities", "list_sign_ins", "person_names", "positions_changed",
    "recognise_person", "record_failed_sign_in", "record_refused_logout", "renew_sign_in", "set_locale",
    "start_sign_in", "unlink_own_identity",
    "check_person", "end_place", "find_people", "get_person_page", "import_members", "list_people", "rename_person",
    "take_role",
]
