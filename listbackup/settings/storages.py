"""Static files, snapshots, replica, scratch and mail."""

from urllib.parse import parse_qs, urlsplit

from listbackup.settings import env
from listbackup.settings.base import BASE_DIR, VAR_DIR

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

SNAPSHOT_STORAGE_URL = env.url("SNAPSHOT_STORAGE_URL", f"file://{VAR_DIR / 'snapshots'}", {"file", "s3"})
SCRATCH_STORAGE_URL = env.url("SCRATCH_STORAGE_URL", f"file://{VAR_DIR / 'scratch'}", {"file", "s3"})

# S3 object lock: days for which no object that a snapshot needs can be deleted, extended while it is needed; 0: no locks.
SNAPSHOT_LOCK_DAYS = env.integer("SNAPSHOT_LOCK_DAYS", 0)
SNAPSHOT_LOCK_MODE = env.text("SNAPSHOT_LOCK_MODE", "GOVERNANCE")

# A second storage that everything is copied to, with credentials of its own; none when empty.
REPLICA_STORAGE_URL = env.url("REPLICA_STORAGE_URL", "", {"", "file", "s3"})
REPLICA_ACCESS_KEY_ID = env.text("REPLICA_ACCESS_KEY_ID")
REPLICA_SECRET_ACCESS_KEY = env.text("REPLICA_SECRET_ACCESS_KEY")


def _storage(url: str) -> dict[str, object]:
    """A Django storage for `file:///folder` or `s3://bucket/prefix?endpoint_url=...&region_name=...`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": parts.path}}
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "signature_version": "s3v4",
            "addressing_style": query.get("addressing_style", "path"),
            "region_name": query.get("region_name", "us-east-1"),
            "file_overwrite": False,
            **({"endpoint_url": query["endpoint_url"]} if "endpoint_url" in query else {}),
        },
    }


STORAGES = {
    "default": _storage(SCRATCH_STORAGE_URL),
    "snapshots": _storage(SNAPSHOT_STORAGE_URL),
    "scratch": _storage(SCRATCH_STORAGE_URL),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# `up` and the tests serve the source files; production runs collectstatic.
if env.boolean("STATIC_FROM_SOURCE", False):
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    STATIC_ROOT = None  # type: ignore[assignment]
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = False

MASTER_KEY = env.local_secret("MASTER_KEY", encode="base64")
# With it new keys are wrapped by AWS KMS instead; the former ones (comma separated) still open while `rotate_keys` runs.
KMS_KEY_ID = env.text("KMS_KEY_ID")
KMS_FORMER_KEY_IDS = env.text("KMS_FORMER_KEY_IDS")
KMS_REGION = env.text("KMS_REGION", "us-east-1")
KMS_ENDPOINT_URL = env.text("KMS_ENDPOINT_URL")

EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "ListBackup <hello@listbackup.example>")
_MAIL = env.text("EMAIL_URL")
if _MAIL:
    import environ

    vars().update(environ.Env.email_url_config(_MAIL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
__all__ = [name for name in dir() if name.isupper() and name not in {"BASE_DIR", "VAR_DIR"}]
