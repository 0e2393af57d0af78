"""Shapes of accounts."""

from typing import Any

from rest_framework import serializers

from accounts.access.context import AccountContext
from accounts.models import Account
from accounts.plans import usage_of
from accounts.services.account_settings import effective_settings
from listbackup.core.api.fields import SparseFieldsMixin


class AccountRowSerializer(SparseFieldsMixin, serializers.ModelSerializer[Account]):
    plan = serializers.CharField(source="organization.plan.code", default=None, allow_null=True)

    class Meta:
        model = Account
        fields = ["id", "name", "slug", "parent", "level", "status", "time_zone", "plan", "created_at"]


class UsageSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="limit.name")
    label = serializers.CharField(source="limit.label")  # type: ignore[assignment]
    unit = serializers.CharField(source="limit.unit")
    used = serializers.IntegerField()
    limit = serializers.IntegerField(source="most", allow_null=True, help_text="null: no limit")


class SettingSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="setting.name")
    value = serializers.JSONField()
    inherited_from = serializers.SerializerMethodField()

    def get_inherited_from(self, effective: Any) -> str | None:
        """The account that the value comes from; null when it is the account's own or nobody set it."""
        own = self.context.get("account_id")
        return str(effective.origin.pk) if effective.origin and effective.origin.pk != own else None


class AccountDetailSerializer(AccountRowSerializer):
    """With usage, limits and settings; needs the organization's schema."""

    role = serializers.CharField()
    company = serializers.DictField(child=serializers.CharField())
    settings = SettingSerializer(many=True)
    usage = UsageSerializer(many=True)

    class Meta(AccountRowSerializer.Meta):
        fields = [
            *AccountRowSerializer.Meta.fields,
            "role",
            "company",
            "settings",
            "usage",
            "status_reason",
            "erase_after",
        ]


def account_detail(context: AccountContext, account: Account | None = None) -> dict[str, Any]:
    """The answer about one account, as the context sees it."""
    shown = account or context.account
    plan = shown.organization.plan
    row = AccountRowSerializer(shown).data | {"plan": plan.code if plan else None}
    settings = SettingSerializer(effective_settings(shown), many=True, context={"account_id": shown.pk}).data
    return row | {
        "role": str(context.role),
        "company": shown.company,
        "settings": settings,
        "usage": UsageSerializer(usage_of(shown), many=True).data,
        "status_reason": shown.status_reason,
        "erase_after": shown.erase_after,
    }


class AccountCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    time_zone = serializers.CharField(max_length=64, required=False)
    company = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=300), required=False)


class AccountUpdateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    company = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=300), required=False)
    settings = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, help_text="null: inherited from the parent"
    )
    parent = serializers.UUIDField(required=False, help_text="moves the account below another one")  # type: ignore[assignment]
    status = serializers.ChoiceField(["active", "suspended"], required=False)
    status_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AccountDeleteSerializer(serializers.Serializer[Any]):
    erase_after = serializers.DateTimeField()
    status = serializers.CharField()


class NodeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    level = serializers.IntegerField()
    status = serializers.CharField()
    sub_accounts = serializers.IntegerField()
    members = serializers.IntegerField()
    sources = serializers.IntegerField()


class HierarchySerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = NodeSerializer(many=True)


class SwitchedSerializer(serializers.Serializer[Any]):
    accessToken = serializers.CharField(allow_null=True, help_text="null for a browser's session")
    expiresIn = serializers.IntegerField(allow_null=True, help_text="seconds")
    account = AccountRowSerializer()
    role = serializers.CharField()
