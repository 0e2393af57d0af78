"""Rows for tests, made directly: the services have tests of their own."""

import hashlib
from typing import Any

from accounts.models import Account, User
from backups.enums import Health, JobState, SourceStatus
from backups.models import Hold, Job, Snapshot, Source, SourceGroup
from clients.models import Client, ClientPerson, RestoreRequest
from domains.models import Domain
from integrations.models import Connection, CustomPlatform, CustomPlatformVersion
from listbackup.core.clock import now
from listbackup.core.ids import uuid7
from teams.enums import TeamRole
from teams.models import Team, TeamMember


def make_connection(account: Account, **fields: Any) -> Connection:
    values = {"platform": "hubspot", "name": f"{account.name} CRM", "auth_kind": "bearer", "external_id": str(uuid7())}
    return Connection.objects.create(account=account, **{**values, **fields})


TINY_MANIFEST = """\
manifest: 1
key: {key}
name: Tiny
base_url: https://api.example.com
auth: [{{kind: bearer, secret: api_key}}]
streams:
  things:
    request: {{path: /things}}
    key: id
"""


def make_custom_platform(account: Account, key: str = "tiny") -> CustomPlatform:
    text = TINY_MANIFEST.format(key=key)
    made = CustomPlatform.objects.create(account=account, key=key, name="Tiny", manifest=text)
    CustomPlatformVersion.objects.create(account=account, custom_platform=made, number=1, manifest=text)
    return made


def make_source(account: Account, connection: Connection | None = None, **fields: Any) -> Source:
    values: dict[str, Any] = {"name": f"{account.name} contacts", "schedule": "manual", "health": Health.PROTECTED}
    return Source.objects.create(
        account=account, connection=connection or make_connection(account), **{**values, **fields}
    )


def make_group(account: Account, *sources: Source, name: str = "All of them") -> SourceGroup:
    group = SourceGroup.objects.create(account=account, name=name)
    group.sources.set(sources)
    return group


def make_job(source: Source, **fields: Any) -> Job:
    values: dict[str, Any] = {"state": JobState.SUCCEEDED, "started_at": now(), "finished_at": now()}
    return Job.objects.create(account=source.account, source=source, **{**values, **fields})


def make_snapshot(source: Source, **fields: Any) -> Snapshot:
    """A row without objects behind it: for lists, not for reading records."""
    number = Snapshot.objects.filter(source=source).count() + 1
    values: dict[str, Any] = {
        "number": number,
        "taken_at": now(),
        "manifest_name": f"accounts/none/{number}/metadata.json",
        "manifest_sha256": hashlib.sha256(str(number).encode()).hexdigest(),
    }
    return Snapshot.objects.create(account=source.account, source=source, **{**values, **fields})


def make_hold(account: Account, source: Source) -> Hold:
    return Hold.objects.create(account=account, source=source, reason="Case 1")


def make_deleted_source(account: Account, connection: Connection) -> Source:
    """With a snapshot: it can be brought back."""
    source = make_source(account, connection)
    source.status, source.last_snapshot = SourceStatus.DELETED, make_snapshot(source)
    source.save()
    return source


def make_team(account: Account, owner: User, *members: User, name: str = "Everybody") -> Team:
    team = Team.objects.create(account=account, name=name)
    TeamMember.objects.create(account=account, team=team, user=owner, role=TeamRole.OWNER)
    for user in members:
        TeamMember.objects.create(account=account, team=team, user=user)
    return team


def make_client_world(account: Account, source: Source, snapshot: Snapshot) -> dict[str, Any]:
    """A client with a person and a request; their keys by kind."""
    client = Client.objects.create(account=account, name="Nordwind")
    person = ClientPerson.objects.create(account=account, client=client, email="petra@nordwind.example")
    request = RestoreRequest.objects.create(
        account=account, client=client, person=person, source=source, snapshot=snapshot, kind="download"
    )
    return {"client": client.pk, "client_person": person.pk, "client_request": request.pk}


def make_portal_domain(account: Account, name: str = "backup.agency.invalid") -> Domain:
    return Domain.objects.create(domain=name, tenant=account.organization, account=account, token="token")
