"""The provider's signing key: RS256, made at first use, kept in the data folder for its owner's eyes only."""

import os
from functools import lru_cache
from pathlib import Path

from joserfc.jwk import KeySet, RSAKey

ALGORITHM = "RS256"
KEY_BITS = 2048
KEY_FILE = "openid-signing-key.pem"


def signing_key(data_folder: Path) -> RSAKey:
    """The private key, with its thumbprint as `kid`."""
    path = data_folder / "keys" / KEY_FILE
    if not path.exists():
        _make_key(path)
    return _load_key(path, path.stat().st_mtime_ns)


def public_keys(data_folder: Path) -> KeySet:
    """What others verify with, as a set of JSON Web Keys without private parts."""
    key = signing_key(data_folder)
    public = {**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}
    return KeySet([RSAKey.import_key(public)])


@lru_cache(maxsize=8)
def _load_key(path: Path, _changed: int) -> RSAKey:
    key = RSAKey.import_key(path.read_bytes())
    key.ensure_kid()
    return key


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; of two processes that try at once, the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{KEY_FILE}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(RSAKey.generate_key(KEY_BITS, auto_kid=False).as_pem(private=True))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
