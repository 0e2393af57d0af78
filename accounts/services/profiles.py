"""What people say about themselves, and what they prefer."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.access.resolve import context_for
from accounts.enums import Theme, Via
from accounts.errors import AccountNotFound
from accounts.models import User
from accounts.services.hierarchy import check_time_zone
from accounts.services.person_activity import note
from listbackup.core.errors import InvalidInput
from listbackup.core.text import one_line

LANGUAGES = {"en": "English"}
CHANNELS = {"email": "E-mail"}
PROFILE = ("name", "time zone", "language")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of news; `default` channels are on until the person says otherwise."""

    name: str
    label: str
    default: tuple[str, ...] = ("email",)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("backup_failed", "A backup failed for good"),
        Kind("verification_failed", "A snapshot cannot be read"),
        Kind("connection_needs_reconnect", "A connection must be renewed"),
        Kind("account_closing", "An account is going to be deleted"),
    )
}


@transaction.atomic
def update_profile(
    user: User, *, name: str | None = None, time_zone: str | None = None, language: str | None = None
) -> User:
    """Changes what is given. Raises InvalidInput."""
    before = (user.name, user.time_zone, user.language)
    if name is not None:
        user.name = one_line(name, 150)
    if time_zone is not None:
        user.time_zone = check_time_zone(time_zone)
    if language is not None:
        if language not in LANGUAGES:
            raise InvalidInput("This language is not there.", fields={"language": [f"One of {', '.join(LANGUAGES)}."]})
        user.language = language
    user.save(update_fields=["name", "time_zone", "language"])
    after = (user.name, user.time_zone, user.language)
    changed = [what for what, old, new in zip(PROFILE, before, after, strict=True) if old != new]
    if changed:
        note(user, "person.profile_changed", changed=", ".join(changed))
    return user


def notifications_of(user: User) -> dict[str, list[str]]:
    """The channels by which the person hears of each kind."""
    chosen = user.preferences.get("notifications", {})
    return {kind.name: chosen.get(kind.name, list(kind.default)) for kind in KINDS.values()}


def wants(user: User, kind: str, channel: str = "email") -> bool:
    return channel in notifications_of(user)[kind]


@transaction.atomic
def update_settings(
    user: User,
    *,
    theme: str | None = None,
    notifications: dict[str, list[str]] | None = None,
    default_account: Any = ...,
) -> User:
    """Changes what is given; `default_account` None means the account entered last. Raises InvalidInput."""
    if theme is not None:
        if theme not in Theme.values:
            raise InvalidInput("There is no such theme.", fields={"theme": [f"One of {', '.join(Theme.values)}."]})
        user.theme = theme
    if notifications is not None:
        user.preferences = {**user.preferences, "notifications": _checked(user, notifications)}
    if default_account is None:
        user.default_account = None
    elif default_account is not ...:
        try:
            user.default_account = context_for(user, default_account, via=Via.API).account
        except AccountNotFound:
            raise InvalidInput(
                "You cannot enter this account.", fields={"default_account": ["Choose one of your accounts."]}
            ) from None
    user.save(update_fields=["theme", "preferences", "default_account"])
    if notifications is not None:
        note(user, "person.preferences_changed", changed="notifications")
    return user


def _checked(user: User, given: dict[str, list[str]]) -> dict[str, list[str]]:
    unknown = set(given) - set(KINDS)
    if unknown or any(set(channels) - set(CHANNELS) for channels in given.values()):
        told = f"Kinds: {', '.join(KINDS)}. Channels: {', '.join(CHANNELS)}."
        raise InvalidInput("Unknown kind or channel.", fields={"notifications": [told]})
    return notifications_of(user) | {name: sorted(set(channels)) for name, channels in given.items()}
