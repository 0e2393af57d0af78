"""Filters of account lists."""

from django_filters import rest_framework as filters

from accounts.enums import AccountStatus
from accounts.models import Account


class AccountFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=AccountStatus.choices)
    plan = filters.CharFilter(field_name="organization__plan__code")
    parent = filters.UUIDFilter(field_name="parent_id")
    name = filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Account
        fields: list[str] = []
