"""The only door to tenant data: `Model.objects.visible_to(context)`."""

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db import models

from accounts.access.guests import shared_rows
from accounts.access.schema import in_tenant
from accounts.errors import NoTenant
from listbackup.core.db import BaseModel, public_key

if TYPE_CHECKING:
    from accounts.access.context import AccountContext

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """A queryset that runs only while an organization's schema is active."""

    account_field = "account"

    def visible_to(self, context: "AccountContext") -> "TenantQuerySet[M]":
        """The rows of the context's account and of everything below it; of a guest's, those that are shared."""
        if context.guest is not None:
            return self.filter(shared_rows(self.model, context.guest.shares))
        return self.filter(**{f"{self.account_field}__path__startswith": context.account.path})

    def shared_with(self, context: "AccountContext") -> "TenantQuerySet[M]":
        """The rows of the context's account and of the accounts above it: to use, not to change; a guest has none."""
        if context.guest is not None:
            return self.none()
        return self.filter(**{f"{self.account_field}__in": context.account.ancestor_ids})


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Refuses to build a query outside of an organization: it never falls back to public or to the last one used."""

    def get_queryset(self) -> TenantQuerySet[Any]:
        if not in_tenant():
            raise NoTenant(f"{self.model.__name__} was queried outside of an organization")
        return super().get_queryset()  # type: ignore[no-any-return]

    def none(self) -> TenantQuerySet[Any]:
        """Asks the database nothing, so that it needs no organization: the OpenAPI document is made of it."""
        return TenantQuerySet(self.model).none()


class TenantModel(BaseModel):
    """Base of every model that lives in an organization's schema and belongs to an account."""

    account = public_key("accounts.Account")

    # Where a row's source is and when the row was, for what guests see (`accounts.access.guests`); nothing by default.
    source_field: ClassVar[str] = ""
    moment_field: ClassVar[str] = ""

    objects = TenantManager()

    class Meta:
        abstract = True
        # Relations and admin go through the same guarded manager.
        base_manager_name = "objects"
