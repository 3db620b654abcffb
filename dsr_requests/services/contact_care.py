"""A contact detail is replaced: the old one is told, so that whoever owns it can speak up."""

from datetime import datetime
from uuid import UUID

from outbound.addresses import address_of
from outbound.services.queueing import queue_notice
from personal_data.models import DataSubject
from policies.enums import FieldKind


def tell_old_contact(*, subject_id: UUID, kind: str, old_value: str, now: datetime) -> None:
    """Write to the address that is replaced, and to the sign-in address; a number is not written to.

    Called in the transaction that replaces it.
    """
    person = DataSubject.objects.get(pk=subject_id)
    readers = {address_of(subject_id), old_value if kind == FieldKind.EMAIL else ""} - {""}
    for reader in sorted(readers):
        queue_notice(
            notice="contact-changed",
            to=reader,
            language=person.language,
            context={},
            now=now,
            subject_id=subject_id,
        )
