"""DRF and the OpenAPI document."""

from listbackup.settings import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.access.authentication.ApiTokenAuthentication",
        "accounts.access.authentication.BearerAuthentication",
        "accounts.access.authentication.BrowserSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.access.permission.ContextPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["listbackup.core.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "listbackup.core.api.cursors.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "listbackup.core.api.problems.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min", "user": "1200/min"},
    # As in sign-in: without it X-Forwarded-For is believed, and whoever changes it with each call has no limit.
    "NUM_PROXIES": env.integer("TRUSTED_PROXY_COUNT", 0),
    "PAGE_SIZE": 50,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ListBackup API",
    "DESCRIPTION": "Back up, look into and restore the data of the platforms a company runs on.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "GET_LIB_DOC_EXCLUDES": "accounts.access.api.undocumented",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SourceStatus": "backups.enums.SourceStatus",
        "GroupStatus": "backups.enums.GroupStatus",
        "SnapshotStatus": "backups.enums.SnapshotStatus",
        "ConnectionStatus": "integrations.enums.ConnectionStatus",
        "AccountStatus": "accounts.enums.AccountStatus",
        "Role": "accounts.enums.Role",
        "JoiningRole": "accounts.sso.enums.JOINING_ROLES",
        "IdentityProviderKind": "accounts.sso.enums.ProviderKind",
        "TeamRole": "teams.enums.TeamRole",
        "JobState": "backups.enums.JobState",
        "PlatformOffer": "integrations.api.serializers.platforms.OFFERS",
        "ClientStatus": "clients.enums.ClientStatus",
        "ClientPersonStatus": "clients.enums.PersonStatus",
        "ClientGrantKind": "clients.enums.GrantKind",
        "RestoreRequestKind": "clients.enums.RequestKind",
        "RestoreRequestState": "clients.enums.RequestState",
        "ComponentStatus": "listbackup.status.health.STATUSES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "listbackup.core.api.schema.add_problem_responses",
    ],
}
