"""Noting the device in use: from headers and one small script, only while a consent names devices (CG-3)."""

from collections.abc import Mapping
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from accounts.member_pages import person, version_shown
from consent.answers import ConsentKey
from consent.device_facts import DeviceFacts, read_facts
from consent.errors import DeviceNotNoted
from consent.evidence import minimal_evidence
from consent.models import LedgerEntry
from consent.services.devices import names_devices, note_device

_NOTED = "device_noted"


def wants_facts(http: HttpRequest, given: Mapping[ConsentKey, LedgerEntry]) -> bool:
    """Whether the page carries the small form: consent stands, and this session's device is not noted in full.

    `given` are the person's last answers.
    """
    return not http.session.get(_NOTED) and names_devices(given, known=version_shown(http))


def note_this_device(http: HttpRequest, *, now: datetime, from_page: bool) -> bool:
    """Note the device of this request; False when no consent stands.

    `from_page`: a page's form sent the facts, so this session asks no more.
    """
    user = person(http)
    facts = facts_of(http)
    try:
        note_device(subject_id=user.subject_id, facts=facts, by=user, now=now)
    except DeviceNotNoted:
        return False
    if from_page:
        http.session[_NOTED] = True
    return True


def facts_of(http: HttpRequest) -> DeviceFacts:
    """What this request says of its device."""
    return read_facts(
        http.headers, screen=http.POST.get("screen", "")[:20], language=http.POST.get("device_language", "")[:40]
    )


def evidence_of(http: HttpRequest) -> dict[str, str]:
    """The minimum of technical proof in this request."""
    return minimal_evidence(
        address=get_adapter(http).get_client_ip(http) or "", user_agent=http.headers.get("User-Agent", "")
    )
