"""Shapes of single sign-on in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.sso.enums import JOINING_ROLES, ProviderKind
from accounts.sso.models import EmailDomain, IdentityProvider
from accounts.sso.selectors.providers import our_addresses

_SHOWN = ("issuer", "client_id", "entity_id", "sso_url", "metadata_url")
CONNECTION = ("issuer", "client_id", "secret", "metadata_url", "metadata_xml")


class OurAddressSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    address = serializers.CharField()


class NewProviderSerializer(serializers.Serializer[Any]):
    """What the identity provider asks for before it gives away its own addresses."""

    slug = serializers.CharField()
    addresses = OurAddressSerializer(many=True)


class ProviderKindSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ProviderKind.choices)


class ProviderSerializer(serializers.ModelSerializer[IdentityProvider]):
    """A provider without its secret. `connection` is what we read at it."""

    addresses = serializers.SerializerMethodField()
    connection = serializers.SerializerMethodField()

    class Meta:
        model = IdentityProvider
        fields = [
            "id", "kind", "name", "slug", "account", "default_role", "enabled", "tested_at", "connection", "addresses",
            "created_at",
        ]  # fmt: skip

    @extend_schema_field(OurAddressSerializer(many=True))
    def get_addresses(self, provider: IdentityProvider) -> list[dict[str, str]]:
        return [{"name": name, "address": url} for name, url in our_addresses(provider.kind, provider.slug)]

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_connection(self, provider: IdentityProvider) -> dict[str, str]:
        return {name: provider.settings[name] for name in _SHOWN if provider.settings.get(name)}


class ConnectionSerializer(serializers.Serializer[Any]):
    """Of OpenID Connect `issuer`, `client_id` and `secret`; of SAML `metadata_url` or `metadata_xml`."""

    issuer = serializers.CharField(max_length=500, required=False)
    client_id = serializers.CharField(max_length=190, required=False)
    secret = serializers.CharField(max_length=500, required=False, write_only=True)
    metadata_url = serializers.CharField(max_length=1000, required=False)
    metadata_xml = serializers.CharField(max_length=500_000, required=False)


class ProviderCreateSerializer(ConnectionSerializer):
    kind = serializers.ChoiceField(choices=ProviderKind.choices)
    slug = serializers.RegexField(r"^[a-z0-9-]{1,45}-[0-9a-f]{8}$", help_text="from GET /sso/providers/new")
    name = serializers.CharField(max_length=80)
    default_role = serializers.ChoiceField(choices=JOINING_ROLES, default="member")
    account = serializers.UUIDField(required=False, help_text="where new people join; default the root account")


class ProviderChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, required=False)
    default_role = serializers.ChoiceField(choices=JOINING_ROLES, required=False)
    account = serializers.UUIDField(required=False)
    enabled = serializers.BooleanField(required=False)


class EmailDomainSerializer(serializers.ModelSerializer[EmailDomain]):
    """`record_name` and `record_value` are the TXT record that proves it."""

    record_name = serializers.CharField(read_only=True)
    record_value = serializers.CharField(read_only=True)

    class Meta:
        model = EmailDomain
        fields = [
            "id", "domain", "record_name", "record_value", "verified_at", "checked_at", "sso_required", "break_glass",
            "created_at",
        ]  # fmt: skip


class EmailDomainClaimSerializer(serializers.Serializer[Any]):
    domain = serializers.CharField(max_length=253)


class RequirementSerializer(serializers.Serializer[Any]):
    """`break_glass`: the one owner who may still use a password."""

    sso_required = serializers.BooleanField()
    break_glass = serializers.UUIDField(required=False, allow_null=True)
