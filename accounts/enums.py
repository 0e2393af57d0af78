"""Words of the accounts app."""

from django.db import models


class Role(models.TextChoices):
    """What a person may do in an account and everything below it; strongest first."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"

    @property
    def rank(self) -> int:
        """0 for viewer to 3 for owner."""
        return [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER].index(self)


class AccountStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    CLOSING = "closing", "Being deleted"
    ERASED = "erased", "Deleted"


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"


class Theme(models.TextChoices):
    SYSTEM = "system", "Like the system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class Scope(models.TextChoices):
    """What an API token may be used for, on top of its person's role."""

    DATA_READ = "data:read", "Read everything: records, snapshots, exports, settings"
    JOBS_RUN = "jobs:run", "Run jobs and see how they went, but never read data"
    CONFIG_WRITE = "config:write", "Add and change connections, sources and groups"
    ACCOUNT_ADMIN = "account:admin", "Manage accounts, members and teams"
    ACTIVITY_READ = "activity:read", "Read the activity log"


class Via(models.TextChoices):
    """The entrance through which an account context came to be."""

    SESSION = "session", "Dashboard"
    API = "api", "API"
    TOKEN = "token", "API token"
    TASK = "task", "Background"
    SOCKET = "socket", "Live"
    COMMAND = "command", "Command line"
    PORTAL = "portal", "Client portal"
