"""What the copy of a person's data shows of consent: every answer with the exact words it answered, and devices."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent import selectors
from consent.device_facts import DeviceFacts
from consent.enums import Method, Reply
from consent.models import LedgerEntry
from consent.services.granting import evidence_context
from personal_data.fields import facts_context
from personal_data.models import Device
from personal_data.package_sections import Asked, Coded, Row, Section, coded, language_named, leave_out, opened, show
from policies.enums import RecipientClass
from policies.pack_types import message_channel_label


def consent_rows(asked: Asked) -> Iterator[Row]:
    """Every answer ever given, oldest first."""
    entries = list(LedgerEntry.objects.filter(subject_ref=asked.subject_id).order_by("id"))
    wordings = selectors.wordings_of(entries)
    key = asked.evidence_key()
    for entry in entries:
        wording = wordings.get(bytes(entry.wording_hash))
        evidence = json.loads(opened(key, entry.sealed_evidence, evidence_context(entry.act)) or "{}")
        yield Row(
            {
                "purpose": asked.purpose(entry.purpose),
                "channel": Coded(entry.channel, message_channel_label(entry.channel)) if entry.channel else None,
                "recipients": coded(RecipientClass, entry.recipient_class),
                "answer": coded(Reply, entry.reply),
                "at": entry.at,
                "policy_version": entry.version,
                "wording": wording.text if wording else None,
                "language": language_named(entry.language),
                "method": coded(Method, entry.method),
                "entered_by_staff": bool(entry.captured_by),
                "network": evidence.get("network") or None,
                "browser": evidence.get("browser") or None,
            }
        )


def device_rows(asked: Asked) -> Iterator[Row]:
    """Devices noted while a consent stands."""
    for device in Device.objects.filter(subject_id=asked.subject_id):
        sealed = opened(asked.data_key, device.sealed_facts, facts_context(device.pk))
        facts = DeviceFacts.from_bytes(sealed.encode()) if sealed else DeviceFacts("", "")
        yield Row(
            {
                "name": facts.name or None,
                "system": facts.system or None,
                "screen": facts.screen or None,
                "language": facts.language or None,
                "first_seen_at": device.first_seen_at,
                "last_seen_at": device.last_seen_at,
            }
        )


def register() -> None:
    """Hand in the sections, and what is left out."""
    show(
        Section(
            "consents",
            _("Your consents"),
            (
                ("purpose", _("purpose")),
                ("channel", pgettext_lazy("of a message", "channel")),
                ("recipients", _("class of recipient")),
                ("answer", _("answer")),
                ("at", _("moment")),
                ("policy_version", _("policy version")),
                ("wording", _("exactly what you were asked")),
                ("language", _("language")),
                ("method", _("method")),
                ("entered_by_staff", _("entered by staff")),
                ("network", _("network it came from")),
                ("browser", _("browser")),
            ),
            consent_rows,
            ("consent.LedgerEntry",),
            about=_("Every answer you ever gave, with the words as they stood on your screen."),
            as_cards=True,
        ),
        Section(
            "devices",
            _("Your devices"),
            (
                ("name", _("name")),
                ("system", _("operating system")),
                ("screen", _("screen size")),
                ("language", _("language")),
                ("first_seen_at", _("first seen")),
                ("last_seen_at", _("last seen")),
            ),
            device_rows,
            ("personal_data.Device",),
        ),
    )
    leave_out({"consent.ConsentJob": "a task for the worker, gone within seconds"})
