"""Mail about a case: what to do and where, never what the case says."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from cases import sealing
from cases.enums import ContactKind
from cases.models import Case
from cases.staff import mail_address
from outbound.addresses import address_of
from outbound.services.queueing import queue_notice


def tell_person(case: Case, *, notice: str, context: Mapping[str, str], now: datetime, dedup: str = "") -> None:
    """Write to the person: to a member's present address, else to the one given with the case. Raises ContentGone.

    Whoever gave a phone number or a postal address gets no mail; staff call or write.
    """
    if case.contact_kind != ContactKind.EMAIL:
        return
    address = "" if case.from_guest else address_of(case.subject_id)
    if not address:
        address = sealing.contact_of(case, key=sealing.evidence_key(case.subject_id))
    queue_notice(
        notice=notice,
        to=address,
        language=case.language,
        context={"reference": case.reference, "link": person_link(case), "kind": case.kind, **context},
        now=now,
        subject_id=case.subject_id,
        dedup=dedup,
    )


def tell_staff(case: Case, *, notice: str, people: Iterable[Any], now: datetime, dedup: str) -> None:
    """Write to members of staff, once each under `dedup`; never to one the case is about."""
    for user in people:
        address = "" if case.concerns(user) else mail_address(user)
        if address:
            queue_notice(
                notice=notice,
                to=address,
                language=user.language,
                context={
                    "reference": case.reference,
                    "link": settings.PORTAL_URL + staff_path(case),
                    "kind": case.kind,
                    "who": _who_has(case, user),
                },
                now=now,
                subject_id=user.subject_id,
                dedup=f"{dedup}:{user.pk}",
            )


def _who_has(case: Case, user: Any) -> str:
    """Seen by the reader, as templates/notices/_who.txt wants it."""
    if case.assignee_id is None:
        return "nobody"
    return "you" if case.assignee_id == user.pk else "colleague"


def person_link(case: Case) -> str:
    """Where the person follows the case; holds neither reference nor token."""
    with override(case.language):
        return settings.PORTAL_URL + reverse("cases:track")


def staff_path(case: Case) -> str:
    """The case's page at the staff desk."""
    return reverse(f"admin:{case._meta.app_label}_{case._meta.model_name}_change", args=[case.pk])
