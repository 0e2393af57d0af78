"""A connection's webhooks in the API. The signing secret goes in, never out."""

from typing import Any

from rest_framework import serializers

from integrations.models import Connection
from integrations.services.webhooks import webhook_facts


class WebhookSerializer(serializers.Serializer[Any]):
    offered = serializers.BooleanField(help_text="whether the platform sends webhooks that we understand")
    address = serializers.CharField(
        allow_blank=True, help_text="to enter at the platform; empty while webhooks are off"
    )
    shared = serializers.BooleanField(help_text="whether it is the application's one address for all its accounts")
    signed = serializers.BooleanField(
        help_text="whether signatures are checked, or the secret in the address is enough"
    )
    last_received_at = serializers.DateTimeField(allow_null=True)
    received = serializers.IntegerField(help_text="events, each counted once")
    repeated = serializers.IntegerField(help_text="events that had come before")
    refused_at = serializers.DateTimeField(allow_null=True)
    refused_code = serializers.CharField(allow_blank=True)


class WebhookChangeSerializer(serializers.Serializer[Any]):
    new_address = serializers.BooleanField(required=False, help_text="turns webhooks on; an old address stops at once")
    signing_secret = serializers.CharField(
        max_length=500, required=False, allow_blank=True, write_only=True, help_text="empty removes it"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("new_address") and "signing_secret" not in attrs:
            raise serializers.ValidationError({"new_address": ["Nothing to change was sent."]})
        return attrs


def webhook_data(connection: Connection) -> dict[str, Any]:
    """What `WebhookSerializer` shows."""
    facts = webhook_facts(connection)
    address = facts.address if facts else None
    return {
        "offered": facts is not None,
        "address": facts.url if facts else "",
        "shared": bool(facts and facts.shared),
        "signed": bool(facts and facts.signed),
        "last_received_at": address.last_received_at if address else None,
        "received": address.received if address else 0,
        "repeated": address.repeated if address else 0,
        "refused_at": address.refused_at if address else None,
        "refused_code": address.refused_code if address else "",
    }
