"""Places on our pages that apps above fill: they register here at start, because we may not import them."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.access.context import AccountContext
from integrations.models import Connection

Panel = Callable[[HttpRequest, AccountContext, Connection], SafeString]
_PANELS: list[Panel] = []


def register_connection_panel(panel: Panel) -> None:
    """Adds a panel to every connection's page; it returns finished HTML, or '' when it has nothing to say."""
    if panel not in _PANELS:
        _PANELS.append(panel)


def connection_panels(request: HttpRequest, context: AccountContext, connection: Connection) -> list[SafeString]:
    return [html for panel in _PANELS if (html := panel(request, context, connection))]
