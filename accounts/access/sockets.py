"""Base of WebSocket consumers about an organization's data."""

from typing import Any, ClassVar

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.access import resolve, rules
from accounts.access.context import AccountContext
from accounts.access.schema import entered, leave
from accounts.enums import Via
from accounts.errors import AccountNotFound, PermissionMissing
from accounts.services.refusals import note_refusal

NOT_FOUND = 4404
NOT_SIGNED_IN = 4401


class AccountConsumer(AsyncJsonWebsocketConsumer):
    """Resolves the context from the session, checks `permission`, and then joins the group that `open` names.

    `open(context)` runs in the organization's schema and returns the group's name, or None when the object does not
    exist for this context. Group names begin with the schema, so that no organization hears another's news.
    """

    permission: ClassVar[str] = ""
    group: str | None = None

    async def connect(self) -> None:
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        self.group = await self._open_in_schema(user)
        if self.group is None:
            await self.close(code=NOT_FOUND)
            return
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.group is not None:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    @database_sync_to_async
    def _open_in_schema(self, user: Any) -> str | None:
        # The switch of schemas must happen in the thread that runs the queries.
        try:
            context = resolve.context_for(user, self.scope["session"].get(resolve.SESSION_KEY), via=Via.SOCKET)
        except AccountNotFound:
            return None
        try:
            with entered(context.organization):
                rules.require(context, self.permission)
                name = self.open(context)
                return None if name is None else group_name(context.schema_name, name)
        except PermissionMissing as error:
            note_refusal(context, error, f"WebSocket {self.scope['path']}")
            return None
        finally:
            leave()

    def open(self, context: AccountContext) -> str | None:
        raise TypeError(f"{type(self).__name__} does not say what it opens")


def group_name(schema: str, name: str) -> str:
    """The channel group of something in one organization: ASCII, at most 99 characters."""
    return f"{schema}.{name}"
