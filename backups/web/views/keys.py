"""Settings, keys: the versions of the account's key, who holds what wraps them, and the recovery kit."""

from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import (
    is_reauthentication_required,
    raise_if_reauthentication_required,
)
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.selectors import keys as selectors
from backups.services import keys
from backups.services.recovery_kit import recovery_kit
from backups.store.errors import KeyUnavailable
from backups.web.forms.keys import HolderForm
from listbackup.core.errors import InvalidInput
from listbackup.core.web.downloads import Download, streamed


class _KeysPage(AccountPage):
    def page(self, request: HttpRequest, form: HolderForm | None = None, *, status: int = 200) -> HttpResponse:
        holder = selectors.holder(self.context)
        context = {
            "page": page_of(request, selectors.key_versions(self.context)),
            "holder": holder,
            "recovery": selectors.recovery_row(self.context),
            "form": form or HolderForm(initial={"arn": request.GET.get("arn", holder.key)[:290]}),
        }
        return render(request, "backups/keys.html", context, status=status)


class KeysPage(_KeysPage):
    """POST makes a new version of the account's key."""

    permissions = {"get": "key.view", "post": "key.rotate"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        made = keys.rotate(self.context)
        messages.success(request, f"Version {made.version} is made. Backups that start now use it.")
        return redirect("keys:list")


class KeyHolderPage(_KeysPage):
    """POST chooses who holds the wrapping key, after the person has proved again who they are."""

    permissions = {"post": "key.choose_holder"}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = HolderForm(request.POST)
        if form.is_valid() and is_reauthentication_required(request, app="account"):
            # Not resumed by itself: back to the form with what was typed, so that the person presses the button knowingly.
            back = f"{reverse('keys:list')}?{urlencode({'arn': form.cleaned_data['arn']})}"
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")
        if form.is_valid():
            try:
                keys.choose_holder(self.context, form.cleaned_data["arn"])
            except (InvalidInput, KeyUnavailable) as error:
                form.add_error("arn", f"{error.message} {error.remedy}")
            else:
                messages.success(request, "All keys of the account are wrapped by it now.")
                return redirect("keys:list")
        return self.page(request, form, status=400)


class RecoveryKitPage(AccountPage):
    """The kit as a PDF, after the person has proved again who they are."""

    permissions = {"get": "recovery_key.view"}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        raise_if_reauthentication_required(request, app="account")
        made = recovery_kit(self.context)
        return streamed(request, Download("recovery-kit.pdf", "application/pdf", iter([made]), size=len(made)))
