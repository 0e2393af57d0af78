"""A member looks at the portal as one client sees it: marked, written down, and able to do nothing."""

import datetime as dt
import secrets

from django.core import signing
from django.core.cache import cache
from django.db import transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.models import Account, User
from clients.enums import ClientStatus
from clients.errors import ClientArchived, LinkGone
from clients.models import Client, PortalSession
from clients.services.sessions import open_session
from domains.selectors.hosts import portal_url

SALT = "clients.preview"
LIFETIME = dt.timedelta(minutes=1)


def preview_address(context: AccountContext, client: Client) -> str:
    """Where the member is sent; the address works once, within a minute. Raises ClientArchived."""
    if context.user is None:
        raise TypeError("a preview is somebody's")
    if client.status != ClientStatus.ACTIVE:
        raise ClientArchived(f"{client.name} is {client.get_status_display().lower()}: it sees nothing.")
    said = {"client": str(client.pk), "user": str(context.user.pk), "once": secrets.token_hex(8)}
    record(context, "client.previewed", client)
    return portal_url(client.account, f"/preview/{signing.dumps(said, salt=SALT)}/")


@transaction.atomic
def redeem(account: Account, token: str, *, host: str) -> tuple[PortalSession, str]:
    """(the preview's sign-in, its secret). Raises LinkGone."""
    gone = LinkGone("This preview is over.", remedy="Open it again from the client's page.")
    try:
        said = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        raise gone from None
    client = Client.objects.filter(pk=said["client"], account=account).select_related("account__organization").first()
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if client is None or user is None or not client.is_active or not cache.add(f"preview:{said['once']}", 1, 120):
        raise gone
    return open_session(client, None, host=host, previewer=user)
