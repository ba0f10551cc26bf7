"""Passkeys (WebAuthn): as the second factor after a password, and as the only thing one needs to sign in.

Every passkey is discoverable and asks its owner (fingerprint, face, PIN). Challenges are made by us, kept for five
minutes and good once. Passkeys belong to the host name of `base_url`; a number is no name, so there are none then.
"""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import delete, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lms.core import clock
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.i18n import _
from lms.identity.provider.credential_models import Passkey, PasskeyChallenge
from lms.identity.provider.models import ProviderAccount

REGISTER, SECOND, SOLE = "register", "second", "sole"
CHALLENGE_LIFE = timedelta(minutes=5)
MOST = 20
LONGEST_NAME = 60
BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,16000}")
BINARY_PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
REFUSALS = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)
"""What the library raises at answers that were made up."""


@dataclass(frozen=True)
class Ceremony:
    """What the browser needs: the id to answer with, and the options of navigator.credentials as JSON."""

    id: str
    options: dict[str, Any]


def is_available() -> bool:
    """Whether passkeys can be had at the platform's address: a name, by https or on this machine."""
    parts = urlsplit(settings().base_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost"
    return False


def list_passkeys(account_id: UUID) -> list[Passkey]:
    """The account's passkeys, the oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)))


def begin_registration(account: ProviderAccount) -> Ceremony:
    """Ask the browser for a new passkey of this account; raises Conflict where there are too many."""
    existing = list_passkeys(account.id)
    if len(existing) >= MOST:
        raise Conflict(_("You have %(count)s passkeys. Remove one that you do not use any more.", count=MOST))
    row = _new_challenge(REGISTER, account.id)
    options = webauthn.generate_registration_options(
        rp_id=_name(), rp_name=_("Learning and Assessment"), user_id=account.id.bytes, user_name=account.username,
        user_display_name=account.name, challenge=base64url_to_bytes(row.challenge),
        exclude_credentials=[_descriptor(each) for each in existing],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED))
    return Ceremony(str(row.id), options_to_json_dict(options))


def finish_registration(account: ProviderAccount, ceremony: str, credential: str, name: str) -> Passkey:
    """Keep the passkey that the browser made; raises Invalid where its answer is not good."""
    row, answer = _take_challenge(ceremony, REGISTER, account.id), _read(credential)
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=base64url_to_bytes(row.challenge), expected_rp_id=_name(),
            expected_origin=settings().base_url, require_user_verification=True)
    except REFUSALS as error:
        raise Invalid(_("The passkey was not made. Please try again.")) from error
    credential_id = bytes_to_base64url(made.credential_id)
    if _find(credential_id) is not None:
        raise Conflict(_("This passkey is registered already."))
    passkey = Passkey(account_id=account.id, credential_id=credential_id, name=_clean_name(name),
                      public_key=bytes_to_base64url(made.credential_public_key), sign_count=made.sign_count,
                      synced=made.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
                      transports=_transports(answer))
    db.session.add(passkey)
    db.session.flush()
    return passkey


def begin_check(account_id: UUID | None) -> Ceremony:
    """Ask for one of the account's passkeys, or (None) for any passkey of anybody that knows its owner."""
    row = _new_challenge(SECOND if account_id else SOLE, account_id)
    options = webauthn.generate_authentication_options(
        rp_id=_name(), challenge=base64url_to_bytes(row.challenge),
        allow_credentials=[_descriptor(each) for each in list_passkeys(account_id)] if account_id else None,
        user_verification=UserVerificationRequirement.REQUIRED)
    return Ceremony(str(row.id), options_to_json_dict(options))


def finish_check(account_id: UUID | None, ceremony: str, credential: str) -> Passkey:
    """The passkey that signed the challenge; raises Invalid, the same for all that can be wrong.

    A counter that did not grow means that somebody has a copy of the key: it is refused like a wrong signature.
    """
    row, answer = _take_challenge(ceremony, SECOND if account_id else SOLE, account_id), _read(credential)
    passkey = _find(answer["id"])
    if passkey is None or (account_id is not None and passkey.account_id != account_id):
        raise _not_accepted()
    try:
        seen = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=base64url_to_bytes(row.challenge), expected_rp_id=_name(),
            expected_origin=settings().base_url, credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count, require_user_verification=True)
        owned = _is_owner(answer, passkey.account_id)
    except REFUSALS as error:
        raise _not_accepted() from error
    if not owned:
        raise _not_accepted()
    moved = db.session.execute(update(Passkey).where(
        Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count).values(
            sign_count=seen.new_sign_count, last_used_at=clock.now()))
    if not moved.rowcount:  # type: ignore[attr-defined]
        raise _not_accepted()
    return passkey


