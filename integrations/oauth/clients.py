"""Our own OAuth application at each platform, and the address that platforms send people back to."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from integrations.errors import PlatformNotConfigured


@dataclass(frozen=True, slots=True)
class OAuthClient:
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


def redirect_uri(platform: str) -> str:
    """One callback a platform, so that one platform's answer can never be taken for another's."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/api/v1/integrations/oauth/callback/{platform}"


def is_configured(platform: str) -> bool:
    return _key(platform) in settings.PLATFORM_CLIENTS


def client_of(platform: str, name: str = "") -> OAuthClient:
    """Raises PlatformNotConfigured when the operator has set no client id."""
    found = settings.PLATFORM_CLIENTS.get(_key(platform))
    if found is None:
        variable = f"PLATFORM_{_key(platform).upper()}_CLIENT_ID"
        raise PlatformNotConfigured(
            f"Sign-in at {name or platform} is not set up on this server.",
            remedy=f"The operator sets {variable} and its secret. Until then connect with an access token.",
        )
    return OAuthClient(client_id=found[0], client_secret=found[1], redirect_uri=redirect_uri(platform))


def browser_url(url: str) -> str:
    """`url` as a browser must open it: hosts of PLATFORM_HOSTS lead to their imitations there too."""
    parts = urlsplit(url)
    target = settings.PLATFORM_HOSTS.get(parts.netloc)
    if target is None:
        return url
    instead = urlsplit(target)
    return urlunsplit(
        (instead.scheme, instead.netloc, instead.path.rstrip("/") + parts.path, parts.query, parts.fragment)
    )


def _key(platform: str) -> str:
    return platform.replace("-", "_").lower()
