"""What the sign-in pages need beside the common filters."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """A value as JSON text for a data attribute; the template escapes it like any text."""
    return json.dumps(value, default=str)
