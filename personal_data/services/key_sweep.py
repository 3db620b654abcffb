"""Keys whose person never came to be, or is erased."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from audit.services.recording import record
from core.actors import SYSTEM
from personal_data import keys
from personal_data.enums import AuditEvent, KeyKind, SubjectState
from personal_data.errors_keys import StrangeKeys
from personal_data.models import DataSubject, KeptByLaw, SubjectKey

GRACE = timedelta(hours=1)
FEWEST = 20  # fewer keys than this say nothing about the database


def remove_orphan_keys(*, now: datetime) -> int:
    """Remove keys older than an hour without a person, data keys of the erased, and the key of what the law keeps where
    nothing is kept. The number of people concerned.

    A creation still under way looks like an orphan: so a tombstone takes the person's place first, and only then the
    keys go. Where most keys are of people this database does not know, it is not the one they belong to: they stay.
    Raises StrangeKeys.
    """
    refs = set(SubjectKey.objects.filter(created_at__lt=now - GRACE).values_list("subject_ref", flat=True))
    known = dict(DataSubject.objects.filter(pk__in=refs).values_list("pk", "state"))
    count, unknown = 0, refs - known.keys()
    if len(unknown) >= FEWEST and 2 * len(unknown) > len(refs):
        raise StrangeKeys
    for ref in sorted(unknown):
        try:
            with transaction.atomic():
                record(
                    event=AuditEvent.ERASURE_DONE,
                    target=f"subject:{ref}",
                    subject_id=ref,
                    by=SYSTEM,
                    now=now,
                    details={"orphan": True},
                )
                DataSubject.objects.create(
                    pk=ref, state=SubjectState.ERASED, language="", age_band="", created_at=now, erased_at=now
                )
        except IntegrityError:
            continue
        keys.destroy_data_key(ref)
        keys.destroy_evidence_key(ref)
        count += 1
    erased = [ref for ref, state in known.items() if state == SubjectState.ERASED]
    keeps = set(KeptByLaw.objects.filter(subject__in=erased).values_list("subject_id", flat=True))
    keys.destroy_kept_keys(set(erased) - keeps)
    return count + SubjectKey.objects.filter(subject_ref__in=erased, kind=KeyKind.DATA).delete()[0]
