"""Cookies, CSP, body limits, outgoing requests."""

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from listbackup.settings import env
from listbackup.settings.base import BASE_DOMAIN

_HTTPS = BASE_DOMAIN != "localhost"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
SESSION_COOKIE_AGE = 14 * 86400
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "listbackup.core.web.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
# The staff's admin is drawn by Alpine, which compiles its expressions, and colours itself in a style element.
# Still no script that is not a file of ours, and nothing of other hosts.
ADMIN_CONTENT_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
REQUEST_BODY_LIMIT = 5 * 1024 * 1024  # bytes; larger requests are refused with 413 before they are read
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Outgoing requests of connectors.
ALLOWED_PRIVATE_HOSTS = frozenset(env.hosts("ALLOWED_PRIVATE_HOSTS"))
PLATFORM_HOSTS = env.json_object("PLATFORM_HOSTS")
_NOT_SETTINGS = {"BASE_DOMAIN", "NONCE", "NONE", "SELF", "UNSAFE_EVAL", "UNSAFE_INLINE"}
__all__ = [name for name in dir() if name.isupper() and name not in _NOT_SETTINGS]
