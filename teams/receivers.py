"""What the teams app does on news of others."""

from typing import Any

from django.dispatch import receiver

from accounts.access.context import AccountContext
from accounts.models import Invitation, User
from accounts.signals import account_erasing, invitation_accepted
from teams.enums import TeamRole
from teams.models import Team
from teams.services.members import join


@receiver(invitation_accepted)
def join_the_team(context: AccountContext, invitation: Invitation, user: User, **_: Any) -> None:
    team = Team.objects.filter(pk=invitation.team_id).first() if invitation.team_id else None
    if team is not None:
        join(team, user, invitation.team_role or TeamRole.MEMBER)


@receiver(account_erasing)
def erase_with_the_account(context: AccountContext, **_: Any) -> None:
    Team.objects.visible_to(context).delete()
