"""Settings of accounts: declared once, inherited from the account above unless set."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Account
from listbackup.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Setting:
    """`choices` are the values it takes, the default first."""

    name: str
    label: str
    help: str
    choices: tuple[tuple[Any, str], ...]

    @property
    def default(self) -> Any:
        return self.choices[0][0]


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "default_schedule",
            "Schedule of new sources",
            "What the form suggests; each source may have its own.",
            (
                ("daily", "Every day"),
                ("hourly", "Every hour"),
                ("weekly:sun", "Every week"),
                ("manual", "By hand only"),
            ),
        ),
        Setting(
            "retention",
            "How long snapshots are kept",
            "The newest and the last good one always stay; each source may have rules of its own.",
            (
                ("all", "All of them, for ever"),
                ("days=30 daily=90 weekly=52 monthly=120", "30 days all, then daily, weekly and monthly for 10 years"),
                ("days=30 daily=90 weekly=52", "30 days all, daily for 90 days, weekly for a year"),
                ("days=90", "90 days"),
                ("days=30", "30 days"),
            ),
        ),
        Setting(
            "warn_on_failure",
            "Mail when a backup fails",
            "To owners and admins of the account and of those above it.",
            ((True, "Yes"), (False, "No")),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting's value and the account it comes from; `origin` None: nobody set it."""

    setting: Setting
    value: Any
    origin: Account | None

    @property
    def label(self) -> str:
        return dict(self.setting.choices)[self.value]


def effective_settings(account: Account) -> list[Effective]:
    """Every setting as it holds for the account: its own value, or the nearest one above. One query."""
    nodes = list(Account.objects.filter(pk__in=account.ancestor_ids).order_by("-level"))
    found = []
    for setting in SETTINGS.values():
        origin = next((node for node in nodes if setting.name in node.settings), None)
        found.append(Effective(setting, origin.settings[setting.name] if origin else setting.default, origin))
    return found


def setting_of(account: Account, name: str) -> Any:
    return next(one.value for one in effective_settings(account) if one.setting.name == name)


def merged(own: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The account's own settings after the changes; None means inherited again. Raises InvalidInput."""
    result = dict(own)
    for name, value in changes.items():
        setting = SETTINGS.get(name)
        if setting is None:
            raise InvalidInput(
                f"There is no setting {name[:60]!r}.", fields={"settings": [f"Choose from {', '.join(SETTINGS)}."]}
            )
        if value is None:
            result.pop(name, None)
        elif any(value == one and isinstance(value, type(one)) for one, _ in setting.choices):
            result[name] = value
        else:
            allowed = ", ".join(str(one) for one, _ in setting.choices)
            raise InvalidInput(
                f"{setting.label}: not a possible value.", fields={"settings": [f"{name}: one of {allowed}."]}
            )
    return result
