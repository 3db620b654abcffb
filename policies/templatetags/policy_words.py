"""Words of a policy as pages show them."""

from django import template

from core.citations import cite
from policies.pack_types import message_channel_label

register = template.Library()


@register.filter
def clause(value: str) -> str:
    """A reference to law in the language of the page."""
    return cite(str(value))


@register.filter
def channel_name(code: str) -> str:
    """The name of a channel by which the company writes to people."""
    return message_channel_label(str(code))
