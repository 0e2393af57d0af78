"""Errors of the domains app."""

from listbackup.core.errors import Conflict, NotFound


class DomainNotFound(NotFound):
    code = "domain.not_found"


class DomainTaken(Conflict):
    code = "domain.taken"
    remedy = "If it is yours, write to our support: we settle who owns it."


class DomainNotVerified(Conflict):
    code = "domain.not_verified"
    remedy = "Create the missing records at your DNS, then check again."
