"""Actions of the log as sentences: what was done, in the past tense."""

SENTENCES = {
    "connection.created": "connected a platform",
    "connection.renamed": "renamed a connection",
    "connection.renewed": "renewed a connection",
    "connection.tested": "tested a connection",
    "connection.deleted": "deleted a connection",
    "connection.needs_reconnect": "noticed that a connection must be renewed",
    "connection.restored": "got a connection back",
    "custom_platform.created": "described a platform",
    "custom_platform.changed": "changed a platform's description",
    "source.created": "added a source",
    "source.updated": "changed a source",
    "source.paused": "paused a source",
    "source.resumed": "resumed a source",
    "source.deleted": "deleted a source",
    "source.tested": "tested a source",
    "source.parts_collected": "cleared away what unfinished runs had left",
    "group.created": "made a source group",
    "group.updated": "changed a source group",
    "group.deleted": "deleted a source group",
    "group.sources_added": "added sources to a group",
    "group.source_removed": "took a source out of a group",
    "group.synced": "started a group's backups",
    "job.started": "started a job",
    "job.cancelled": "cancelled a job",
    "job.finished": "finished a job",
    "job.failed": "could not finish a job",
    "job.retried": "ran a job again",
    "job.priority_changed": "changed a job's priority",
    "job.deleted": "took a job off the list",
    "snapshot.committed": "finished a backup",
    "snapshot.verified": "proved a snapshot readable",
    "snapshot.damaged": "found a snapshot damaged",
    "export.written": "made an export",
    "export.downloaded": "downloaded an export",
    "recovery_key.shown": "looked at the recovery key",
    "support.opened": "opened a support session",
}


def sentence(action: str) -> str:
    """`source.created` → "added a source"; an action without a sentence is spelt out."""
    return SENTENCES.get(action) or action.replace(".", " ").replace("_", " ")
