"""One-time codes to an address a case already holds.

1. A code lives ten minutes, takes three tries, works once, and only for the case and purpose it was made for.
2. Looking up a case does the same work whether it exists or not: two reads, one row. The mail is written by the worker,
   so neither text nor time tells a stranger whether a reference and an address belong together. A wrong code is called
   too old ten minutes after it was asked for, sent or not: only the right one learns that its mail left later.
3. Tries are counted before the answer is given, under a lock.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from cases import sealing
from cases.enums import CodeAnswer, CodePurpose
from cases.errors import ContentGone, TooManyCodes
from cases.models import Case, OneTimeCode
from cases.references import as_written
from cases.registry import case_kinds, case_of
from cases.services.telling import tell_person
from core.classification import Period
from core.encryption import blind_index
from core.queue import enqueue_on_commit
from personal_data.own_records import Ages, Kind

LIFETIME = timedelta(minutes=10)
MAX_ATTEMPTS = 3
MAX_PER_HOUR = 5


def code_for_case(case: Case, *, purpose: str, now: datetime) -> tuple[OneTimeCode, str]:
    """A fresh code for a case, to be mailed in the caller's transaction. Raises TooManyCodes."""
    if recent_codes(case.target, now=now) >= MAX_PER_HOUR:
        raise TooManyCodes
    row = OneTimeCode(purpose=purpose, case_ref=case.target, created_at=now, sent_at=now, expires_at=now + LIFETIME)
    code = _fill(row)
    row.save(force_insert=True)
    return row, code


def begin_lookup(*, reference: str, address: str, now: datetime) -> OneTimeCode:
    """Start looking up a case by reference and address.

    Always answers alike; only when both are right is a code mailed.
    """
    case = _find(as_written(reference), address)
    with transaction.atomic():
        row = OneTimeCode.objects.create(
            purpose=CodePurpose.TRACK,
            case_ref=case.target if case else "",
            created_at=now,
            expires_at=now + LIFETIME,
        )
        enqueue_on_commit("cases.send_codes")
    return row


def send_pending(*, now: datetime) -> int:
    """Mail the codes that were asked for. Safe to run any number of times at once. Returns how many were written."""
    sent = 0
    waiting = OneTimeCode.objects.filter(purpose=CodePurpose.TRACK, sent_at=None, expires_at__gt=now).exclude(
        case_ref=""
    )
    for row_id in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk=row_id).first()
            case = case_of(row.case_ref) if row else None
            if row is None or case is None:
                continue
            if recent_codes(row.case_ref, now=now, sent=True) >= MAX_PER_HOUR:
                # No code is made that nobody gets: it could still be guessed.
                row.sent_at, row.expires_at = now, now + LIFETIME
                row.save(update_fields=["sent_at", "expires_at"])
                continue
            code = fill(row, now=now)
            try:
                tell_person(case, notice="case-code", context={"code": code}, now=now)
            except ContentGone:
                continue
            sent += 1
    return sent


def fill(row: OneTimeCode, *, now: datetime) -> str:
    """Make the code of a locked row that has none yet; it lives from this moment."""
    code = _fill(row)
    row.sent_at, row.expires_at = now, now + LIFETIME
    row.save(update_fields=["sent_at", "expires_at", "code_hash"])
    return code


def recent_codes(case_ref: str, *, now: datetime, sent: bool = False) -> int:
    """How many codes were asked for, or with `sent` were mailed, for a case in the last hour."""
    rows = OneTimeCode.objects.filter(case_ref=case_ref, created_at__gt=now - timedelta(hours=1))
    return (rows.exclude(code_hash=None) if sent else rows).count()


def answer(*, code_id: UUID, purpose: str, typed: str, now: datetime) -> CodeAnswer:
    """Compare what was typed. The try counts whatever comes of it."""
    with transaction.atomic():
        row = OneTimeCode.objects.select_for_update().filter(pk=code_id, purpose=purpose).first()
        if row is None or row.used_at is not None or row.attempts >= MAX_ATTEMPTS:
            return CodeAnswer.SPENT
        row.attempts += 1
        right = hmac.compare_digest(bytes(row.code_hash or b""), _hash(row, _digits(typed))) and row.expires_at > now
        if right:
            row.used_at = now
        row.save(update_fields=["attempts", "used_at"])
    if right:
        return CodeAnswer.RIGHT
    is_old = row.created_at + LIFETIME <= now
    return CodeAnswer.SPENT if is_old or row.attempts >= MAX_ATTEMPTS else CodeAnswer.WRONG


def remove_old(ages: Ages) -> int:
    """Remove codes when their time after they were asked for is over. How many."""
    return _codes_over(ages).delete()[0]


def _find(reference: str, address: str) -> Case | None:
    index = blind_index(address, name=sealing.CONTACT_INDEX)
    found: Case | None = None
    for model in case_kinds().values():
        # Without its text: a long one must not take longer to look past than a short one, or than none.
        case: Case | None = model._default_manager.defer("sealed_text").filter(reference=reference).first()
        if case is not None and hmac.compare_digest(bytes(case.contact_index), index):
            found = case
    return found


def _fill(row: OneTimeCode) -> str:
    code = f"{secrets.randbelow(10**6):06}"
    row.code_hash = _hash(row, code)
    return code


def _hash(row: OneTimeCode, code: str) -> bytes:
    return blind_index(f"{row.pk}:{code}", name="cases.code")


def _digits(typed: str) -> str:
    return "".join(char for char in typed if char.isdecimal())


def _codes_over(ages: Ages) -> "QuerySet[OneTimeCode]":
    return ages.over(OneTimeCode.objects.all(), "created_at", Period.CODES)


CODES = Kind(
    "codes",
    pgettext_lazy("own record", "One-time codes"),
    pgettext_lazy("own record", "%(codes_days)s after they were asked for"),
    OneTimeCode.objects.all,
    _codes_over,
    Period.CODES,
)
