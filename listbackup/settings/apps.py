"""Which app lives where: public schema or the organization's."""

SHARED_APPS = [
    "django_tenants",
    "accounts",
    "accounts.outbox",
    "accounts.sso",
    "integrations.directory",
    "backups.schedule",
    "domains",
    "listbackup.core.web.apps.CoreWebConfig",
    "listbackup",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.microsoft",
    "allauth.usersessions",
    "allauth.headless",
    "django_celery_beat",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "channels",
    "csp",
]
TENANT_APPS = [
    "accounts.activity",
    "integrations",
    "backups",
    "teams",
    "clients",
]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS

TENANT_MODEL = "accounts.Organization"
TENANT_DOMAIN_MODEL = "domains.Domain"
TENANT_LIMIT_SET_CALLS = True
PUBLIC_SCHEMA_NAME = "public"
# Names the database schema that new organizations are copied from; never a tenant of its own.
TEMPLATE_SCHEMA = "lb_template_schema"

MIDDLEWARE = [
    # Order matters; listbackup/middleware.py says why.
    "django_structlog.middlewares.RequestMiddleware",
    "listbackup.middleware.CorrelationMiddleware",
    "domains.middleware.PortalHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "listbackup.middleware.ContentPolicyMiddleware",
    "listbackup.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.access.middleware.AccountContextMiddleware",
    "listbackup.core.web.errors.ErrorPageMiddleware",
]
