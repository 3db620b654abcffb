"""The closed list of ways out; each in a file of its own, loaded on first use."""

from django.utils.module_loading import import_string

from outbound.channels.base import Channel, Envelope

__all__ = ["CHANNELS", "Channel", "Envelope", "channel"]

CHANNELS: dict[str, str] = {
    "EMAIL": "outbound.channels.email.EmailChannel",
}


def channel(name: str) -> Channel:
    """The way out of that name. Raises KeyError for one that does not exist."""
    found: Channel = import_string(CHANNELS[name])()
    return found
