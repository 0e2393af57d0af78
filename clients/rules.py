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
declare("portal.brand", Role.ADMIN, Scope.ACCOUNT_ADMIN)
# Of guests alone: no role of a member opens these, because members have their own pages for all of it.
declare("portal.search", Role.OWNER)
declare("portal.request", Role.OWNER)
declare("portal.restore", Role.OWNER)

# What a client's permission opens, in the same names that members' roles are asked for.
OPENS: dict[str, frozenset[str]] = {
    Permission.VIEW: frozenset({"source.view", "snapshot.view", "record.view"}),
    Permission.SEARCH: frozenset({"portal.search"}),
    Permission.DOWNLOAD: frozenset({"export.create", "export.view"}),
    Permission.REQUEST_RESTORE: frozenset({"portal.request"}),
    Permission.RESTORE: frozenset({"portal.request", "portal.restore"}),
}
