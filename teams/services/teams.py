"""Teams: made, changed, archived, deleted."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.access.context import AccountContext
from accounts.activity.services import record
from accounts.models import Invitation, Membership
from listbackup.core.clock import now
from listbackup.core.errors import InvalidInput
from listbackup.core.text import one_line, paragraphs
from teams.enums import TeamRole
from teams.errors import TeamNameTaken
from teams.models import Team, TeamMember
from teams.selectors.teams import require_team_role
from teams.services.grants import sync_memberships


@transaction.atomic
def create_team(context: AccountContext, *, name: str, description: str = "") -> Team:
    """A team of the context's account; its maker is its first owner. Raises InvalidInput, TeamNameTaken."""
    team = Team(
        account=context.account, name=_clean(name), description=paragraphs(description, 500), created_by=context.user
    )
    _save(team, insert=True)
    if context.user is not None:
        TeamMember.objects.create(account=team.account, team=team, user=context.user, role=TeamRole.OWNER)
    record(context, "team.created", team)
    return team


@transaction.atomic
def update_team(
    context: AccountContext,
    team: Team,
    *,
    name: str | None = None,
    description: str | None = None,
    settings: dict[str, Any] | None = None,
    archived: bool | None = None,
) -> Team:
    """Changes what is given; an archived team gives no access. Raises TeamRoleMissing, InvalidInput, TeamNameTaken."""
    require_team_role(context, team, TeamRole.ADMIN)
    locked: Team = Team.objects.select_for_update(of=("self",)).select_related("account").get(pk=team.pk)
    if name is not None:
        locked.name = _clean(name)
    if description is not None:
        locked.description = paragraphs(description, 500)
    if settings is not None:
        locked.settings = settings
    if archived is not None:
        locked.archived_at = (locked.archived_at or now()) if archived else None
    _save(locked)
    sync_memberships(locked)
    record(context, "team.archived" if archived else "team.updated", locked)
    return locked


@transaction.atomic
def delete_team(context: AccountContext, team: Team) -> None:
    """Its access ends at once, its open invitations too. Raises TeamRoleMissing."""
    require_team_role(context, team, TeamRole.OWNER)
    locked = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    for membership in Membership.objects.filter(team_id=locked.pk):
        membership.delete()
    Invitation.objects.open().filter(team_id=locked.pk).update(cancelled_at=now())
    record(context, "team.deleted", locked)
    locked.delete()


def _clean(name: str) -> str:
    cleaned = one_line(name, 100)
    if not cleaned:
        raise InvalidInput("A team needs a name.", fields={"name": ["Give it a name."]})
    return cleaned


def _save(team: Team, *, insert: bool = False) -> None:
    try:
        with transaction.atomic():
            team.save(force_insert=insert)
    except IntegrityError:
        raise TeamNameTaken(
            f"There is already a team called {team.name}.", fields={"name": ["This name is taken."]}
        ) from None