def methods_of(passkey: Passkey) -> list[str]:
    """What a sign-in with it is called in `amr`: it was had, and its owner proved to it that he is there."""
    return ["swk" if passkey.synced else "hwk", "user", "mfa"]


def rename_passkey(account_id: UUID, passkey_id: UUID, name: str) -> None:
    """Give one of the account's passkeys another name."""
    _own(account_id, passkey_id).name = _clean_name(name)


def remove_passkey(account_id: UUID, passkey_id: UUID) -> None:
    """Forget one of the account's passkeys."""
    db.session.delete(_own(account_id, passkey_id))
    db.session.flush()


def remove_all(account_id: UUID) -> None:
    """Forget them all."""
    db.session.execute(delete(Passkey).where(Passkey.account_id == account_id))


def _own(account_id: UUID, passkey_id: UUID) -> Passkey:
    row = db.session.get(Passkey, passkey_id)
    if row is None or row.account_id != account_id:
        raise NotFound(_("There is no such passkey."))
    return row


def _name() -> str:
    return urlsplit(settings().base_url).hostname or ""


def _clean_name(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME] or _("Passkey")


def _new_challenge(purpose: str, account_id: UUID | None) -> PasskeyChallenge:
    now = clock.now()
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now))
    row = PasskeyChallenge(purpose=purpose, account_id=account_id, expires_at=now + CHALLENGE_LIFE,
                           challenge=bytes_to_base64url(webauthn.helpers.generate_challenge()))
    db.session.add(row)
    db.session.flush()
    return row


def _take_challenge(ceremony: str, purpose: str, account_id: UUID | None) -> PasskeyChallenge:
    """The challenge, which from here on is used, whatever else is wrong with the answer."""
    try:
        row = db.session.get(PasskeyChallenge, UUID(ceremony))
    except ValueError:
        row = None
    if row is None or row.purpose != purpose or row.account_id != account_id or row.expires_at < clock.now():
        raise Invalid(_("That took too long, or was answered already. Please try again."))
    taken = db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.id == row.id)
                               .execution_options(synchronize_session=False))
    db.session.expunge(row)
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Invalid(_("That took too long, or was answered already. Please try again."))
    return row


def _not_accepted() -> Invalid:
    return Invalid(_("This passkey was not accepted. Try again, or sign in another way."))


def _read(credential: str) -> dict[str, Any]:
    """The browser's answer with what every one has; raises Invalid for anything else, before a library sees it."""
    try:
        answer = json.loads(credential)
        named = BASE64URL.fullmatch(answer["id"]) and answer["rawId"] == answer["id"]
        parts = [answer["response"].get(part) for part in BINARY_PARTS]
        good = named and all(part is None or BASE64URL.fullmatch(part) for part in parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _not_accepted() from error
    if not good:
        raise _not_accepted()
    return dict(answer)


def _find(credential_id: str) -> Passkey | None:
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _is_owner(answer: dict[str, Any], account_id: UUID) -> bool:
    """Whether the handle, where the passkey tells one, is the account's."""
    handle = answer["response"].get("userHandle")
    return not handle or base64url_to_bytes(handle) == account_id.bytes


def _transports(answer: dict[str, Any]) -> list[str]:
    given = answer["response"].get("transports")
    known = {each.value for each in AuthenticatorTransport}
    return sorted(known & {str(each) for each in given}) if isinstance(given, list) else []


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id),
                                         transports=[AuthenticatorTransport(each) for each in passkey.transports])
