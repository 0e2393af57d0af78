"""Source groups."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from backups.selectors.groups import get_group, groups_of
from backups.selectors.sources import sources_by_ids, sources_of
from backups.services import groups
from backups.web.forms.sources import ConfirmForm, GroupForm
from listbackup.core.errors import Conflict


class GroupListPage(AccountPage):
    permissions = {"get": "group.view", "post": "group.create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, GroupForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = GroupForm(request.POST)
        if form.is_valid():
            try:
                group = groups.create_group(self.context, sources=[], **form.cleaned_data)
            except Conflict as error:
                form.add_error("name", error.message)
            else:
                messages.success(request, f"{group.name} is created. Add sources to it.")
                return redirect("groups:detail", pk=group.pk)
        return self._page(request, form, status=400)

    def _page(self, request: HttpRequest, form: GroupForm, status: int = 200) -> HttpResponse:
        context = {"page": page_of(request, groups_of(self.context)), "form": form}
        return render(request, "backups/group_list.html", context, status=status)


class GroupPage(AccountPage):
    """One group; POST adds sources (`add`), removes one (`remove`) or changes name and description (`save`)."""

    permissions = {"get": "group.view", "post": "group.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        group = get_group(self.context, pk)
        return self._page(request, pk, GroupForm({"name": group.name, "description": group.description}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        group = get_group(self.context, pk)
        action = request.POST.get("action")
        if action == "add":
            groups.add_sources(self.context, group, sources_by_ids(self.context, request.POST.getlist("sources")))
        elif action == "remove":
            for source in sources_by_ids(self.context, request.POST.getlist("sources")):
                groups.remove_source(self.context, group, source)
        else:
            form = GroupForm(request.POST)
            if not form.is_valid():
                return self._page(request, pk, form, status=400)
            groups.update_group(self.context, group, **form.cleaned_data)
            messages.success(request, "Saved.")
        return redirect("groups:detail", pk=pk)

    def _page(self, request: HttpRequest, pk: UUID, form: GroupForm, status: int = 200) -> HttpResponse:
        group = get_group(self.context, pk)
        members = sources_of(self.context).filter(groups=group)
        context = {
            "group": group,
            "page": page_of(request, members),
            "candidates": sources_of(self.context).exclude(groups=group)[:200],
            "form": form,
        }
        return render(request, "backups/group_detail.html", context, status=status)


class GroupSyncPage(AccountPage):
    permissions = {"post": "source.sync"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        _, jobs = groups.sync_group(self.context, get_group(self.context, pk))
        messages.success(request, f"{len(jobs)} backups are queued.")
        return redirect("groups:detail", pk=pk)


class GroupDeletePage(AccountPage):
    permissions = {"get": "group.delete", "post": "group.delete"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        group = get_group(self.context, pk)
        return render(request, "backups/group_delete.html", {"group": group, "form": ConfirmForm(expected=group.name)})

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        group = get_group(self.context, pk)
        form = ConfirmForm(request.POST, expected=group.name)
        if not form.is_valid():
            return render(request, "backups/group_delete.html", {"group": group, "form": form}, status=400)
        groups.delete_group(self.context, group)
        messages.success(request, f"{group.name} is deleted. Its sources stay.")
        return redirect("groups:list")
