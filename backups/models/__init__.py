from backups.models.fields import StreamFields
from backups.models.hold import Hold
from backups.models.job import Job
from backups.models.key import AccountKey, RecoveryKey
from backups.models.query import SavedQuery
from backups.models.snapshot import Snapshot
from backups.models.source import Source, SourceGroup

__all__ = [
    "AccountKey",
    "Hold",
    "Job",
    "RecoveryKey",
    "SavedQuery",
    "Snapshot",
    "Source",
    "SourceGroup",
    "StreamFields",
]
