"""Someone signs up with an address under which something is held already: by import, or from a case without account.

Proving the address proves that it is theirs. The account, still empty, moves over to the person already known; the
person made at sign-up holds nothing and is erased.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import AuditEvent
from accounts.models import SealedAddress, User
from accounts.sealed_address import open_row, real_address
from accounts.selectors import known_before
from audit.services.recording import record
from core.actors import Actor
from core.encryption import seal
from personal_data.enums import AgeBand
from personal_data.keys import data_key
from personal_data.models import DataSubject
from personal_data.services.erasing import begin_erasure
from personal_data.services.subjects import hold_active


@transaction.atomic
def claim(*, user_id: UUID, by: Actor, now: datetime) -> UUID | None:
    """Join a new account with the person already known under its proved address. The person, or None when nobody is.

    Raises SubjectGone when either is being erased.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    made, known = user.subject_id, known_before(address=real_address(user), at=now)
    if known is None or known == made:
        return None
    hold_active(made)
    hold_active(known)
    key = data_key(known)
    for row in SealedAddress.objects.select_for_update().filter(user=user).select_related("user"):
        address = open_row(row)
        row.sealed_value = seal(key, address.encode(), context=row.sealing_context)
        row.save(update_fields=["sealed_value"])
    User.objects.filter(pk=user.pk).update(subject_id=known)
    DataSubject.objects.filter(pk=known).update(age_band=AgeBand.ADULT, language=user.language, last_active_at=now)
    record(event=AuditEvent.ACCOUNT_CLAIMED, target=f"subject:{known}", by=by, now=now, subject_id=known)
    record(event=AuditEvent.ACCOUNT_CLAIMED, target=f"user:{user.pk}", by=by, now=now, subject_id=known)
    begin_erasure(subject_id=made, address="", by=by, now=now)
    return known
