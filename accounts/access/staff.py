"""Support staff look into an organization only in an opened session, with a reason, and leave a trace in its activity."""

import datetime as dt
from uuid import UUID

from django.http import HttpRequest

from accounts.access.resolve import system_context
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.models import Account, Organization
from listbackup.core.clock import now
from listbackup.core.db import connection

SESSION_KEY = "staff_session"
LIFETIME = dt.timedelta(hours=1)


def open_session(request: HttpRequest, organization: Organization, reason: str) -> None:
    """Opens the organization to this member of staff for an hour."""
    root = Account.objects.select_related("organization").get(organization=organization, parent__isnull=True)
    with entered(organization):
        record(system_context(root), "support.opened", root, staff=str(request.user), reason=reason[:300])
    request.session[SESSION_KEY] = {"organization": str(organization.pk), "until": (now() + LIFETIME).timestamp()}


def close_session(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def opened(request: HttpRequest) -> Organization | None:
    """The organization that is open to this request, or None."""
    held = request.session.get(SESSION_KEY)
    user = request.user
    if not held or not user.is_authenticated or not user.is_staff or held["until"] < now().timestamp():
        return None
    return Organization.objects.filter(pk=UUID(held["organization"])).first()


def enter(request: HttpRequest) -> None:
    """Activates the opened organization's schema for a page of the admin."""
    organization = opened(request)
    request.staff_organization = organization  # type: ignore[attr-defined]
    if organization is not None:
        connection.set_tenant(organization)
