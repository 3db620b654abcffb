"""Every event any part of the portal records has words for the person."""

import importlib
import pkgutil

import pytest
from django.apps import apps

from accounts import event_words
from accounts.enums import Role
from cases.enums import ALL_EVENTS
from dsr_requests.enums import RequestEvent

OURS = ("accounts", "complaints", "dsr_requests", "cases", "consent", "outbound", "personal_data", "policies", "core")
# Concern no person: nothing of them stands in anybody's log.
ABOUT_NOBODY = {
    "policy.published",
    "keys.rotated",
    "disposal.done",
    "register.begun",
    "register.replayed",
    "register.shortened",
    "retention.approved",
    "retention.begun",
    "retention.done",
    "retention.dropped",
    "retention.stopped",
}


def recorded_events() -> set[str]:
    """The codes of every class named AuditEvent."""
    found = set()
    for app in apps.get_app_configs():
        if app.name not in OURS:
            continue
        for module in pkgutil.iter_modules(app.module.__path__ if app.module else []):
            if module.name != "enums":
                continue
            names = getattr(importlib.import_module(f"{app.name}.enums"), "AuditEvent", None)
            if names is not None:
                found |= {value for name, value in vars(names).items() if name.isupper()}
    return found


def test_every_event_has_words() -> None:
    assert recorded_events() - ABOUT_NOBODY <= set(event_words.WORDS)
    for kind in event_words.CASE_KINDS:
        for step in ALL_EVENTS:
            assert event_words.words_of(f"{kind}.{step}")
    for step in {value for name, value in vars(RequestEvent).items() if name.isupper()}:
        assert event_words.words_of(f"request.{step}")


def test_every_role_has_words() -> None:
    assert {*Role.values, "person", "guest", "system"} <= set(event_words.ROLE_WORDS)


def test_an_event_without_words_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        event_words.words_of("item.teleported")
    assert event_words.words_or_code("item.teleported") == "item.teleported"
