"""How imitations are reached: /<key>/<real host>/<path> is the platform, /sandbox/<key>/ its administration."""

import inspect

from integrations.sandbox import jsonio
from integrations.sandbox.http import ApiError, Reply, Request, Router
from integrations.sandbox.imitations import imitations
from integrations.sandbox.imitations.administration import Administration
from integrations.sandbox.imitations.frame import Imitation, Settings


class Mounted:
    """All imitations of one sandbox, or the chosen ones."""

    def __init__(self, settings: Settings, keys: tuple[str, ...] = ()) -> None:
        self._administrations: dict[str, Administration] = {}
        self._routers: dict[str, Router] = {}
        for key, kind in imitations().items():
            if keys and key not in keys:
                continue
            self._administrations[key] = Administration(kind(settings))
            self._routers[key] = Router()
            self._administrations[key].register(self._routers[key])

    def imitation(self, key: str) -> Imitation:
        return self._administrations[key].imitation

    async def answer(self, request: Request) -> Reply | None:
        """The reply, or None when the path belongs to no imitation."""
        parts = request.path.split("/", 3)
        first, second = (*parts[1:3], "", "")[:2]
        rest = "/" + (parts[3] if len(parts) > 3 else "")
        if first in self._administrations:
            request.path = rest
            return await self._administrations[first].imitation.answer(second, request)
        if first == "sandbox" and second in self._administrations:
            request.path = rest
            return await self._administer(second, request)
        return None

    async def _administer(self, key: str, request: Request) -> Reply:
        try:
            route, request.params = self._routers[key].match(request.method, request.path)
            answer = route.handler(request)
            return await answer if inspect.isawaitable(answer) else answer
        except ApiError as error:
            return Reply(error.status, jsonio.dumps({"message": error.message}))
