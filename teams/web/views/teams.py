"""Teams."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access.lists import page_of
from accounts.access.pages import AccountPage
from accounts.access.resolve import available_accounts, parse_id
from accounts.enums import Role
from accounts.services import invitations
from listbackup.core.errors import Conflict, Forbidden, InvalidInput, TooMany
from listbackup.core.web.forms import TypedNameForm
from teams.enums import TeamRole
from teams.models import Team
from teams.selectors.teams import get_invitation, get_team, grants_of, invitations_of, members_of, teams_of
from teams.services import grants, members, teams
from teams.web.forms import TeamForm, TeamGrantForm, TeamInviteForm


class TeamListPage(AccountPage):
    permissions = {"get": "team.view", "post": "team.create"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, TeamForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TeamForm(request.POST)
        if form.is_valid():
            try:
                team = teams.create_team(self.context, **form.cleaned_data)
            except Conflict as error:
                form.add_error("name", error.message)
            else:
                messages.success(request, f"{team.name} is made. Invite people and give it access.")
                return redirect("teams:detail", pk=team.pk)
        return self._page(request, form, status=400)

    def _page(self, request: HttpRequest, form: TeamForm, status: int = 200) -> HttpResponse:
        values = {
            "page": page_of(request, teams_of(self.context)),
            "form": form,
            "is_admin": self.context.role.rank >= Role.ADMIN.rank,
        }
        return render(request, "teams/team_list.html", values, status=status)


class TeamPage(AccountPage):
    """Members, access and invitations; POST invites."""

    permissions = {"get": "team.view", "post": "team.change"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, get_team(self.context, pk), TeamInviteForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        team, form = get_team(self.context, pk), TeamInviteForm(request.POST)
        if form.is_valid():
            try:
                members.invite(self.context, team, **form.cleaned_data)
            except (Conflict, InvalidInput, TooMany, Forbidden) as error:
                form.add_error("email", f"{error.message} {error.remedy}")
            else:
                messages.success(request, f"{form.cleaned_data['email']} has mail. The link works for seven days.")
                return redirect("teams:detail", pk=pk)
        return self._page(request, team, form, status=400)

    def _page(self, request: HttpRequest, team: Team, form: TeamInviteForm, status: int = 200) -> HttpResponse:
        is_admin = self.context.role.rank >= Role.ADMIN.rank
        own = team.my_role  # type: ignore[attr-defined]
        values: dict[str, Any] = {
            "team": team,
            "page": page_of(request, members_of(team)),
            "grants": grants_of(team)[:200],
            "roles": TeamRole.choices,
            "may_change": is_admin or own in (TeamRole.OWNER, TeamRole.ADMIN),
            "may_delete": is_admin or own == TeamRole.OWNER,
            "form": form,
            "team_form": TeamForm(initial={"name": team.name, "description": team.description}),
        }
        if values["may_change"]:
            values["invitations"] = [one for one in invitations_of(team)[:50] if one.state in ("pending", "expired")]
        if is_admin:
            accounts = available_accounts(self.context.user, 300)  # type: ignore[arg-type]
            values["grant_form"] = TeamGrantForm(accounts=accounts, most=self.context.role)
        return render(request, "teams/team_detail.html", values, status=status)


class TeamChangePage(AccountPage):
    """POST, by `action`: save, archive, restore, role, remove, grant, revoke, cancel."""

    permissions = {"post": "team.change"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        team = get_team(self.context, pk)
        try:
            messages.success(request, self._do(request, team))
        except (Conflict, Forbidden, InvalidInput) as error:
            messages.error(request, f"{error.message} {error.remedy}")
        still_seen = teams_of(self.context, include_sub_accounts=True).filter(pk=pk).exists()
        return redirect("teams:detail", pk=pk) if still_seen else redirect("teams:list")

    def _do(self, request: HttpRequest, team: Team) -> str:
        action, data = request.POST.get("action", ""), request.POST
        if action == "save":
            teams.update_team(self.context, team, name=data.get("name", ""), description=data.get("description", ""))
            return "Saved."
        if action in ("archive", "restore"):
            teams.update_team(self.context, team, archived=action == "archive")
            return "The team is archived: it gives no access." if action == "archive" else "The team is back."
        if action in ("role", "remove"):
            return self._member(action, team, parse_id(data.get("user")), data.get("role", ""))
        if action in ("grant", "revoke"):
            role = data.get("role", "") if action == "grant" else None
            if role is not None and role not in Role.values:
                raise InvalidInput("There is no such role.")
            grants.grant_access(self.context, team, account_id=data.get("account_id", ""), role=role)
            return "The team has access." if role else "The access has ended."
        if action == "cancel":
            invitations.cancel(self.context, get_invitation(team, parse_id(data.get("invitation"))))
            return "The invitation is taken back; its link is dead."
        raise InvalidInput("Nothing was asked for.")

    def _member(self, action: str, team: Team, user_id: UUID, role: str) -> str:
        if action == "remove":
            members.remove_member(self.context, team, user_id=user_id)
            return "Taken out of the team. The access has ended."
        if role not in TeamRole.values:
            raise InvalidInput("There is no such role.")
        member = members.change_role(self.context, team, user_id=user_id, role=role)
        return f"{member.user} is {member.get_role_display().lower()} of the team now."


class TeamDeletePage(AccountPage):
    permissions = {"get": "team.delete", "post": "team.delete"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        team = get_team(self.context, pk)
        return render(request, "teams/team_delete.html", {"team": team, "form": TypedNameForm(expected=team.name)})

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        team = get_team(self.context, pk)
        form = TypedNameForm(request.POST, expected=team.name)
        if not form.is_valid():
            return render(request, "teams/team_delete.html", {"team": team, "form": form}, status=400)
        teams.delete_team(self.context, team)
        messages.success(request, f"{team.name} is deleted. The access it gave has ended.")
        return redirect("teams:list")
