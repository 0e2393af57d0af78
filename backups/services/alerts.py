"""Mail about backups and verifications that failed for good: once, and again only after one that went well."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.outbox.services import enqueue_mail
from accounts.selectors.recipients import people_to_warn
from accounts.services.account_settings import setting_of
from accounts.services.profiles import wants
from backups.enums import WRITING_KINDS, JobKind, JobState, SourceStatus, Trigger
from backups.models import Job

BAD = (JobState.FAILED, JobState.DEAD)
GOOD = (JobState.SUCCEEDED, JobState.PARTIAL)
VERBS: dict[str, str] = {JobKind.VERIFY: "cannot be read", JobKind.DRILL: "could not be rebuilt"}
# Mailed already, with what to do about it, when the connection began to wait for a person.
OWN_MAIL = ("auth.",)


def warn_of_failure(job: Job) -> int:
    """Puts the mails into the outbox, in the caller's transaction; returns how many people hear about it."""
    kinds = _alike(job)
    if not kinds or job.state not in BAD or job.error_code.startswith(OWN_MAIL) or job.is_targeted:
        return 0
    if job.source.status == SourceStatus.DELETED or _was_bad_before(job, kinds):
        return 0
    if not setting_of(job.account, "warn_on_failure"):
        return 0
    kind = "verification_failed" if job.kind in VERBS else "backup_failed"
    people = [user for user in people_to_warn(job.account, also=job.source.created_by_id) if wants(user, kind)]
    address = f"{settings.PUBLIC_URL.rstrip('/')}/jobs/{job.pk}/"
    verb = VERBS.get(job.kind, "could not be backed up")
    for user in people:
        text = render_to_string("emails/job_failed.txt", {"user": user, "job": job, "verb": verb, "address": address})
        enqueue_mail(EmailMultiAlternatives(f"{job.source.name} {verb}", text, None, [user.email]))
    return len(people)


def _alike(job: Job) -> tuple[str, ...]:
    """The kinds whose results speak of the same thing."""
    if job.kind in WRITING_KINDS:
        return tuple(WRITING_KINDS)
    return (job.kind,) if job.kind in VERBS else ()


def _was_bad_before(job: Job, kinds: tuple[str, ...]) -> bool:
    """Whether the one before failed too: then people know."""
    before = (
        Job.objects.filter(source=job.source, kind__in=kinds, state__in=[*BAD, *GOOD], pk__lt=job.pk)
        .exclude(trigger=Trigger.WEBHOOK)
        .order_by("-id")
        .values_list("state", flat=True)
        .first()
    )
    return before in BAD
