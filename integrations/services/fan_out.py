"""One agency's grant for many accounts: each becomes a connection of its own, whose tokens are drawn from the agency's."""

from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from integrations.connector.errors import ConnectorError
from integrations.connector.oauth import TokenSet
from integrations.enums import AuthKind, ConnectionStatus
from integrations.models import Connection
from integrations.selectors.manifests import manifest_of
from integrations.services.manifests import check_config
from integrations.services.readers import open_reader
from integrations.services.status import REMOVED, mark_needs_reconnect, mark_working, track_expiry
from integrations.services.texts import clean_text
from integrations.services.webhooks import open_address
from integrations.signals import connection_created
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput, PlatformError

log = structlog.get_logger(__name__)
MOST_MEMBERS = 5_000


def is_agency(connection: Connection) -> bool:
    """Whether the connection's grant is for many accounts, of which none is its own."""
    if connection.auth_kind != AuthKind.OAUTH2 or connection.grant_id is not None:
        return False
    rule = manifest_of(connection).auth_of(AuthKind.OAUTH2).fan_out
    return rule is not None and not connection.config.get(rule.member)


def find_members_of(context: AccountContext, connection_id: UUID) -> int:
    """`find_members` where it is an agency; the platform's refusal waits for the next time."""
    found = Connection.objects.select_related("account", "custom_platform").filter(pk=connection_id).first()
    if found is None or not found.is_usable or not is_agency(found):
        return 0
    try:
        return find_members(context, found)
    except PlatformError as error:
        log.warning("members_not_found", connection=str(found.pk), code=error.code)
        return 0


def find_members(context: AccountContext, agency: Connection) -> int:
    """Connects accounts that are new, and notes those that took our application out; returns how many are new.

    Raises PlatformError.
    """
    with open_reader(agency) as reader:
        listed = {}
        for key, label in reader.members():
            listed[clean_text(key, 200)] = clean_text(label, 200)
            if len(listed) >= MOST_MEMBERS:
                log.warning("too_many_members", connection=str(agency.pk))
                break
        known = {
            member.external_id: member
            for member in agency.members.exclude(status=ConnectionStatus.DELETED).select_related("account")
        }
        made = 0
        for key, label in listed.items():
            if key and key not in known:
                made += _connect(context, agency, key, label, reader.member_token)
    for key, member in known.items():
        if key not in listed and len(listed) < MOST_MEMBERS:
            mark_needs_reconnect(member, f"{member.name} took our application out.", code=REMOVED)
        elif key in listed and member.last_error_code == REMOVED:
            with transaction.atomic():
                mark_working(Connection.objects.select_for_update(of=("self",)).get(pk=member.pk))
    return made


def draw_token(member: Connection) -> TokenSet:
    """A new token for a member. Raises PlatformError; CredentialsRevoked when the agency must be reconnected."""
    agency = Connection.objects.select_related("account", "custom_platform").get(pk=member.grant_id)
    with open_reader(agency) as reader:
        return reader.member_token(member.external_id)


def _connect(context: AccountContext, agency: Connection, key: str, label: str, draw: object) -> int:
    manifest = manifest_of(agency)
    rule = manifest.auth_of(AuthKind.OAUTH2).fan_out
    assert rule is not None and callable(draw)
    try:
        config = check_config(manifest, {**agency.config, rule.member: key})
        tokens: TokenSet = draw(key)
    except (ConnectorError, InvalidInput) as error:
        # One account that refuses must not keep the others out.
        log.warning("member_not_connected", connection=str(agency.pk), code=error.code)
        return 0
    member = Connection(
        account=agency.account,
        platform=agency.platform,
        custom_platform=agency.custom_platform,
        grant=agency,
        name=clean_text(f"{manifest.name} · {label or key}", 150),
        auth_kind=AuthKind.OAUTH2,
        config=config,
        external_id=key,
        external_label=label,
        scopes_granted=list(tokens.scopes) or agency.scopes_granted,
        created_by=context.user,
        authorised_by_id=agency.authorised_by_id,
        status_changed_at=now(),
        last_checked_at=now(),
    )
    from integrations.oauth.refresh import store_tokens  # late: it draws members' tokens from here

    store_tokens(member, TokenSet(tokens.access_token, None, tokens.expires_at, tokens.scopes))
    try:
        with transaction.atomic():
            member.save(force_insert=True)
            track_expiry(member, refreshable=True)
            open_address(member)
            record(context, "connection.created", member, platform=member.platform_key, auth_kind=member.auth_kind)
            connection_created.send(sender=Connection, context=context, connection=member)
    except IntegrityError:
        return 0  # connected by itself before: that grant goes on
    return 1
