"""What a request sent, by its serializer."""

from typing import Any

from rest_framework.request import Request


def validated(serializer: Any, request: Request) -> dict[str, Any]:
    """The body as the serializer class reads it. Raises DRF's ValidationError, with every field's problem."""
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)
