"""Settings by topic. Read top down: later files may use earlier ones."""

from listbackup.settings.api import *  # noqa: F403
from listbackup.settings.apps import *  # noqa: F403
from listbackup.settings.auth import *  # noqa: F403
from listbackup.settings.base import *  # noqa: F403
from listbackup.settings.logging import *  # noqa: F403
from listbackup.settings.platforms import *  # noqa: F403
from listbackup.settings.queues import *  # noqa: F403
from listbackup.settings.security import *  # noqa: F403
from listbackup.settings.storages import *  # noqa: F403
