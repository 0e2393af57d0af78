"""What the person may do, for templates: the same rules as in views, so that no button leads to a refusal."""

from django import template

from accounts.access import rules
from accounts.access.context import AccountContext

register = template.Library()


@register.filter
def may(context: AccountContext | None, permission: str) -> bool:
    """`{% if account_context|may:"source.sync" %}`; a misspelt permission is an error, not a no."""
    return rules.can(context, permission)
