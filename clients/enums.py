"""Words of the clients app."""

from django.db import models


class ClientStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    ARCHIVED = "archived", "Archived"


class PersonStatus(models.TextChoices):
    INVITED = "invited", "Invited"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"


class Permission(models.TextChoices):
    """What a client may do with what is shared; each includes nothing of the others but `view`."""

    VIEW = "view", "See sources, snapshots and records"
    SEARCH = "search", "Search records"
    DOWNLOAD = "download", "Download"
    REQUEST_RESTORE = "request_restore", "Ask for a download or for records to be put back"
    RESTORE = "restore", "Have records put back without being asked first"


class GrantKind(models.TextChoices):
    ACCOUNT = "account", "Account"
    SOURCE = "source", "Source"
    GROUP = "group", "Source group"


class StaffAccess(models.TextChoices):
    """What the agency's own people may open of the sources that are shared with a client; the client decides."""

    BROWSE = "browse", "Health and records"
    HEALTH = "health", "Health only"


class RequestKind(models.TextChoices):
    DOWNLOAD = "download", "Download"
    RESTORE = "restore", "Put back"


class RequestState(models.TextChoices):
    """What was decided. How far an approved download is, its job says."""

    WAITING = "waiting", "Waiting for approval"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Taken back"
    DONE = "done", "Put back"


class Decision(models.TextChoices):
    """The agency's word on a request; DONE: an approved one's records are put back."""

    APPROVE = "approve", "Approve"
    DECLINE = "decline", "Decline"
    DONE = "done", "It is put back"


class LinkPurpose(models.TextChoices):
    INVITATION = "invitation", "Invitation"
    SIGN_IN = "sign_in", "Sign-in"
    PASSWORD = "password", "New password"


class ImageKind(models.TextChoices):
    LOGO = "logo", "Logo on light ground"
    LOGO_DARK = "logo_dark", "Logo on dark ground"
    ICON = "icon", "Icon of the browser's tab"


OPEN_REQUESTS = (RequestState.WAITING, RequestState.APPROVED)
