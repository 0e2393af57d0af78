"""Downloads and restores that clients ask for: asked, decided, made, fetched."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.outbox.services import enqueue_mail
from accounts.selectors.recipients import people_to_warn
from backups.enums import ExportFormat, JobState
from backups.errors import RecordNotFound, StreamUnknown
from backups.models import Job, Snapshot
from backups.selectors.snapshots import get_snapshot
from backups.selectors.sources import get_source
from backups.services import exports
from backups.services.snapshots import view_of
from clients.enums import OPEN_REQUESTS, Decision, RequestKind, RequestState
from clients.errors import RequestDecided
from clients.models import Client, ClientPerson, RestoreRequest
from clients.services import links
from clients.services.looking import allowed_on, require_on
from domains.selectors.hosts import portal_url
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput, TooMany
from listbackup.core.text import paragraphs
from listbackup.core.web.downloads import Download

MOST_OPEN = 50  # of one client


def ask(
    context: AccountContext,
    person: ClientPerson,
    *,
    snapshot: Snapshot,
    kind: str = RequestKind.DOWNLOAD,
    stream: str = "",
    key: str = "",
    streams: Sequence[str] = (),
    search: str = "",
    format: str = ExportFormat.XLSX,
    message: str = "",
) -> RestoreRequest:
    """Somebody who may download gets the file without being asked; other wishes wait for the agency.

    Raises NotGranted, InvalidInput, StreamUnknown, RecordNotFound, TooMany.
    """
    for name, value, known in (("kind", kind, RequestKind.values), ("format", format, ExportFormat.values)):
        if value not in known:
            raise InvalidInput("This cannot be asked for.", fields={name: [f"One of: {', '.join(known)}."]})
    source = get_source(context, snapshot.source_id)
    allowed = allowed_on(context, source)
    at_once = ("export.create" if kind == RequestKind.DOWNLOAD else "portal.restore") in allowed
    if not at_once:
        require_on(context, source, "portal.request")
    if RestoreRequest.objects.filter(client=person.client, state=RequestState.WAITING).count() >= MOST_OPEN:
        raise TooMany("Many requests wait for an answer.", remedy="Wait for the answers, or take some back.")
    _check_scope(snapshot, stream, key, streams)
    request = RestoreRequest(
        account=person.account,
        client=person.client,
        person=person,
        source=source,
        snapshot=snapshot,
        kind=kind,
        stream=stream,
        key=key,
        streams=list(streams),
        search=paragraphs(search, 200),
        format=format,
        message=paragraphs(message, 2000),
    )
    with transaction.atomic():
        request.save(force_insert=True)
        record(context, "portal.requested", person.client, kind=kind, source=source.name, what=request.what)
        if at_once:
            _approve(context, request)
        else:
            _tell_agency(request)
    return request


@transaction.atomic
def decide(context: AccountContext, request: RestoreRequest, decision: str, *, answer: str = "") -> RestoreRequest:
    """The agency's word (`Decision`); the client's person is told by mail. Raises RequestDecided, InvalidInput."""
    if decision not in Decision.values:
        raise InvalidInput("Nothing was decided.", fields={"decision": [f"One of: {', '.join(Decision.values)}."]})
    locked = _locked(request)
    locked.answer = paragraphs(answer, 2000) or locked.answer
    if decision == Decision.DONE:
        if locked.kind != RequestKind.RESTORE or locked.state != RequestState.APPROVED:
            raise RequestDecided("Only an approved request to put records back can be marked as done.")
        locked.state = RequestState.DONE
    else:
        if locked.state != RequestState.WAITING:
            raise RequestDecided(f"This request is {locked.get_state_display().lower()} already.")
        locked.decided_by, locked.decided_at = context.user, now()
        if decision == Decision.APPROVE:
            _approve(context, locked)
        else:
            locked.state = RequestState.DECLINED
    locked.save()
    record(context, f"client.request_{locked.state}", locked.client, source=locked.source.name, what=locked.what)
    _tell_person(locked)
    return locked


@transaction.atomic
def take_back(context: AccountContext, request: RestoreRequest) -> RestoreRequest:
    """The client's own. Raises RequestDecided."""
    locked = _locked(request)
    if locked.state not in OPEN_REQUESTS:
        raise RequestDecided(f"This request is {locked.get_state_display().lower()} already.")
    locked.state = RequestState.CANCELLED
    locked.save()
    record(context, "portal.request_taken_back", locked.client, source=locked.source.name, what=locked.what)
    return locked


