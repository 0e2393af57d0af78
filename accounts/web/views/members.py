"""People of an account, and invitations to it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from accounts.access.context import AccountContext
from accounts.access.lists import page_of
from accounts.access.pages import AccountPage, PersonPage
from accounts.access.resolve import SESSION_KEY
from accounts.enums import Role
from accounts.errors import InvitationGone, InvitationNotYours, MemberNotFound
from accounts.models import Invitation, Membership
from accounts.selectors.members import members_of, open_invitations
from accounts.services import invitations, members
from accounts.services.invitations import INVITED
from accounts.web.forms import InviteForm, role_choices
from listbackup.core.errors import Conflict, Forbidden, InvalidInput, TooMany


class MembersPage(AccountPage):
    """Everybody with a role here, also by an account above; POST invites."""

    permissions = {"get": "member.view", "post": "member.invite"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, InviteForm(most=self.context.role))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(request.POST, most=self.context.role)
        if form.is_valid():
            try:
                invitations.invite(self.context, **form.cleaned_data)
            except (Conflict, InvalidInput, TooMany) as error:
                form.add_error("email", f"{error.message} {error.remedy}")
            else:
                messages.success(request, f"{form.cleaned_data['email']} has mail. The link works for seven days.")
                return redirect("accounts:members")
        return self._page(request, form, status=400)

    def _page(self, request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
        values = {
            "page": page_of(request, members_of(self.context)),
            "invitations": open_invitations(self.context)[:50],
            "form": form,
            "roles": role_choices(self.context.role),
            "my_rank": self.context.role.rank,
        }
        return render(request, "accounts/members.html", values, status=status)


def member_here(context: AccountContext, pk: UUID) -> Membership:
    """A role that the account itself gives. Raises MemberNotFound."""
    found = members_of(context).filter(pk=pk, account=context.account).first()
    if found is None:
        raise MemberNotFound("There is no such member.")
    return found


class MemberPage(AccountPage):
    """POST changes a role (`role`), suspends (`suspend`) or lets in again (`reactivate`)."""

    permissions = {"post": "member.update"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member_here(self.context, pk)
        try:
            messages.success(request, self._do(request, pk))
        except (Conflict, Forbidden) as error:
            messages.error(request, f"{error.message} {error.remedy}")
        return redirect("accounts:members")

    def _do(self, request: HttpRequest, pk: UUID) -> str:
        if "suspend" in request.POST or "reactivate" in request.POST:
            suspended = "suspend" in request.POST
            member = members.set_suspended(self.context, pk, suspended=suspended)
            return f"{member.user} is {'suspended: all access has ended' if suspended else 'let in again'}."
        role = request.POST.get("role", "")
        if role not in Role.values:
            raise Conflict("There is no such role.", remedy="Choose one of the list.")
        member = members.change_role(self.context, pk, role)
        return f"{member.user} is {member.get_role_display().lower()} now."


class MemberRemovePage(AccountPage):
    """Asks first, then takes the role that this account gives."""

    permissions = {"get": "member.update", "post": "member.update"}

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member = member_here(self.context, pk)
        others = members_of(self.context).filter(user=member.user).exclude(pk=pk)
        return render(request, "accounts/member_remove.html", {"member": member, "others": others[:20]})

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member = member_here(self.context, pk)
        try:
            members.remove(self.context, pk)
            messages.success(request, f"{member.user.get_full_name()} is removed.")
        except (Conflict, Forbidden) as error:
            messages.error(request, f"{error.message} {error.remedy}")
        return redirect("accounts:members")


class LeavePage(AccountPage):
    """One's own membership of this account; asks first."""

    permissions = {"get": "member.view", "post": "member.view"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "accounts/leave.html", {"own": self._own()})

    def post(self, request: HttpRequest) -> HttpResponse:
        own = self._own()
        if own is None:
            messages.error(request, "Your role comes from an account above or from a team: leave there.")
            return redirect("accounts:members")
        try:
            members.remove(self.context, own.pk)
        except Conflict as error:
            messages.error(request, f"{error.message} {error.remedy}")
            return redirect("accounts:members")
        request.session.pop(SESSION_KEY, None)
        messages.success(request, "You have left.")
        return redirect("/")

    def _own(self) -> Membership | None:
        own = members_of(self.context).filter(user=self.context.user, account=self.context.account, team_id=None)
        return own.first()


class InvitationManagePage(AccountPage):
    """POST cancels (`cancel`) or sends again."""

    permissions = {"post": "member.invite"}

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        invitation = open_invitations(self.context).filter(pk=pk).first()
        if invitation is None:
            raise InvitationGone("There is no such invitation.")
        if "cancel" in request.POST:
            invitations.cancel(self.context, invitation)
            messages.success(request, "The invitation is taken back; its link is dead.")
        else:
            try:
                invitations.resend(self.context, invitation)
                messages.success(request, "Sent again. The old link is dead.")
            except TooMany as error:
                messages.error(request, f"{error.message} {error.remedy}")
        return redirect("accounts:members")


def joined(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request.session.pop(INVITED, None)
    request.session[SESSION_KEY] = str(invitation.account_id)
    messages.success(request, f"Welcome to {invitation.account.name}.")
    return redirect("/")


def gone(request: HttpRequest, error: InvitationGone) -> HttpResponse:
    request.session.pop(INVITED, None)
    return render(request, "accounts/invitation_gone.html", {"error": error}, status=404)


class InvitationPage(View):
    """What a link from an invitation shows, to anybody who has it; signing up or in leads back here."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        try:
            invitation = invitations.find(secret)
        except InvitationGone as error:
            return gone(request, error)
        values: dict[str, Any] = {"invitation": invitation, "secret": secret}
        if not request.user.is_authenticated:
            request.session[INVITED] = secret  # signing in or up leads back here
        else:
            values["is_mine"] = invitations.is_for(invitation, request.user)  # type: ignore[arg-type]
        return render(request, "accounts/invitation.html", values)

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return redirect("accounts:invitation", secret=secret)
        try:
            if "ask" in request.POST:
                invitations.ask_for_address(secret, user)
                messages.success(request, "We have asked the invited address. Open the link in that mail.")
                return redirect("accounts:invitation", secret=secret)
            return joined(request, invitations.accept(secret, user, ip=request.META.get("REMOTE_ADDR")))
        except InvitationGone as error:
            return gone(request, error)
        except (InvitationNotYours, TooMany) as error:
            messages.error(request, error.message)
            return redirect("accounts:invitation", secret=secret)


class InvitationAddressPage(PersonPage):
    """Opened from the mail to the invited address, by the other person."""

    def get(self, request: HttpRequest, proof: str) -> HttpResponse:
        return render(request, "accounts/invitation_address.html", {"proof": proof})

    def post(self, request: HttpRequest, proof: str) -> HttpResponse:
        user: Any = request.user
        try:
            invitation = invitations.accept_with_proof(proof, user, ip=request.META.get("REMOTE_ADDR"))
        except InvitationGone as error:
            return gone(request, error)
        return joined(request, invitation)
