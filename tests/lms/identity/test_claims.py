"""Claims of providers of many kinds, read into our words."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.core.permissions import ROLES
from lms.identity.claims import LONGEST_NAME, read_claims
from lms.identity.device import device_name
from lms.identity.providers import ClaimMapping


def read(raw: dict, role_claim: str = "roles"):
    return read_claims({"sub": "s1"} | raw, ClaimMapping(role=role_claim))


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({"name": "Nguyễn  Thị\tHoa"}, "Nguyễn Thị Hoa"),
        ({"name": "Hoa\u202egpj.exe"}, "Hoa gpj.exe"),
        ({"family_name": "Nguyễn", "given_name": "Hoa"}, "Nguyễn Hoa"),
        ({"preferred_username": "hoa"}, "hoa"),
        ({"name": 7}, "s1"),
        ({"name": "Tiếng"}, "Tiếng"),
        ({"name": "x" * 1000}, "x" * LONGEST_NAME),
    ],
)
def test_the_name_is_one_clean_line(raw: dict, name: str) -> None:
    assert read(raw).name == name


@pytest.mark.parametrize(
    ("value", "roles"),
    [
        (["teacher", "offline_access", 3], {"teacher"}),
        ("teacher librarian", {"teacher", "librarian"}),
        ("teacher,student", {"teacher", "student"}),
        ({"teacher": True}, set()),
        (None, set()),
        (["root"], set()),
    ],
)
def test_only_known_roles_are_taken(value: object, roles: set[str]) -> None:
    assert read({"roles": value}).roles == roles


def test_a_claim_may_be_a_path_or_a_name_with_dots() -> None:
    assert read({"realm_access": {"roles": ["student"]}}, "realm_access.roles").roles == {"student"}
    assert read({"edu.vn/roles": ["student"]}, "edu.vn/roles").roles == {"student"}


def test_the_organisation_is_the_first_code() -> None:
    assert read({"organisation": ["01-THPT-0001", "x"]}).organisation_code == "01-THPT-0001"
    assert read({"organisation": []}).organisation_code is None


@pytest.mark.parametrize("verified", [None, False, "true", 1])
def test_an_address_counts_only_when_the_provider_has_verified_it(verified: object) -> None:
    assert read({"email": "An@Example.edu.vn", "email_verified": True}).email == "an@example.edu.vn"
    assert read({"email": "an@example.edu.vn", "email_verified": verified}).email is None


@pytest.mark.parametrize("subject", [None, "", 5])
def test_without_a_subject_there_are_no_claims(subject: object) -> None:
    with pytest.raises(ValueError, match="subject"):
        read({"sub": subject})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(["name", "email", "roles", "organisation", "sid", "given_name"]), JSON)
)
def test_nothing_that_a_provider_says_breaks_it(raw: dict) -> None:
    claims = read(raw)
    assert claims.roles <= set(ROLES)
    assert claims.name
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in claims.name)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 14) coc_coc_browser/120 Chrome/120 Safari/537.36", "Cốc Cốc · Android"),
        ("curl/8", ""),
    ],
)
def test_devices_have_names(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
