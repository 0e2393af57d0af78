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
    "custom_platform.restored": "went back to an older description of a platform",
    "custom_platform.deleted": "deleted a platform's description",
    "source.created": "added a source",
    "source.updated": "changed a source",
    "source.paused": "paused a source",
    "source.resumed": "resumed a source",
    "source.deleted": "deleted a source",
    "source.tested": "tested a source",
    "source.erased": "erased a source's snapshots",
    "source.parts_collected": "cleared away what unfinished runs had left",
    "group.created": "made a source group",
    "group.updated": "changed a source group",
    "group.deleted": "deleted a source group",
    "group.sources_added": "added sources to a group",
    "group.source_removed": "took a source out of a group",
    "group.synced": "started a group's backups",
    "job.priority_changed": "changed a job's priority",
    "job.deleted": "took a job off the list",
    "snapshot.verified": "proved a snapshot readable",
    "snapshot.damaged": "found a snapshot damaged",
    "export.written": "made an export",
    "export.downloaded": "downloaded an export",
    "recovery_key.shown": "looked at the recovery key",
    "account.created": "made an account",
    "account.updated": "changed an account",
    "account.moved": "moved an account",
    "account.suspended": "suspended an account",
    "account.reactivated": "reactivated an account",
    "account.deletion_scheduled": "scheduled an account to be deleted",
    "account.deletion_cancelled": "kept an account from being deleted",
    "account.erased": "erased an account",
    "invitation.sent": "invited somebody",
    "invitation.resent": "sent an invitation again",
    "invitation.cancelled": "took an invitation back",
    "invitation.accepted": "accepted an invitation",
    "member.role_changed": "changed somebody's role",
    "member.suspended": "suspended somebody",
    "member.reactivated": "let somebody in again",
    "member.removed": "removed somebody",
    "member.left": "left",
    "team.created": "made a team",
    "team.updated": "changed a team",
    "team.archived": "archived a team",
    "team.deleted": "deleted a team",
    "team.member_added": "added somebody to a team",
    "team.member_role_changed": "changed somebody's role in a team",
    "team.member_removed": "took somebody out of a team",
    "team.member_left": "left a team",
    "team.granted": "gave a team access",
    "team.revoked": "took a team's access back",
    "token.created": "made an API token",
    "token.revoked": "revoked an API token",
    "support.opened": "opened a support session",
}


# Jobs write "<kind>.<what became of it>".
JOBS = {
    "backup": "a backup",
    "sync": "a backup",
    "export": "an export",
    "verify": "a verification",
    "restore": "a restore",
    "cleanup": "a clean-up",
}
OUTCOMES = {
    "requested": "asked for",
    "retried": "asked again for",
    "cancelled": "cancelled",
    "queued": "will try again",
    "waiting": "postponed",
    "completed": "finished",
    "succeeded": "finished",
    "complete": "finished",
    "partial": "finished a part of",
    "suspicious": "finished, with something to look at,",
    "failed": "could not finish",
    "dead": "gave up",
}


def sentence(action: str) -> str:
    """`source.created` → "added a source"; an action without a sentence is spelt out."""
    noun, _, outcome = action.partition(".")
    if noun in JOBS and outcome in OUTCOMES:
        return f"{OUTCOMES[outcome]} {JOBS[noun]}"
    return SENTENCES.get(action) or action.replace(".", " ").replace("_", " ")
