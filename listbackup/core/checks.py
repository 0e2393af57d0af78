"""System checks of our own settings, with ids."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import Error, register


@register()
def encryption_keys(app_configs: Any, **kwargs: Any) -> list[Error]:
    """listbackup.E001: every key of FIELD_ENCRYPTION_KEYS must be a Fernet key."""
    try:
        for key in settings.FIELD_ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        return [
            Error(
                "FIELD_ENCRYPTION_KEYS is wrong: expected url-safe base64 keys of 32 bytes, comma separated",
                hint="python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
                id="listbackup.E001",
            )
        ]
    return []
