"""Scope checks."""

from integrations.sandbox.admin.faults import missing_scopes
from integrations.sandbox.http import Request


def require(request: Request, scopes: tuple[str, ...]) -> None:
    """Let the request through when its token has any of the scopes. Raises ApiError 403."""
    if scopes and request.grant.scopes.isdisjoint(scopes):
        raise missing_scopes(scopes)
