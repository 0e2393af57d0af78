"""Shapes of teams."""

from typing import Any

from rest_framework import serializers

from accounts.enums import Role
from accounts.models import Invitation
from listbackup.core.api.fields import SparseFieldsMixin
from teams.enums import TeamRole
from teams.models import Team, TeamGrant, TeamMember


class TeamSerializer(SparseFieldsMixin, serializers.ModelSerializer[Team]):
    member_count = serializers.IntegerField()
    grant_count = serializers.IntegerField()
    my_role = serializers.CharField(allow_null=True, help_text="null: not in it")

    class Meta:
        model = Team
        fields = [
            "id",
            "account",
            "name",
            "description",
            "settings",
            "archived_at",
            "member_count",
            "grant_count",
            "my_role",
            "created_at",
        ]


class TeamCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)


class TeamUpdateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    settings = serializers.DictField(child=serializers.JSONField(), required=False)
    archived = serializers.BooleanField(required=False)


class TeamMemberSerializer(serializers.ModelSerializer[TeamMember]):
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user.get_full_name")
    email = serializers.EmailField(source="user.email")
    status = serializers.SerializerMethodField()
    last_active_at = serializers.DateTimeField(default=None, allow_null=True)

    class Meta:
        model = TeamMember
        fields = ["user_id", "name", "email", "role", "status", "last_active_at", "created_at"]

    def get_status(self, member: TeamMember) -> str:
        """`active`, or `disabled` for a person whose sign-in was switched off."""
        return "active" if member.user.is_active else "disabled"


class MemberAddSerializer(serializers.Serializer[Any]):
    user_id = serializers.UUIDField()
    role = serializers.ChoiceField(TeamRole.choices, default=TeamRole.MEMBER)


class MemberRoleSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(TeamRole.choices)


class InviteSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(TeamRole.choices, default=TeamRole.MEMBER)
    message = serializers.CharField(max_length=500, required=False, allow_blank=True)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    role = serializers.CharField(source="team_role")
    status = serializers.SerializerMethodField()
    invited_by = serializers.CharField(source="invited_by.get_full_name")

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "status", "invited_by", "sent_at", "expires_at", "accepted_at"]

    def get_status(self, invitation: Invitation) -> str:
        """pending, accepted, expired or cancelled."""
        return invitation.state


class AcceptSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=100)
    ask_address = serializers.BooleanField(
        default=False, help_text="for another address than the invited one: mails it a confirmation instead"
    )


class AcceptedSerializer(serializers.Serializer[Any]):
    account = serializers.UUIDField(source="account_id")
    account_name = serializers.CharField(source="account.name")
    team = serializers.UUIDField(source="team_id", allow_null=True)


class GrantRequestSerializer(serializers.Serializer[Any]):
    account_id = serializers.UUIDField()
    role = serializers.ChoiceField(Role.choices, allow_null=True, help_text="null takes the access back")


class GrantSerializer(serializers.ModelSerializer[TeamGrant]):
    account_id = serializers.UUIDField(source="target_id")
    account_name = serializers.CharField(source="target.name")

    class Meta:
        model = TeamGrant
        fields = ["id", "account_id", "account_name", "role", "created_at"]
