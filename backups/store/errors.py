"""What can go wrong in the snapshot store."""

from listbackup.core.errors import InvalidInput, ListBackupError, Unavailable


class DamagedObject(ListBackupError):
    """Stored bytes are not what was written: they do not open, decode or match their manifest. Never returned to anyone."""

    code = "store.damaged"
    remedy = "Run a verification of the source to see what is affected; restore the object from the replica."


# The code of each kind of damage that a verification tells apart (docs/format.md, section 9).
DAMAGE_CODES = {kind: f"store.{kind}" for kind in ("missing", "truncated", "flipped", "swapped", "replayed", "extra")}


class KeyUnavailable(Unavailable):
    """The account key an object was sealed with is not at hand, or a wrapped key does not open."""

    code = "store.key_unavailable"
    remedy = "Make the key provider reachable, or give the recovery key. Nothing is lost as long as one of them exists."


class WrongRecoveryKey(InvalidInput):
    code = "store.wrong_recovery_key"
    remedy = "Check the recovery key for typing errors and that it belongs to this account."


class FormatTooNew(ListBackupError):
    code = "store.format_too_new"
    remedy = "Use a newer version of ListBackup to read this snapshot."


class RecordRefused(InvalidInput):
    """A record's bytes are no UTF-8 text and so no JSON."""

    code = "store.record_refused"
    remedy = "The platform must answer in UTF-8; the record is listed as skipped."
