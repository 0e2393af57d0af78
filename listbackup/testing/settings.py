"""Settings of the tests: a data folder of their own (never `var/`), source static files, quick password hashes."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("LB_VAR", str(Path(tempfile.gettempdir()) / f"listbackup-tests-{os.getuid()}"))
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # services and caches of its own for each process of the suite
    folder = Path(os.environ["LB_VAR"])
    os.environ["LB_VAR"] = str(folder if folder.name == worker else folder / worker)
os.environ.setdefault("STATIC_FROM_SOURCE", "1")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("LOG_FORMAT", "console")
os.environ.setdefault("ALLOWED_PRIVATE_HOSTS", "127.0.0.1,localhost")

from listbackup.settings import *  # noqa: F403

APP_HOSTS = ["localhost", "127.0.0.1", "testserver"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Bells ring for nobody: tests call the tasks that they are about.
CELERY_BROKER_URL = "memory://"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}  # noqa: F405
# Nobody: tests that ask the name service serve a zone of their own (`listbackup.testing.name_server`).
NAME_SERVERS = ["127.0.0.1:9"]
NAME_SERVICE_SECONDS = 0.3
