"""Forms of single sign-on."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms

from accounts.access.context import AccountContext
from accounts.models import User
from accounts.sso.enums import ProviderKind
from accounts.sso.models import IdentityProvider
from accounts.sso.selectors import requirement
from accounts.sso.services import providers


class PasswordResetForm(ResetPasswordForm):  # type: ignore[misc]
    """allauth's, for those who have a password to reset."""

    def clean_email(self) -> str:
        """Raises SsoRequired, which ends the request: a field's message could not lead to the way in."""
        requirement.refuse_password(self.cleaned_data["email"])
        return str(super().clean_email())


class FindForm(forms.Form):
    email = forms.EmailField(label="Work e-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class JoiningForm(forms.Form):
    """What every provider has: a name, and what people get who come by it for the first time."""

    name = forms.CharField(max_length=80, help_text="As people know it, such as Acme Login.")
    default_role = forms.ChoiceField(label="New people become", choices=[])
    account = forms.ChoiceField(label="New people join", choices=[])

    def __init__(self, *args: Any, context: AccountContext, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = [(str(one.pk), f"{'– ' * one.level}{one.name}") for one in providers.joinable_accounts(context)]
        self.fields["default_role"].choices = providers.joining_roles(context)  # type: ignore[attr-defined]
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]
        self.fields["default_role"].initial = "member"

    def joining(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"name": data["name"], "default_role": data["default_role"], "account_id": data["account"]}


class ProviderForm(JoiningForm):
    def __init__(self, *args: Any, provider: IdentityProvider, context: AccountContext, **kwargs: Any) -> None:
        initial = {"name": provider.name, "default_role": provider.default_role, "account": str(provider.account_id)}
        super().__init__(*args, context=context, initial=initial, **kwargs)
        choices = list(self.fields["default_role"].choices)  # type: ignore[attr-defined]
        if provider.default_role not in dict(choices):
            # Set by somebody with a stronger role: to be kept, not to be chosen anew.
            choices.append((provider.default_role, provider.get_default_role_display()))
            self.fields["default_role"].choices = choices  # type: ignore[attr-defined]


class OidcConnectionForm(forms.Form):
    issuer = forms.CharField(max_length=500, help_text="Such as https://login.acme.com. We read what it publishes.")
    client_id = forms.CharField(label="Client ID", max_length=190)
    secret = forms.CharField(
        label="Client secret",
        max_length=500,
        help_text="Kept encrypted, never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def connection(self) -> dict[str, Any]:
        """What the services take, read at the issuer. Raises InvalidInput."""
        data = self.cleaned_data
        given = {name: data[name] for name in ("issuer", "client_id", "secret")}
        return providers.read_connection(ProviderKind.OIDC, **given)


class SamlConnectionForm(forms.Form):
    metadata_url = forms.CharField(label="Metadata address", max_length=1000, required=False)
    metadata_xml = forms.CharField(
        label="Metadata XML",
        required=False,
        max_length=500_000,
        help_text="Only when there is no address.",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )

    def connection(self) -> dict[str, Any]:
        """What the services take, read from the metadata. Raises InvalidInput, also when nothing was given."""
        given = {name: self.cleaned_data[name] for name in ("metadata_url", "metadata_xml")}
        return providers.read_connection(ProviderKind.SAML, **given)


class OidcForm(JoiningForm, OidcConnectionForm):
    field_order = ["name", "issuer", "client_id", "secret", "default_role", "account"]


class SamlForm(JoiningForm, SamlConnectionForm):
    field_order = ["name", "metadata_url", "metadata_xml", "default_role", "account"]


class DomainForm(forms.Form):
    domain = forms.CharField(max_length=253, help_text="What stands behind the @, such as example.com.")


class RequirementForm(forms.Form):
    break_glass = forms.ChoiceField(
        label="Who may still use a password",
        required=False,
        choices=[],
        help_text="One owner, for the day when the identity provider is down. Give them a second factor.",
    )

    def __init__(self, *args: Any, owners: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Nobody"), *((str(one.pk), f"{one.get_full_name()} ({one.email})") for one in owners)]
        self.fields["break_glass"].choices = choices  # type: ignore[attr-defined]
