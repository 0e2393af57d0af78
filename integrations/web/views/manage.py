"""Changing a connection: test, rename, new key, reconnect, delete."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.pages import AccountPage
from integrations.enums import AuthKind
from integrations.errors import AuthKindNotOffered
from integrations.models import Connection
from integrations.oauth import flow
from integrations.selectors.connections import get_connection
from integrations.selectors.platforms import AuthOption, option_of, platform_of
from integrations.services import connections as service
from integrations.services.webhooks import renew_address, set_signing_secret
from integrations.web.forms.connections import DeleteForm, QuotaForm, RenameForm, ReplaceKeyForm, SigningSecretForm
from integrations.web.views.connections import connection_page
from listbackup.core.errors import ListBackupError, PlatformError


class TestPage(AccountPage):
    """A live call, its result on the connection's page."""

    permissions = {"post": "connection.test"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        try:
            check = service.test_connection(self.context, connection)
        except PlatformError as error:
            return connection_page(self, request, get_connection(self.context, pk), test_error=error)
        return connection_page(self, request, get_connection(self.context, pk), check=check)


class RenamePage(AccountPage):
    permissions = {"post": "connection.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        form = RenameForm(request.POST)
        if not form.is_valid():
            return connection_page(self, request, connection, rename_form=form, status=400)
        service.update_connection(self.context, connection, name=form.cleaned_data["name"])
        messages.success(request, "The connection was renamed.")
        return redirect("connections:detail", pk=pk)


class ReplaceKeyPage(AccountPage):
    """New credentials of the same account; the old ones stay until the new ones have worked."""

    permissions = {"get": "connection.update", "post": "connection.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        return self._page(request, connection, ReplaceKeyForm(option=_static_option(connection)))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        form = ReplaceKeyForm(request.POST, option=_static_option(connection))
        if not form.is_valid():
            return self._page(request, connection, form, status=400)
        try:
            service.update_connection(self.context, connection, secrets=form.secrets())
        except ListBackupError as error:
            form.take_errors(error.fields)
            return self._page(request, connection, form, status=error.status, error=error)
        messages.success(request, f"{connection.name} uses the new key.")
        return redirect("connections:detail", pk=pk)

    def _page(
        self,
        request: HttpRequest,
        connection: Connection,
        form: ReplaceKeyForm,
        *,
        status: int = 200,
        error: ListBackupError | None = None,
    ) -> HttpResponse:
        context = {"connection": connection, "platform": platform_of(connection), "form": form, "error": error}
        return render(request, "integrations/connection_key.html", context, status=status)


class ReconnectPage(AccountPage):
    """By the way it was connected: the platform's consent page, or the form for a new key.

    Also by GET, from the link in a mail: nothing changes before the person agrees at the platform.
    """

    permissions = {"get": "connection.update", "post": "connection.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.post(request, pk)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        if connection.auth_kind != AuthKind.OAUTH2:
            return redirect("connections:key", pk=pk)
        if connection.grant_id is not None:
            connection = get_connection(self.context, connection.grant_id)  # the agency's is the one that is given
        url = flow.start(
            self.context,
            platform=connection.platform,
            session_key=request.session.session_key,
            return_to=f"/connections/{connection.pk}/",
            connection=connection,
        )
        return redirect(url)


class QuotaPage(AccountPage):
    """How much of the platform's daily quota backups may use."""

    permissions = {"post": "connection.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        form = QuotaForm(request.POST)
        if not form.is_valid():
            return connection_page(self, request, connection, quota_form=form, status=400)
        service.update_connection(self.context, connection, quota_share=form.cleaned_data["quota_share"])
        messages.success(request, "The limit was saved. It counts from the next request on.")
        return redirect("connections:detail", pk=pk)


class WebhooksPage(AccountPage):
    """Turns webhooks on, gives a new address, or takes the secret that the platform signs with."""

    permissions = {"post": "connection.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        if "signing_secret" not in request.POST:
            renew_address(self.context, connection)
            messages.success(request, "The new address works now. Enter it at the platform.")
            return redirect("connections:detail", pk=pk)
        form = SigningSecretForm(request.POST)
        if not form.is_valid():
            return connection_page(self, request, connection, signing_form=form, status=400)
        set_signing_secret(self.context, connection, form.cleaned_data["signing_secret"])
        messages.success(request, "The signing secret was saved.")
        return redirect("connections:detail", pk=pk)


class DeletePage(AccountPage):
    permissions = {"get": "connection.delete", "post": "connection.delete"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        return self._page(request, connection, DeleteForm(name=connection.name))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        connection = get_connection(self.context, pk)
        form = DeleteForm(request.POST, name=connection.name)
        if not form.is_valid():
            return self._page(request, connection, form, status=400)
        service.delete_connection(self.context, connection)
        messages.success(request, f"{connection.name} was deleted. What was backed up stays.")
        return redirect("connections:list")

    def _page(
        self, request: HttpRequest, connection: Connection, form: DeleteForm, *, status: int = 200
    ) -> HttpResponse:
        context = {"connection": connection, "platform": platform_of(connection), "form": form}
        return render(request, "integrations/connection_delete.html", context, status=status)


def _static_option(connection: Connection) -> AuthOption:
    option = option_of(platform_of(connection), connection.auth_kind)
    if option is None or not option.fields:
        raise AuthKindNotOffered(f"{connection.name} holds no key.", remedy="Reconnect it instead.")
    return option