def open_file(context: AccountContext, request: RestoreRequest) -> Download:
    """The file of an approved request: of a download for the client, while what it is made of is still shared; of records
    to be put back for the agency. Raises RequestDecided, ExportExpired, SourceNotFound, SnapshotNotFound, RecordNotFound."""
    is_guest = context.guest is not None
    fits = request.kind == (RequestKind.DOWNLOAD if is_guest else RequestKind.RESTORE)
    if request.state != RequestState.APPROVED or request.snapshot is None or not fits:
        raise RequestDecided("There is no file for this request.")
    source = get_source(context, request.source_id)  # a grant taken back ends the link
    if is_guest:
        get_snapshot(context, request.snapshot_id, source=source)  # as does one that begins later now
    if request.key:
        file = _record_file(request)
    elif request.job is not None:
        file = exports.open_file(request.job)
    else:
        raise RequestDecided("There is no file for this request.")
    action = "portal.downloaded" if is_guest else "client.request_downloaded"
    record(context, action, request.client, source=source.name, what=request.what)
    return file


def progress_of(request: RestoreRequest) -> str:
    """waiting, declined, cancelled, done; of an approved one: preparing, ready, failed, expired, or approved for one that
    people carry out."""
    if request.state != RequestState.APPROVED:
        return str(request.state)
    if request.key and request.kind == RequestKind.DOWNLOAD:
        return "expired" if _is_old(request) else "ready"
    job = request.job
    if job is None:
        return "approved"
    if job.is_active:
        return "preparing"
    if job.state != JobState.SUCCEEDED:
        return "failed"
    return "expired" if exports.is_expired(job) else "ready"


def tell_ready(job: Job) -> None:
    """Mails who asked that the file is there, or that it could not be made."""
    request = (
        RestoreRequest.objects.filter(job=job, state=RequestState.APPROVED, kind=RequestKind.DOWNLOAD)
        .select_related("client__account", "person__account", "person__client", "source", "job", "account")
        .first()
    )
    if request is not None:
        _tell_person(request)


def _is_old(request: RestoreRequest) -> bool:
    since: dt.datetime = request.decided_at or request.created_at
    return now() - since > exports.LIFETIME


def _approve(context: AccountContext, request: RestoreRequest) -> None:
    """A single record is read when it is fetched; anything larger is made into a file by a job."""
    request.state = RequestState.APPROVED
    request.decided_at = request.decided_at or now()
    if not request.key and request.snapshot is not None:
        request.job = exports.start_export(
            context,
            source=request.source,
            snapshot=request.snapshot,
            format=request.format,
            streams=request.streams,
            search=request.search,
        )
    request.save()


def _check_scope(snapshot: Snapshot, stream: str, key: str, streams: Sequence[str]) -> None:
    known = {one["name"] for one in snapshot.streams}
    wanted = [*streams, *([stream] if stream else [])]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise StreamUnknown("The snapshot has no such stream.", fields={"streams": [f"Unknown: {unknown[0][:60]}"]})
    if bool(stream) != bool(key) or "\0" in key or len(key) > 1000:
        raise InvalidInput("A record is named by its stream and its key.", fields={"key": ["Name both."]})
    if key:
        _content(snapshot, stream, key)


def _content(snapshot: Snapshot, stream: str, key: str) -> bytes:
    with view_of(snapshot) as view:
        found = view.record(stream, key)
    if found is None:
        raise RecordNotFound("There is no such record in this snapshot.")
    return found.raw


def _record_file(request: RestoreRequest) -> Download:
    """One record as JSON, as the platform sent it."""
    if _is_old(request):
        raise RequestDecided("The time in which it could be downloaded is over.", remedy="Ask for it again.")
    assert request.snapshot is not None
    raw = _content(request.snapshot, request.stream, request.key)
    try:
        made = orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2)
    except orjson.JSONDecodeError:
        made = raw
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in f"{request.stream}-{request.key}")[:80]
    return Download(f"{name}.json", "application/json", iter([made]), len(made))


def _locked(request: RestoreRequest) -> RestoreRequest:
    found: RestoreRequest = (
        RestoreRequest.objects.select_for_update(of=("self",))
        .select_related(
            "client__account__organization", "person__account", "person__client", "source", "snapshot", "account"
        )
        .get(pk=request.pk)
    )
    return found


def _tell_agency(request: RestoreRequest) -> None:
    client: Client = request.client
    address = f"{settings.PUBLIC_URL.rstrip('/')}/clients/{client.pk}/requests/{request.pk}/"
    for user in people_to_warn(request.account, also=client.created_by_id):
        values: dict[str, Any] = {"user": user, "request": request, "client": client, "address": address}
        text = render_to_string("emails/client_request.txt", values)
        enqueue_mail(EmailMultiAlternatives(f"{client.name} asks for data", text, None, [user.email]))


def _tell_person(request: RestoreRequest) -> None:
    if request.person is not None:
        address = portal_url(request.account, f"/requests/{request.pk}/")
        links.mail_to(
            request.person, "portal/emails/request.txt",
            request=request, progress=progress_of(request), address=address,
        )  # fmt: skip
