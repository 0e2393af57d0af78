"""What a request sent, by its serializer."""

from typing import Any

from rest_framework.request import Request


def validated(serializer: Any, request: Request) -> dict[str, Any]:
    """The body as the serializer class reads it. Raises DRF's ValidationError, with every field's problem."""
    return _checked(serializer, request.data)


def asked(serializer: Any, request: Request) -> dict[str, Any]:
    """The same for the parameters in the address."""
    return _checked(serializer, request.query_params)


def _checked(serializer: Any, data: Any) -> dict[str, Any]:
    checked = serializer(data=data)
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)
