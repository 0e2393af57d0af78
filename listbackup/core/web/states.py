"""How a state looks and reads: one tone, one icon, one word, everywhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    tone: str  # protected | running | attention | failed | paused
    icon: str
    word: str


LOOKS: dict[str, Look] = {
    "protected": Look("protected", "protected", "Protected"),
    "succeeded": Look("protected", "succeeded", "Succeeded"),
    "done": Look("protected", "succeeded", "Done"),
    "complete": Look("protected", "succeeded", "Complete"),
    "active": Look("protected", "active", "Active"),
    "verified": Look("protected", "protected", "Verified"),
    "running": Look("running", "running", "Running"),
    "verifying": Look("running", "running", "Verifying"),
    "cancelling": Look("running", "running", "Cancelling"),
    "queued": Look("running", "queued", "Queued"),
    "waiting": Look("running", "waiting", "Waiting"),
    "pending": Look("running", "queued", "Pending"),
    "attention": Look("attention", "attention", "Needs attention"),
    "partial": Look("attention", "partial", "Partial"),
    "needs_reconnect": Look("attention", "needs_reconnect", "Reconnect"),
    "suspicious": Look("attention", "attention", "Please check"),
    "expired": Look("attention", "attention", "Expired"),
    "failed": Look("failed", "failed", "Failed"),
    "dead": Look("failed", "failed", "Given up"),
    "damaged": Look("failed", "failed", "Damaged"),
    "revoked": Look("failed", "needs_reconnect", "Revoked"),
    "paused": Look("paused", "paused", "Paused"),
    "cancelled": Look("paused", "cancelled", "Cancelled"),
    "disabled": Look("paused", "paused", "Switched off"),
    "archived": Look("paused", "archive", "Archived"),
    "retired": Look("paused", "archive", "Retired"),
    "erased": Look("paused", "delete", "Erased"),
    "deleted": Look("paused", "delete", "Deleted"),
    "skipped": Look("paused", "cancelled", "Skipped"),
    "unknown": Look("paused", "unknown", "Unknown"),
}


def look_of(state: object) -> Look:
    """The look of a state's value (`"running"`, an enum member, None). A state we do not know keeps its own word."""
    value = str(getattr(state, "value", state) or "unknown")
    found = LOOKS.get(value)
    if found is None:
        found = Look("paused", "unknown", value.replace("_", " ").capitalize())
    return found
