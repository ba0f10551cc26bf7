"""What other rooms may ask of identity."""

from lms.identity import permissions as permissions
from lms.identity.services.demo import DEMO_ACCOUNTS, ensure_demo_accounts
from lms.identity.services.people import (
    add_role,
    count_people,
    create_person,
    find_person,
    link_identity,
    person_names,
    recognise_person,
    set_locale,
)
from lms.identity.services.sign_ins import (
    SignedIn,
    end_other_sign_ins,
    end_sign_in,
    find_signed_in,
    get_account,
    record_failed_sign_in,
    start_sign_in,
)

__all__ = [
    "DEMO_ACCOUNTS", "SignedIn", "add_role", "count_people", "create_person", "end_other_sign_ins",
    "end_sign_in", "ensure_demo_accounts", "find_person", "find_signed_in", "get_account", "link_identity",
    "person_names", "recognise_person", "record_failed_sign_in", "set_locale", "start_sign_in",
]
