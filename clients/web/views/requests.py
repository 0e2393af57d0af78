"""What clients ask for, and the agency's answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from accounts.access.context import AccountContext
from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from clients.enums import RequestState
from clients.errors import RequestNotFound
from clients.models import RestoreRequest
from clients.selectors.clients import get_client, get_request, requests_of
from clients.services import requests
from clients.web.forms import AnswerForm
from listbackup.core.errors import Conflict, InvalidInput
from listbackup.core.web.downloads import streamed


class RequestListPage(AccountPage):
    permissions = {"get": "client.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        state = request.GET.get("state", "")
        rows = requests_of(self.context)
        if state in RequestState.values:
            rows = rows.filter(state=state)
        page = page_of(request, rows)
        for row in page.rows:
            row.progress = requests.progress_of(row)
        return render(request, "clients/request_list.html", {"page": page, "state": state})


class RequestPage(AccountPage):
    """One request; POST decides (`decision`)."""

    permissions = {"get": "client.view", "post": "client.decide"}

    def get(self, request: HttpRequest, pk: UUID, request_id: UUID) -> HttpResponse:
        found = _request(self.context, pk, request_id)
        values = {"client": found.client, "asked": found, "progress": requests.progress_of(found), "form": AnswerForm()}
        return render(request, "clients/request_detail.html", values)

    def post(self, request: HttpRequest, pk: UUID, request_id: UUID) -> HttpResponse:
        found, form = _request(self.context, pk, request_id), AnswerForm(request.POST)
        answer = form.cleaned_data["answer"] if form.is_valid() else ""
        try:
            requests.decide(self.context, found, request.POST.get("decision", ""), answer=answer)
        except (Conflict, InvalidInput) as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"{found.client} gets mail.")
        return redirect("clients:request", pk=pk, request_id=request_id)


class RequestFilePage(AccountPage):
    """The records of an approved request, for who puts them back."""

    permissions = {"get": "client.decide"}

    def get(self, request: HttpRequest, pk: UUID, request_id: UUID) -> HttpResponseBase:
        return streamed(request, requests.open_file(self.context, _request(self.context, pk, request_id)))


def _request(context: AccountContext, pk: UUID, request_id: UUID) -> RestoreRequest:
    """Raises ClientNotFound, RequestNotFound."""
    client, found = get_client(context, pk), get_request(context, request_id)
    if found.client_id != client.pk:
        raise RequestNotFound("There is no such request.")
    return found
