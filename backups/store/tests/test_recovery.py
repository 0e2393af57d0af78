import json

import pytest

from backups.store.errors import DamagedObject, KeyUnavailable, WrongRecoveryKey
from backups.store.keys import AccountKey, Keyring, LocalMasterKey
from backups.store.recovery import new_recovery_key, parse_recovery_key, read_recovery_file, write_recovery_file
from listbackup.core.storage import LocalBlobs


def test_recovery_key_is_read_as_people_type_it() -> None:
    key = new_recovery_key()
    assert [len(group) for group in key.split("-")] == [7] * 8
    secret = parse_recovery_key(key)
    assert parse_recovery_key(f"  {key.lower().replace('-', ' ')}\n") == secret
    assert parse_recovery_key(key.replace("O", "0").replace("I", "1").replace("B", "8")) == secret
    for wrong in (key[:-1], key[:-1] + ("A" if key[-1] != "A" else "C"), "", "hello", key + "AAAAAAA"):
        with pytest.raises(WrongRecoveryKey):
            parse_recovery_key(wrong)


def test_keys_file_opens_with_the_recovery_key_only(blobs: LocalBlobs) -> None:
    ring, key = Keyring("acc", [AccountKey.new(1), AccountKey.new(7)]), new_recovery_key()
    name = write_recovery_file(blobs, ring, key)
    assert {k.version: k.key for k in read_recovery_file(blobs, "acc", key)} == {k.version: k.key for k in ring}
    assert not any(k.key.hex() in blobs.get(name).decode() for k in ring)
    with pytest.raises(WrongRecoveryKey):
        read_recovery_file(blobs, "acc", new_recovery_key())
    content = json.loads(blobs.get(name))
    blobs.put("accounts/other/keys.json", json.dumps(content | {"account": "other"}).encode())
    with pytest.raises(DamagedObject):
        read_recovery_file(blobs, "other", key)
    for broken in (b"", b"{}", blobs.get(name)[:-30], blobs.get(name).replace(b'"version": 7', b'"version": 8')):
        blobs.put(name, broken)
        with pytest.raises(DamagedObject):
            read_recovery_file(blobs, "acc", key)


def test_master_key_wraps_for_one_context_and_rotates() -> None:
    old, new = b"o" * 32, b"n" * 32
    wrapped = LocalMasterKey(old).wrap(b"secret", {"account": "a", "version": "1"})
    assert LocalMasterKey([new, old]).unwrap(wrapped, {"version": "1", "account": "a"}) == b"secret"
    with pytest.raises(KeyUnavailable):
        LocalMasterKey(new).unwrap(wrapped, {"account": "a", "version": "1"})
    for context in ({"account": "b", "version": "1"}, {"account": "a"}):
        with pytest.raises(KeyUnavailable):
            LocalMasterKey(old).unwrap(wrapped, context)
    with pytest.raises(KeyUnavailable):
        LocalMasterKey(old).unwrap(wrapped[:-1] + bytes([wrapped[-1] ^ 1]), {"account": "a", "version": "1"})
    assert "secret" not in repr(AccountKey(1, b"secret" + bytes(26)))
