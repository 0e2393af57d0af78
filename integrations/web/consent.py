"""Forms that end at a platform's consent page."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse

from integrations.selectors.platforms import PlatformInfo


def allow_consent_page(response: HttpResponse, platform: PlatformInfo) -> HttpResponse:
    """Lets the page's forms lead to the platform's sign-in: browsers apply `form-action` to redirects as well."""
    if not platform.authorize_url:
        return response
    parts = urlsplit(platform.authorize_url)
    target = settings.PLATFORM_HOSTS.get(parts.netloc, f"{parts.scheme}://{parts.netloc}")
    origin = urlsplit(target)
    response._csp_update = {"form-action": [f"{origin.scheme}://{origin.netloc}"]}  # type: ignore[attr-defined]
    return response
