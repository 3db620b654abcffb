"""A guest proves the address. The clock has been running since receipt; nothing about it changes here."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.enums import CaseEvent, CodeAnswer, CodePurpose
from cases.guards import check_is_unverified
from cases.models import Case, OneTimeCode
from cases.services.assigning import auto_assign
from cases.services.codes import answer, code_for_case
from cases.services.locking import lock_case
from cases.services.recording import note
from cases.services.scheduling import schedule
from cases.services.telling import tell_person
from core.actors import GUEST, Actor

_when_proved: dict[str, Callable[..., object]] = {}


def when_proved(kind: str, follow: Callable[..., object]) -> None:
    """Hand in what follows when the address of a kind of case is proved: `follow(case, now=…)`, in the transaction."""
    _when_proved[kind] = follow


def resend_code(*, kind: str, case_id: int, by: Actor, now: datetime) -> OneTimeCode:
    """Mail a fresh code to the guest's address. Raises AlreadyVerified, TooManyCodes."""
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_is_unverified(case)
        row, code = code_for_case(case, purpose=CodePurpose.VERIFY, now=now)
        tell_person(case, notice="case-verify", context={"code": code}, now=now)
    return row


def verify_with_code(*, kind: str, case_id: int, code_id: UUID | None, typed: str, now: datetime) -> CodeAnswer:
    """Answer the code mailed when the case was filed; when right, the address counts as proved."""
    row = OneTimeCode.objects.filter(pk=code_id, case_ref=f"{kind}:{case_id}").first() if code_id else None
    if row is None:
        return CodeAnswer.SPENT
    outcome = answer(code_id=row.pk, purpose=CodePurpose.VERIFY, typed=typed, now=now)
    if outcome == CodeAnswer.RIGHT:
        mark_verified(kind=kind, case_id=case_id, by=GUEST, now=now)
    return outcome


def mark_verified(*, kind: str, case_id: int, by: Actor, now: datetime) -> Case:
    """Note that the address was proved. Safe to repeat."""
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        if case.verified_at is None:
            case.verified_at = now
            schedule(case, now=now, save=False)
            case.save(update_fields=["verified_at", "next_mark", "next_mark_at"])
            note(case, CaseEvent.ADDRESS_VERIFIED, by=by, now=now)
            auto_assign(case, now=now)
            if follow := _when_proved.get(kind):
                follow(case, now=now)
    return case
