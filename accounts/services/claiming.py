"""Something is held already under the address a person has proved: by import, or from a case without account.

The person sees what it is before it is attached, and says whether it is theirs. An account that holds nothing yet moves
over to the person already known, and the one made at sign-up is erased. An account that holds something takes over what
is held, as staff merge two people. Who says "that is not me" is not asked about it again.
"""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.enums import AuditEvent
from accounts.models import SealedAddress, User
from accounts.sealed_address import AddressUnknown, open_row, real_address
from accounts.selectors import known_before
from audit.services.recording import record
from core.actors import Actor
from core.encryption import seal
from dsr_requests.selectors_identity import contact_index, is_frozen, standing_pauses
from personal_data.enums import AgeBand, MergeState
from personal_data.errors import KeyDestroyed, NotHeld
from personal_data.keys import data_key
from personal_data.models import DataSubject, ImportedPerson, Merge
from personal_data.naming import named
from personal_data.selectors_limits import goes_soon
from personal_data.services.erasing import begin_erasure
from personal_data.services.merging import decline_own, merge_own
from personal_data.services.subjects import hold_active


def waiting_for(*, user: User, at: datetime) -> UUID | None:
    """The person on whom something is held under the proved address of an account, and who is not decided on yet."""
    if user.is_staff or not EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists():
        return None
    own = Merge.objects.filter(other=user.subject_id, state=MergeState.DECLINED)
    try:
        address = real_address(user)
    except (AddressUnknown, KeyDestroyed):
        return None
    known = known_before(address=address, at=at, but_not=[user.subject_id, *own.values_list("kept_id", flat=True)])
    return known if known is not None and _may_be_shown(user, known, address, at) else None


@transaction.atomic
def claim(*, user_id: UUID, known: UUID, by: Actor, now: datetime) -> UUID:
    """Attach what the person was shown. The person the account belongs to from now on.

    Raises NotHeld when `known` is not what waits for this account (any more), SubjectGone when either is being erased.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if waiting_for(user=user, at=now) != known:
        raise NotHeld
    made = user.subject_id
    hold_active(made)
    hold_active(known)
    kept = known
    if set(named([made], besides=(User, Merge))):
        merge_own(kept=made, other=known, by=by, now=now)
        kept = made
    else:
        _move_over(user, known, by, now)
    record(event=AuditEvent.ACCOUNT_CLAIMED, target=f"subject:{kept}", by=by, now=now, subject_id=kept)
    record(event=AuditEvent.ACCOUNT_CLAIMED, target=f"user:{user.pk}", by=by, now=now, subject_id=kept)
    ImportedPerson.objects.filter(subject=kept, told_at=None).update(told_at=now)
    return kept


@transaction.atomic
def disown(*, user_id: UUID, known: UUID, by: Actor, now: datetime) -> None:
    """The person says it is somebody else's; staff see it, and nobody asks again. Raises NotHeld."""
    user = User.objects.select_for_update().get(pk=user_id)
    if waiting_for(user=user, at=now) != known:
        raise NotHeld
    decline_own(kept=known, other=user.subject_id, by=by, now=now)


def _may_be_shown(user: User, known: UUID, address: str, at: datetime) -> bool:
    """Not while requests from the address are held, a contact detail is new, or the deletion of either can still begin.

    What keeps a request from disclosing anything keeps a claim from it too.
    """
    people = (user.subject_id, known)
    held = standing_pauses(contact=contact_index(address), subjects=people).exists()
    return not (held or is_frozen(known, at) or goes_soon(*people))


def _move_over(user: User, known: UUID, by: Actor, now: datetime) -> None:
    """The account, which holds nothing yet, goes over to the person known; the one made at sign-up is erased."""
    made, key = user.subject_id, data_key(known)
    for row in SealedAddress.objects.select_for_update().filter(user=user).select_related("user"):
        address = open_row(row)
        row.sealed_value = seal(key, address.encode(), context=row.sealing_context)
        row.save(update_fields=["sealed_value"])
    User.objects.filter(pk=user.pk).update(subject_id=known)
    DataSubject.objects.filter(pk=known).update(age_band=AgeBand.ADULT, language=user.language, last_active_at=now)
    begin_erasure(subject_id=made, address="", by=by, now=now)
