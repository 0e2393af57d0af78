"""The recovery key and `keys.json` (docs/format.md, section 7): with both, an account's data opens without any server."""

import base64
import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from listbackup.core.storage.blobs import BlobMissing, Blobs

from .errors import DamagedObject, FormatTooNew, WrongRecoveryKey
from .format import FORMAT, check_id, keys_name
from .keys import KEY_BYTES, AccountKey, Keyring


def new_recovery_key() -> str:
    """A new recovery key in printable form: 8 groups of 7 characters, the last ones a checksum."""
    return format_recovery_key(os.urandom(KEY_BYTES))


def format_recovery_key(secret: bytes) -> str:
    text = base64.b32encode(secret + hashlib.sha256(secret).digest()[:3]).decode()
    return "-".join(text[at : at + 7] for at in range(0, 56, 7))


def parse_recovery_key(text: str) -> bytes:
    """The 32 bytes. Raises WrongRecoveryKey when it was mistyped."""
    letters = "".join(text.split()).replace("-", "").upper().translate(str.maketrans("018", "OIB"))
    try:
        data = base64.b32decode(letters)
    except ValueError:
        data = b""
    secret, check = data[:KEY_BYTES], data[KEY_BYTES:]
    if len(data) != KEY_BYTES + 3 or not hmac.compare_digest(hashlib.sha256(secret).digest()[:3], check):
        raise WrongRecoveryKey("This is no recovery key: it has 8 groups of 7 letters and digits.")
    return secret


def recovery_id(recovery_key: str) -> str:
    """16 hex digits that tell recovery keys apart without revealing them."""
    return hashlib.sha256(b"listbackup:1:recovery-id:" + parse_recovery_key(recovery_key)).hexdigest()[:16]


def write_recovery_file(blobs: Blobs, keyring: Keyring, recovery_key: str) -> str:
    """Write the account's `keys.json` with all keys of the ring, wrapped by the recovery key. Returns its name."""
    account, salt = keyring.account, os.urandom(16)
    wrapping = _wrapping_key(parse_recovery_key(recovery_key), salt, account)
    entries = []
    for key in keyring:
        nonce = os.urandom(12)
        wrapped = wrapping.encrypt(nonce, key.key, _bind(account, key.version))
        entries.append({"version": key.version, "nonce": nonce.hex(), "wrapped": wrapped.hex()})
    content = {
        "format": FORMAT,
        "account": account,
        "recovery_id": recovery_id(recovery_key),
        "salt": salt.hex(),
        "keys": entries,
    }
    name = keys_name(account)
    blobs.put(name, json.dumps(content, indent=2).encode() + b"\n")
    return name


def read_recovery_file(blobs: Blobs, account: str, recovery_key: str) -> Keyring:
    """All keys in the account's `keys.json`. Raises BlobMissing, WrongRecoveryKey, DamagedObject, FormatTooNew."""
    secret = parse_recovery_key(recovery_key)
    try:
        content = json.loads(blobs.get(keys_name(check_id(account))))
        if content["format"] > FORMAT:
            raise FormatTooNew("The key file was written by a newer version.")
        entries = [(int(k["version"]), bytes.fromhex(k["nonce"]), bytes.fromhex(k["wrapped"])) for k in content["keys"]]
        wrapping = _wrapping_key(secret, bytes.fromhex(content["salt"]), account)
        same = content["recovery_id"] == recovery_id(recovery_key)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedObject(f"The key file of account {account} is damaged.") from error
    try:
        keys = [AccountKey(version, wrapping.decrypt(n, w, _bind(account, version))) for version, n, w in entries]
    except InvalidTag:
        if same:
            raise DamagedObject(f"The key file of account {account} is damaged: a key does not open.") from None
        raise WrongRecoveryKey(f"The recovery key does not open the keys of account {account}.") from None
    return Keyring(account, keys)


def versions_in(blobs: Blobs, account: str) -> set[int]:
    """Versions of the account key that `keys.json` holds; none when it is missing or damaged. Needs no key."""
    try:
        return {int(entry["version"]) for entry in json.loads(blobs.get(keys_name(check_id(account))))["keys"]}
    except (BlobMissing, ValueError, KeyError, TypeError):
        return set()


def _wrapping_key(secret: bytes, salt: bytes, account: str) -> AESGCM:
    info = f"listbackup:1:recovery:{account}".encode()
    return AESGCM(HKDF(hashes.SHA256(), KEY_BYTES, salt, info).derive(secret))


def _bind(account: str, version: int) -> bytes:
    return f"listbackup:1:recovery:{account}:{version}".encode()
