"""Accounts, sessions, clients, grants and consents of the bundled provider."""

from lms.identity.provider.password_check import check_password
from lms.identity.provider.services.account_admin import (
    AccountDraft,
    close_account,
    create_account,
    edit_account,
    get_account,
    give_new_password,
    list_accounts,
    reopen_account,
)
from lms.identity.provider.services.accounts import save_account
from lms.identity.provider.services.clients import (
    DEFAULT_SCOPES,
    PROGRAM_SCOPES,
    SCOPES,
    ClientDraft,
    ClientUse,
    NewClient,
    add_client,
    edit_client,
    find_client_row,
    get_client,
    get_client_use,
    list_clients,
    register_client,
    revoke_client,
    rotate_secret,
)
from lms.identity.provider.services.consents import (
    CONSENT_LIFE,
    ConsentRow,
    give_consent,
    has_consent,
    list_consents,
    withdraw_consent,
)
from lms.identity.provider.services.grants import (
    ACCESS_PREFIX,
    PROGRAM_TOKEN_LIFE,
    TOKEN_LIFE,
    Bearer,
    add_access_token,
    find_access_token,
    find_refreshable,
    first_refresh_token,
    grant_of_refresh_token,
    next_refresh_token,
    open_grant,
    revoke_grant,
    revoke_tokens_of,
)
from lms.identity.provider.services.logouts import (
    Notice,
    announce_end,
    claim_notice,
    forget_old_notices,
    know_sender,
    note_outcome,
    own_back_channel_uri,
)
from lms.identity.provider.services.secrets import hash_token, new_secret, same
from lms.identity.provider.services.sessions import (
    SESSION_IDLE,
    SESSION_LIFE,
    end_session,
    end_sessions_of,
    find_session,
    forget_old_sessions,
    list_sessions,
    note_use,
    renew_session,
    start_session,
)

__all__ = [
    "ACCESS_PREFIX", "CONSENT_LIFE", "DEFAULT_SCOPES", "PROGRAM_SCOPES", "PROGRAM_TOKEN_LIFE", "SCOPES",
    "SESSION_IDLE", "SESSION_LIFE", "TOKEN_LIFE", "AccountDraft", "Bearer", "ClientDraft", "ClientUse",
    "ConsentRow", "NewClient", "Notice", "add_access_token", "add_client", "announce_end", "check_password",
    "claim_notice", "close_account", "create_account", "edit_account", "edit_client", "end_session",
    "end_sessions_of", "find_access_token", "find_client_row", "find_refreshable", "find_session",
    "first_refresh_token", "forget_old_notices", "forget_old_sessions", "get_account", "get_client",
    "get_client_use", "give_consent", "give_new_password", "grant_of_refresh_token", "has_consent", "hash_token",
    "know_sender", "list_accounts", "list_clients", "list_consents", "list_sessions", "new_secret",
    "next_refresh_token", "note_outcome", "note_use", "open_grant", "own_back_channel_uri", "register_client",
    "renew_session", "reopen_account", "revoke_client", "revoke_grant", "revoke_tokens_of", "rotate_secret", "same",
    "save_account", "start_session", "withdraw_consent",
]
