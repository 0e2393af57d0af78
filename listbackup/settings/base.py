"""Paths, database, templates, time."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from listbackup.embedded import paths
from listbackup.settings import env

BASE_DIR = env.BASE_DIR
VAR_DIR = env.VAR_DIR
VERSION = "0.1.0"

DEBUG = env.boolean("DEBUG", False)
SECRET_KEY = env.local_secret("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = env.local_secret("FIELD_ENCRYPTION_KEYS", encode="base64").split(",")
BASE_DOMAIN = env.text("BASE_DOMAIN", "localhost")
PUBLIC_URL = env.text("PUBLIC_URL", f"https://{BASE_DOMAIN}" if BASE_DOMAIN != "localhost" else "http://localhost:8000")
# The dashboard's and the API's own hosts. Portals have others, which are looked up: domains/middleware.py refuses the rest.
APP_HOSTS = list({BASE_DOMAIN, urlsplit(PUBLIC_URL).hostname or BASE_DOMAIN, *env.hosts("ALLOWED_HOSTS")})
if BASE_DOMAIN == "localhost":
    APP_HOSTS += ["127.0.0.1", "[::1]"]
ALLOWED_HOSTS = ["*"]
# Every account's portal is <slug>.PORTAL_DOMAIN unless it has a name of its own, whose CNAME leads here.
PORTAL_DOMAIN = env.text("PORTAL_DOMAIN", f"portal.{BASE_DOMAIN}")

ROOT_URLCONF = "listbackup.urls"
PORTAL_URLCONF = "clients.portal.urls"
ASGI_APPLICATION = "listbackup.asgi.application"
WSGI_APPLICATION = "listbackup.wsgi.application"


def _database() -> dict[str, object]:
    # Under ASGI every request has a thread of its own, so that connections live in a pool instead of in the thread.
    pooled = env.boolean("DATABASE_POOL", False)
    pool = {"pool": {"min_size": 1, "max_size": env.integer("DATABASE_POOL_SIZE", 20), "timeout": 10}} if pooled else {}
    common: dict[str, object] = {
        "ENGINE": "django_tenants.postgresql_backend",
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0 if pooled else 60,
        "OPTIONS": {"connect_timeout": 5, **pool},
    }
    url = env.text("DATABASE_URL")
    if not url:
        host = env.text("LB_PG_SOCKET", str(paths.postgres_socket_dir()))
        return common | {"NAME": "listbackup", "USER": "listbackup", "HOST": host}
    import environ

    try:
        parsed = environ.Env.db_url_config(env.url("DATABASE_URL", url, {"postgres", "postgresql"}))
    except (ValueError, ImproperlyConfigured):
        raise SystemExit("DATABASE_URL is wrong: expected postgresql://user:password@host:5432/name") from None
    return parsed | common | {"OPTIONS": parsed.get("OPTIONS", {}) | common["OPTIONS"]}  # type: ignore[operator]


DATABASES = {"default": _database()}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.web.context.frame",
                "clients.portal.pages.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]
