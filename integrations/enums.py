"""Words of the integrations app."""

from django.db import models


class ConnectionStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    NEEDS_RECONNECT = "needs_reconnect", "Needs reconnecting"
    DISABLED = "disabled", "Disabled"
    # The row stays, without its secret, because sources and their snapshots point to it.
    DELETED = "deleted", "Deleted"


class AuthKind(models.TextChoices):
    """How a connection proves itself to the platform; the manifest's own words."""

    OAUTH2 = "oauth2", "OAuth 2"
    CLIENT_CREDENTIALS = "client_credentials", "Client credentials"
    BEARER = "bearer", "Access token"
    API_KEY = "api_key", "API key"
    BASIC = "basic", "User name and password"
    NONE = "none", "No sign-in"


class PlatformStatus(models.TextChoices):
    AVAILABLE = "available", "Available"
    RETIRED = "retired", "Retired"
