"""Base of the settings pages: an organization's sign-in is decided at its root."""

from django.http import HttpRequest

from accounts.access.context import AccountContext
from accounts.access.pages import AccountPage
from accounts.models import Account
from accounts.sso.errors import RootAccountNeeded


class RootPage(AccountPage):
    def permitted(self, request: HttpRequest) -> AccountContext | None:
        context = super().permitted(request)
        if context is not None and not context.account.is_root:
            root = Account.objects.get(organization=context.organization, parent__isnull=True)
            raise RootAccountNeeded(root.name)
        return context
