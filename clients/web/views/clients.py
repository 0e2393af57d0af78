"""Clients: listed, made, changed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from accounts.access.rules import can
from clients.enums import RequestState
from clients.models import Client, ClientGrant
from clients.selectors.clients import (
    clients_of,
    get_client,
    get_grant,
    get_person,
    grants_of,
    log_of,
    people_of,
    requests_of,
)
from clients.services import clients, grants, people, preview, requests, second_factor
from clients.web.forms import ClientForm, GrantForm, PermissionsForm, PersonForm
from domains.selectors.hosts import portal_url
from listbackup.core.errors import Conflict, InvalidInput, NotFound, TooMany
from listbackup.core.web.forms import TypedNameForm, take_errors

LOG_SIZE = 50
SHARES: dict[str, Callable[..., ClientGrant]] = {
    "source": grants.grant_source,
    "group": grants.grant_group,
    "account": grants.grant_account,
}


class ClientListPage(AccountPage):
    """Who sees what; POST makes a client."""

    permissions = {"get": "client.view", "post": "client.create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ClientForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ClientForm(request.POST)
        if form.is_valid():
            try:
                client = clients.create_client(self.context, **form.cleaned_data)
            except (Conflict, InvalidInput) as error:
                take_errors(form, error.fields)
            else:
                messages.success(request, f"{client.name} is made. Share something, then invite its people.")
                return redirect("clients:detail", pk=client.pk)
        return self._page(request, form, status=400)

    def _page(self, request: HttpRequest, form: ClientForm, status: int = 200) -> HttpResponse:
        state, text = request.GET.get("status", ""), request.GET.get("q", "").strip()[:100]
        rows = clients_of(self.context, status=state, text=text)
        values = {
            "page": page_of(request, rows),
            "form": form,
            "q": text,
            "state": state,
            "waiting": requests_of(self.context).filter(state=RequestState.WAITING).count(),
            "address": portal_url(self.context.account),
        }
        return render(request, "clients/client_list.html", values, status=status)


class ClientPage(AccountPage):
    """One client: its people, what is shared with it, what it asked for."""

    permissions = {"get": "client.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return client_page(self, request, get_client(self.context, pk))


def client_page(
    page: AccountPage, request: HttpRequest, client: Client, status: int = 200, **forms: Any
) -> HttpResponse:
    """The client's page, with the forms that were filled in wrongly."""
    context = page.context
    asked: list[Any] = list(requests_of(context, client)[:20])
    for row in asked:
        row.progress = requests.progress_of(row)
    values: dict[str, Any] = {
        "client": client,
        "people": people_of(client)[: people.MOST_PEOPLE],
        "grants": page_of(request, grants_of(client)),
        "requests": asked,
        "address": portal_url(client.account),
        "form": ClientForm(initial={"name": client.name, "contact_email": client.contact_email, "note": client.note}),
        "person_form": PersonForm(),
        "permissions_form": PermissionsForm(initial={"permissions": client.permissions}),
        **forms,
    }
    if can(context, "client.grant"):
        values.setdefault("grant_form", GrantForm(context=context, client=client))
    return render(request, "clients/client_detail.html", values, status=status)


