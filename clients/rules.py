"""Permissions of the clients app: of members over clients, and what each of a client's own permissions opens."""

from accounts.access.rules import declare
from accounts.enums import Role, Scope
from clients.enums import Permission

declare("client.view", Role.VIEWER, Scope.ACCOUNT_ADMIN)
declare("client.create", Role.MEMBER, Scope.ACCOUNT_ADMIN)
declare("client.update", Role.MEMBER, Scope.ACCOUNT_ADMIN)
declare("client.invite", Role.MEMBER, Scope.ACCOUNT_ADMIN)
declare("client.archive", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("client.suspend", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("client.grant", Role.ADMIN, Scope.ACCOUNT_ADMIN)
declare("client.preview", Role.MEMBER)
declare("client.decide", Role.MEMBER, Scope.JOBS_RUN)
declare("client.brand", Role.ADMIN, Scope.ACCOUNT_ADMIN)
# What a client's permission opens, in the same names that members' roles are asked for; those that begin with `portal.` are
# of guests alone, so that no role has them.
OPENS: dict[str, frozenset[str]] = {
    Permission.VIEW: frozenset({"source.view", "snapshot.view", "record.view"}),
    Permission.SEARCH: frozenset({"portal.search"}),
    Permission.DOWNLOAD: frozenset({"export.create", "export.view"}),
    Permission.REQUEST_RESTORE: frozenset({"portal.request"}),
    Permission.RESTORE: frozenset({"portal.request", "portal.restore"}),
}
