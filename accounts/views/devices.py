"""Devices noted under consent, and apart from them what sign-in security keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.device_noting import facts_of, note_this_device, wants_facts
from accounts.member_pages import member_action, member_page, person, version_shown
from accounts.selectors import browser_words
from consent.answers import ConsentKey
from consent.errors import DeviceNotNoted
from consent.models import LedgerEntry
from consent.selectors import in_force
from consent.services.asking import device_questions, question_by_key
from consent.services.devices import forget_device, forget_devices, noted_devices
from core import clock
from personal_data.errors import NotHeld
from personal_data.errors_retention import HeldForLaw
from policies.models import PolicyVersion
from policies.selectors import document


@member_page
def devices(http: HttpRequest) -> HttpResponse:
    """What is noted, under which consent, and the sessions that security keeps."""
    user, version = person(http), version_shown(http)
    given = in_force(user.subject_id, clock.now())
    noted = noted_devices(user.subject_id)
    here = facts_of(http) if noted else None
    return render(
        http,
        "accounts/devices.html",
        {
            "noted": [(device, here is not None and device.facts.same_device(here)) for device in noted],
            "consents": _device_consents(given, version),
            "note_device": wants_facts(http, given),
            "security": document(version).security_data if version else None,
            "sessions": _sessions(http),
        },
    )


@member_action(back_to="accounts:devices")
def device_note(http: HttpRequest) -> HttpResponse:
    """Note the device in use; the page's script sends this by itself, a press does it without script."""
    noted = note_this_device(http, now=clock.now(), from_page=True)
    if http.POST.get("quiet"):
        return HttpResponse(status=204)
    if noted:
        messages.success(http, _("This device is noted."))
    else:
        messages.error(http, DeviceNotNoted.message)
    return redirect("accounts:devices")


@member_action(back_to="accounts:devices")
def device_delete(http: HttpRequest, device_id: UUID) -> HttpResponse:
    """Delete one device."""
    user = person(http)
    try:
        forget_device(subject_id=user.subject_id, device_id=device_id, by=user, now=clock.now())
    except (NotHeld, HeldForLaw) as refusal:
        messages.info(http, refusal.message)
    else:
        messages.success(http, _("The device is deleted."))
    return redirect("accounts:devices")


@member_action(back_to="accounts:devices")
def devices_delete(http: HttpRequest) -> HttpResponse:
    """Delete every device."""
    user = person(http)
    try:
        count = forget_devices(subject_id=user.subject_id, by=user, now=clock.now())
    except HeldForLaw as refusal:
        messages.info(http, refusal.message)
        return redirect("accounts:devices")
    if count:
        messages.success(
            http, ngettext("%(count)s device deleted.", "%(count)s devices deleted.", count) % {"count": count}
        )
    else:
        messages.info(http, _("There was no device to delete."))
    return redirect("accounts:devices")


@dataclass(frozen=True)
class DeviceConsent:
    """A consent that names devices, as it stands now."""

    token: str
    title: str
    since: datetime | None


@dataclass(frozen=True)
class SessionRow:
    """One session, as security keeps it."""

    browser: str
    address: str
    began: datetime
    seen: datetime
    is_this: bool


def _device_consents(given: Mapping[ConsentKey, LedgerEntry], version: PolicyVersion | None) -> list[DeviceConsent]:
    if version is None:
        return []
    asked = question_by_key(version, get_language() or "vi")
    naming: list[ConsentKey] = sorted(device_questions(version))
    return [DeviceConsent(key.token, asked[key].heading, given[key].at if key in given else None) for key in naming]


def _sessions(http: HttpRequest) -> list[SessionRow]:
    rows = UserSession.objects.filter(user=person(http)).order_by("-last_seen_at")
    return [
        SessionRow(
            browser_words(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == http.session.session_key,
        )
        for row in rows
    ]
