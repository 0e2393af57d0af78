"""Forms of the agency's pages about clients."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from accounts.access.context import AccountContext
from accounts.access.resolve import open_accounts
from backups.selectors.groups import groups_of
from backups.selectors.sources import sources_of
from clients.enums import ImageKind, Permission
from clients.models import Client, PortalBranding
from clients.services.branding import MOST_LINKS

MOST_CHOICES = 300


class _BesideOthers(forms.Form):
    """Several forms stand on one page: each field's id begins with `ids`."""

    ids = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.ids}-%s", **kwargs})


class ClientForm(forms.Form):
    name = forms.CharField(max_length=150)
    contact_email = forms.EmailField(label="E-mail of the contact", required=False)
    note = forms.CharField(
        required=False, max_length=2000, help_text="Only your people see it.", widget=forms.Textarea(attrs={"rows": 2})
    )


class PersonForm(_BesideOthers):
    ids = "person"

    email = forms.EmailField(label="E-mail")
    name = forms.CharField(max_length=150, required=False)
    message = forms.CharField(required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PermissionsForm(_BesideOthers):
    ids = "may"

    permissions = forms.MultipleChoiceField(
        label="This client may", choices=Permission.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class GrantForm(_BesideOthers):
    """One list for accounts, groups and sources: the value says which (`source:<id>`)."""

    ids = "share"

    what = forms.ChoiceField(label="Share")
    permissions = forms.MultipleChoiceField(
        label="Less than the client may otherwise",
        choices=Permission.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Tick nothing to allow what the client may.",
    )
    since = forms.DateField(
        label="No copies taken before", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="Ends after", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="Empty: it stays."
    )

    def __init__(self, *args: Any, context: AccountContext, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        path = client.account.path
        sources = sources_of(context).filter(account__path__startswith=path)[:MOST_CHOICES]
        groups = groups_of(context).filter(account__path__startswith=path)[:MOST_CHOICES]
        accounts = open_accounts().filter(path__startswith=path).order_by("path")[:MOST_CHOICES]
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("", "Choose …"),
            ("Sources", [(f"source:{one.pk}", one.name) for one in sources]),
            ("Groups", [(f"group:{one.pk}", one.name) for one in groups]),
            ("Whole accounts", [(f"account:{one.pk}", one.name) for one in accounts]),
        ]

    def terms(self) -> dict[str, Any]:
        """permissions, since and expires_at, the dates as whole days of the person's zone."""
        given, zone = self.cleaned_data, timezone.get_current_timezone()
        since, until = given["since"], given["until"]
        return {
            "permissions": given["permissions"] or None,
            "since": dt.datetime.combine(since, dt.time.min, zone) if since else None,
            "expires_at": dt.datetime.combine(until, dt.time.max, zone) if until else None,
        }


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="Your answer", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class BrandingForm(forms.Form):
    name = forms.CharField(label="Name of the portal", max_length=80, required=False)
    colour = forms.CharField(label="Colour on white", max_length=7, required=False, help_text="Such as #0b6456.")
    colour_dark = forms.CharField(
        label="Colour on black", max_length=7, required=False, help_text="For the dark theme."
    )
    sign_in_text = forms.CharField(
        label="Text above the sign-in", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    support_email = forms.EmailField(label="Support, e-mail", required=False)
    support_url = forms.URLField(label="Support, page", required=False, assume_scheme="https")
    mail_sender = forms.CharField(label="Name that mails come from", max_length=80, required=False)
    links = forms.CharField(
        label="Links in the footer",
        required=False,
        help_text=f"One a line: label, then the address. At most {MOST_LINKS}.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    legal_text = forms.CharField(
        label="Legal page", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    show_our_name = forms.ChoiceField(
        label="“Protected with ListBackup” in the footer",
        required=False,
        choices=[("", "As the account above"), ("yes", "Show"), ("no", "Hide")],
    )

    @classmethod
    def of(cls, row: PortalBranding) -> "BrandingForm":
        shown = {True: "yes", False: "no", None: ""}[row.show_our_name]
        links = "\n".join(f"{link['label']} {link['url']}" for link in row.footer_links)
        names = [name for name in cls.base_fields if name not in ("links", "show_our_name")]
        return cls(initial={**{name: getattr(row, name) for name in names}, "links": links, "show_our_name": shown})

    def given(self) -> dict[str, Any]:
        """As `update_branding` takes it."""
        values = dict(self.cleaned_data)
        lines = [line.split() for line in values.pop("links").splitlines() if line.strip()]
        values["footer_links"] = [{"label": " ".join(words[:-1]), "url": words[-1]} for words in lines]
        values["show_our_name"] = {"yes": True, "no": False}.get(values["show_our_name"])
        return values


class ImageForm(forms.Form):
    kind = forms.ChoiceField(choices=ImageKind.choices)
    file = forms.ImageField(label="Picture", required=False, help_text="PNG, JPEG, WebP or GIF, at most 5 MB.")