class _ClientAction(AccountPage):
    """A POST about one client that goes back to its page; errors are said there."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = get_client(self.context, pk)
        try:
            said = self.act(request, client)
        except (Conflict, InvalidInput) as error:
            problems = " ".join(text for texts in error.fields.values() for text in texts)
            messages.error(request, f"{error.message} {problems or error.remedy}")
        else:
            messages.success(request, said)
        return redirect("clients:detail", pk=pk)

    def act(self, request: HttpRequest, client: Client) -> str:
        raise TypeError(f"{type(self).__name__} does not say what it does")


class ClientChangePage(_ClientAction):
    permissions = {"post": "client.update"}

    def act(self, request: HttpRequest, client: Client) -> str:
        form = ClientForm(request.POST)
        if not form.is_valid():
            raise InvalidInput(
                "Not saved.", fields={name: [str(text) for text in texts] for name, texts in form.errors.items()}
            )
        clients.update_client(self.context, client, **form.cleaned_data)
        return "Saved."


class ClientInvitePage(AccountPage):
    permissions = {"post": "client.invite"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client, form = get_client(self.context, pk), PersonForm(request.POST)
        if form.is_valid():
            try:
                people.invite(self.context, client, **form.cleaned_data)
            except (Conflict, InvalidInput, TooMany) as error:
                form.add_error("email", f"{error.message} {error.remedy}")
            else:
                messages.success(request, f"{form.cleaned_data['email']} has mail. The link works for seven days.")
                return redirect("clients:detail", pk=pk)
        return client_page(self, request, client, status=400, person_form=form)


class ClientGrantPage(AccountPage):
    """POST shares something; with `revoke` it takes a grant back."""

    permissions = {"post": "client.grant"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = get_client(self.context, pk)
        if "revoke" in request.POST:
            grant = get_grant(client, request.POST["revoke"])
            grants.revoke(self.context, grant)
            messages.success(request, "Taken back. It holds from the client's next click.")
            return redirect("clients:detail", pk=pk)
        form = GrantForm(request.POST, context=self.context, client=client)
        if form.is_valid():
            kind, _, key = form.cleaned_data["what"].partition(":")
            share = SHARES[kind]
            try:
                grant = share(self.context, client, key, **form.terms())
            except (Conflict, InvalidInput, NotFound) as error:
                form.add_error("what", f"{error.message} {error.remedy}")
            else:
                messages.success(request, f"{grant.thing} is shared.")
                return redirect("clients:detail", pk=pk)
        return client_page(self, request, client, status=400, grant_form=form)


class ClientPermissionsPage(_ClientAction):
    permissions = {"post": "client.grant"}

    def act(self, request: HttpRequest, client: Client) -> str:
        clients.set_permissions(self.context, client, request.POST.getlist("permissions"))
        return "Saved. It holds from the client's next click."


class ClientSuspendPage(_ClientAction):
    """POST with `active` lets the client in again; with `person` it is about that one alone."""

    permissions = {"post": "client.suspend"}

    def act(self, request: HttpRequest, client: Client) -> str:
        active = request.POST.get("active") == "1"
        if request.POST.get("person"):
            return self._person(request.POST, get_person(client, request.POST["person"]), active)
        clients.set_active(self.context, client, active=active)
        return f"{client.name} can sign in again." if active else f"{client.name} is out from now on."

    def _person(self, asked: Any, person: Any, active: bool) -> str:
        if asked.get("remove"):
            people.remove(self.context, person)
            return f"{person} is removed."
        if asked.get("factor"):
            second_factor.switch_off(self.context, person, code=None)
            return f"{person} signs in without a second factor, and can set a new one up."
        people.set_suspended(self.context, person, suspended=not active)
        return f"{person} can sign in again." if active else f"{person} is out from now on."


class ClientArchivePage(AccountPage):
    """Asks for the name; POST archives. An archived one comes back with `back`."""

    permissions = {"get": "client.archive", "post": "client.archive"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = get_client(self.context, pk)
        return render(
            request, "clients/client_archive.html", {"client": client, "form": TypedNameForm(expected=client.name)}
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = get_client(self.context, pk)
        if "back" in request.POST:
            clients.bring_back(self.context, client)
            messages.success(request, f"{client.name} is back, with what was shared with it.")
            return redirect("clients:detail", pk=pk)
        form = TypedNameForm(request.POST, expected=client.name)
        if not form.is_valid():
            return render(request, "clients/client_archive.html", {"client": client, "form": form}, status=400)
        clients.archive_client(self.context, client)
        messages.success(request, f"{client.name} is archived. Nobody of it gets in any more.")
        return redirect("clients:list")


class ClientPreviewPage(AccountPage):
    """Sends the member to the portal as this client sees it."""

    permissions = {"get": "client.preview"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return redirect(preview.preview_address(self.context, get_client(self.context, pk)))


class ClientLogPage(AccountPage):
    """What the client did in its portal, and what was done with it."""

    permissions = {"get": "client.view"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = get_client(self.context, pk)
        values = {"client": client, "page": page_of(request, log_of(client), size=LOG_SIZE)}
        return render(request, "clients/client_log.html", values)
