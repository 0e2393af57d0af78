"""Invitations to an account or a team: one link, one use, seven days."""

import datetime as dt
import secrets
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from accounts.access.context import AccountContext
from accounts.access.resolve import role_on
from accounts.access.schema import entered
from accounts.activity.services import record
from accounts.enums import MembershipStatus, Role, Via
from accounts.errors import InvitationGone, InvitationNotYours, PermissionMissing
from accounts.models import Invitation, Membership, User
from accounts.outbox.services import enqueue_mail
from accounts.plans import require_room
from accounts.signals import invitation_accepted
from listbackup.core.clock import now
from listbackup.core.crypto import digest
from listbackup.core.errors import InvalidInput, TooMany
from listbackup.core.text import paragraphs

LIFETIME = dt.timedelta(days=7)
MOST_SENT_A_DAY = 50  # by one person
INVITED = "invitation"  # where a session keeps the link of somebody who still signs up or in
SALT = "accounts.invitation-address"


@transaction.atomic
def invite(
    context: AccountContext,
    *,
    email: str,
    role: str = "",
    team_id: UUID | None = None,
    team_role: str = "",
    team_name: str = "",
    message: str = "",
) -> Invitation:
    """Mails a link. An open invitation of the same address to the same thing is replaced; its link is dead then.

    Whether the address has an account makes no difference to what the inviter sees.
    Raises InvalidInput, PermissionMissing for a role above one's own, PlanLimitReached, TooMany.
    """
    if context.user is None:
        raise TypeError("an invitation needs a person who invites")
    address = checked_address(email)
    if role and Role(role).rank > context.role.rank:
        raise PermissionMissing("member.invite", Role(role).label)
    Invitation.objects.open().filter(account=context.account, email__iexact=address, team_id=team_id).update(
        cancelled_at=now()
    )
    _slow_down(context.user)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        account=context.account,
        email=address,
        role=role,
        team_id=team_id,
        team_role=team_role,
        token_hash=digest(secret),
        invited_by=context.user,
        message=paragraphs(message, 500),
        sent_at=now(),
        expires_at=now() + LIFETIME,
    )
    require_room(context.account, "users", adding=0)
    record(context, "invitation.sent", invitation, role=role or team_role, team=team_name)
    _mail(invitation, secret, team_name or context.account.name)
    return invitation


@transaction.atomic
def resend(context: AccountContext, invitation: Invitation, *, to_what: str = "") -> Invitation:
    """A new link for seven more days; the old one is dead. Raises InvitationGone, TooMany."""
    locked = Invitation.objects.open().select_for_update().filter(pk=invitation.pk).first()
    if locked is None:
        raise InvitationGone("This invitation is not open any more.")
    if context.user is not None:
        _slow_down(context.user)
    secret = secrets.token_urlsafe(32)
    locked.token_hash, locked.sent_at, locked.expires_at = digest(secret), now(), now() + LIFETIME
    locked.save(update_fields=["token_hash", "sent_at", "expires_at"])
    record(context, "invitation.resent", locked)
    _mail(locked, secret, to_what or context.account.name)
    return locked


@transaction.atomic
def cancel(context: AccountContext, invitation: Invitation) -> None:
    """Its link is dead from now on. One that was accepted stays as it is."""
    if Invitation.objects.open().filter(pk=invitation.pk).update(cancelled_at=now()):
        record(context, "invitation.cancelled", invitation)


def find(secret: str) -> Invitation:
    """The open invitation of a link. Raises InvitationGone, alike for forged, cancelled, used and expired ones."""
    found = _live().filter(token_hash=digest(secret)).first()
    if found is None:
        raise InvitationGone("This invitation is not open any more.")
    return found


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the invited address is a proved one of the person."""
    return EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()


def accept(secret: str, user: User, *, ip: str | None = None) -> Invitation:
    """Joins. Raises InvitationGone, InvitationNotYours for a person with another address (see `ask_for_address`)."""
    invitation = find(secret)
    if not is_for(invitation, user):
        raise InvitationNotYours(invitation.email)
    return _join(invitation, user, ip)


def ask_for_address(secret: str, user: User) -> None:
    """Asks the invited address whether this other person may take the invitation. Raises InvitationGone, TooMany."""
    invitation = find(secret)
    _slow_down(user)
    proof = signing.dumps({"invitation": str(invitation.pk), "user": str(user.pk)}, salt=SALT)
    address = f"{settings.PUBLIC_URL.rstrip('/')}/invitations/address/{proof}/"
    values = {"invitation": invitation, "user": user, "address": address}
    text = render_to_string("emails/invitation_address.txt", values)
    enqueue_mail(EmailMultiAlternatives("May this person take your invitation?", text, None, [invitation.email]))


def accept_with_proof(proof: str, user: User, *, ip: str | None = None) -> Invitation:
    """Joins with what `ask_for_address` mailed. Raises InvitationGone."""
    try:
        told = signing.loads(proof, salt=SALT, max_age=dt.timedelta(days=1))
    except signing.BadSignature:
        raise InvitationGone("This confirmation is not valid any more.") from None
    invitation = _live().filter(pk=told["invitation"]).first()
    if invitation is None or told["user"] != str(user.pk):
        raise InvitationGone("This confirmation is not valid any more.")
    return _join(invitation, user, ip)


@transaction.atomic
def _join(invitation: Invitation, user: User, ip: str | None) -> Invitation:
    # The one conditional statement that makes the link single-use.
    taken = Invitation.objects.live().filter(pk=invitation.pk).update(accepted_at=now(), accepted_by=user)
    if not taken:
        raise InvitationGone("This invitation is not open any more.")
    invitation.refresh_from_db()
    account = invitation.account
    if invitation.role:
        membership, made = Membership.objects.get_or_create(
            user=user, account=account, team_id=None, defaults={"role": invitation.role}
        )
        stronger = Role(invitation.role).rank > Role(membership.role).rank
        if not made and stronger and membership.status == MembershipStatus.ACTIVE:
            membership.role = invitation.role
            membership.save(update_fields=["role"])
    role = role_on(user, account) or Role.VIEWER
    context = AccountContext(
        account=account, organization=account.organization, role=role, user=user, via=Via.SESSION, ip=ip
    )
    with entered(account.organization):
        record(context, "invitation.accepted", invitation, role=invitation.role or invitation.team_role)
        invitation_accepted.send(sender=Invitation, context=context, invitation=invitation, user=user)
    return invitation


def _live() -> QuerySet[Invitation]:
    return Invitation.objects.live().select_related("account__organization", "invited_by")


def _slow_down(user: User) -> None:
    since = now() - dt.timedelta(days=1)
    if Invitation.objects.filter(invited_by=user, sent_at__gt=since).count() >= MOST_SENT_A_DAY:
        raise TooMany("You sent many invitations today.", remedy="Go on tomorrow.", retry_after=3600)


def checked_address(email: str, field: str = "email") -> str:
    """In lower case. Raises InvalidInput by `field`."""
    address = email.replace("\0", "").strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInput("This is no e-mail address.", fields={field: ["Check the address."]}) from None
    return address


def _mail(invitation: Invitation, secret: str, to_what: str) -> None:
    address = f"{settings.PUBLIC_URL.rstrip('/')}/invitations/{secret}/"
    text = render_to_string("emails/invitation.txt", {"invitation": invitation, "address": address, "to_what": to_what})
    who = invitation.invited_by.get_full_name()
    subject = " ".join(f"{who} invites you to {to_what}".split())
    enqueue_mail(EmailMultiAlternatives(subject, text, None, [invitation.email]))
