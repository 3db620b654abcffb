"""Deletion the organisation decides: one person selects and sees the effect, another sees it anew and approves it.

Nothing is deleted here: what was approved is a trigger of the retention engine on the day it names, with every ground
for waiting that any other trigger has.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.services.recording import actor_reference, record
from core.actors import Actor
from core.clock import local_date
from personal_data.enums import AuditEvent, DisposalKind, DisposalState
from personal_data.errors_holds import DisposalDecided, EffectChanged, NotClear, OwnMatter
from personal_data.models import DataSubject, Disposal
from personal_data.permissions import check_can_decide_retention, check_can_prepare_retention
from personal_data.selectors_holds import newest_pack
from personal_data.selectors_merged import is_own
from personal_data.services.disposal_effect import Effect, effect_of
from personal_data.services.holds import one_at_a_time
from personal_data.services.purposes import purposes_that_end
from personal_data.staff_telling import DISPOSAL_WAITS, tell_staff

LONGEST_WAIT = timedelta(days=366)


def selected(
    *,
    kind: str,
    fields: Collection[str] = (),
    purpose: str = "",
    subject_ref: UUID | None = None,
    held_before: date | None = None,
    ground: str,
    goes_on: date | None,
    now: datetime,
) -> tuple[Disposal, Effect]:
    """A selection that was checked, with what it would do; nothing is kept yet: the dry run. Raises NotClear."""
    if kind not in DisposalKind.values:
        raise NotClear(_("Choose what was decided."), field="kind")
    if not ground.strip():
        raise NotClear(_("Say why, in a few words."), field="ground")
    today = local_date(now)
    if goes_on is None or not today <= goes_on <= today + LONGEST_WAIT:
        raise NotClear(_("Name a day from today on, within a year."), field="goes_on")
    # What comes in after the decision is not part of it.
    held_before = held_before or today + timedelta(days=1)
    if held_before > today + timedelta(days=1):
        raise NotClear(_("This day is still to come."), field="held_before")
    if subject_ref is not None and not DataSubject.objects.filter(pk=subject_ref, erased_at__isnull=True).exists():
        raise NotClear(_("There is no person with this reference."), field="subject_ref")
    _check_what(kind, fields, purpose, now)
    row = Disposal(
        kind=kind,
        fields=sorted(set(fields)) if kind != DisposalKind.PURPOSE else [],
        purpose=purpose if kind == DisposalKind.PURPOSE else "",
        subject_ref=subject_ref,
        held_before=None if kind == DisposalKind.PURPOSE else held_before,
        ground=ground.strip(),
        goes_on=goes_on,
    )
    effect = effect_of(row, now=now)
    row.people, row.items, row.held_back = effect.people, effect.items, dict(effect.held_back)
    row.digest = digest_of(row, effect)
    return row, effect


def propose(
    *,
    kind: str,
    fields: Collection[str] = (),
    purpose: str = "",
    subject_ref: UUID | None = None,
    held_before: date | None = None,
    ground: str,
    goes_on: date | None,
    seen_digest: bytes | None = None,
    by: Actor,
    now: datetime,
) -> Disposal:
    """Prepare a deletion for a second person, who is told; `seen_digest` is the effect the first one saw.

    Sent twice, the one that waits already is returned.

    Raises RetentionRefused, NotClear, EffectChanged, OwnMatter.
    """
    check_can_prepare_retention(by=by)
    _check_not_own(subject_ref, by)
    with transaction.atomic():
        row, _effect = selected(
            kind=kind,
            fields=fields,
            purpose=purpose,
            subject_ref=subject_ref,
            held_before=held_before,
            ground=ground,
            goes_on=goes_on,
            now=now,
        )
        if seen_digest is not None and seen_digest != bytes(row.digest):
            raise EffectChanged
        row.proposed_by, row.proposed_at = actor_reference(by), now
        one_at_a_time(by=by)
        same = Disposal.objects.filter(state=DisposalState.PROPOSED, proposed_by=row.proposed_by, digest=row.digest)
        if (before := same.first()) is not None:
            return before
        row.save(force_insert=True)
        _record(AuditEvent.DISPOSAL_PROPOSED, row, by, now)
        told = {"disposal": str(row.pk), "ends": "1" if row.kind == DisposalKind.PURPOSE else ""}
        dedup = f"disposal-waiting:{row.pk}"
        tell_staff(notice=DISPOSAL_WAITS, context=told, dedup=dedup, now=now, but=row.proposed_by)
    return row


def approve(*, disposal_id: int, seen_digest: bytes, by: Actor, now: datetime) -> Disposal:
    """Approve what somebody else prepared; `seen_digest` is the effect the second person saw, which has to be that of
    now. Approved twice by the same, nothing changes.

    Raises DecidingRefused, DisposalDecided, EffectChanged, OwnMatter.
    """
    with transaction.atomic():
        row = Disposal.objects.select_for_update().get(pk=disposal_id)
        check_can_decide_retention(by=by, not_by=row.proposed_by)
        _check_not_own(row.subject_ref, by)
        if row.state in (DisposalState.APPROVED, DisposalState.DONE) and row.decided_by == actor_reference(by):
            return row
        if row.state != DisposalState.PROPOSED:
            raise DisposalDecided
        effect = effect_of(row, now=now)
        if digest_of(row, effect) != seen_digest:
            raise EffectChanged
        row.people, row.items, row.held_back = effect.people, effect.items, dict(effect.held_back)
        row.digest = seen_digest
        row.state, row.decided_by, row.decided_at = DisposalState.APPROVED, actor_reference(by), now
        row.save()
        _record(AuditEvent.DISPOSAL_APPROVED, row, by, now)
    return row


def decline(*, disposal_id: int, by: Actor, now: datetime) -> Disposal:
    """Decline it, or take the own proposal back. Declined already, nothing happens. Raises DecidingRefused,
    RetentionRefused, DisposalDecided.
    """
    with transaction.atomic():
        row = Disposal.objects.select_for_update().get(pk=disposal_id)
        if row.proposed_by == actor_reference(by):
            check_can_prepare_retention(by=by)
        else:
            check_can_decide_retention(by=by)
        if row.state == DisposalState.DECLINED:
            return row
        if row.state != DisposalState.PROPOSED:
            raise DisposalDecided
        row.state, row.decided_by, row.decided_at = DisposalState.DECLINED, actor_reference(by), now
        row.save(update_fields=["state", "decided_by", "decided_at"])
        _record(AuditEvent.DISPOSAL_DECLINED, row, by, now)
    return row


def digest_of(row: Disposal, effect: Effect) -> bytes:
    """A hash of a selection and of what it would do now."""
    told = [
        str(row.kind),
        sorted(row.fields),
        row.purpose,
        str(row.subject_ref or ""),
        row.held_before.isoformat() if row.held_before else "",
        row.ground,
        row.goes_on.isoformat(),
        effect.people,
        effect.items,
        sorted(effect.held_back.items()),
    ]
    return hashlib.sha256(json.dumps(told).encode()).digest()


def _check_not_own(subject_ref: UUID | None, by: Actor) -> None:
    """Nobody decides what goes of themselves alone. Raises OwnMatter."""
    if is_own([subject_ref], by=by):
        raise OwnMatter


def _check_what(kind: str, fields: Collection[str], purpose: str, now: datetime) -> None:
    if kind == DisposalKind.PURPOSE:
        if purpose not in {one.code for one in purposes_that_end(at=now)}:
            raise NotClear(_("Choose a purpose that rests on a contract or the law."), field="purpose")
        return
    pack = newest_pack()
    if not fields:
        raise NotClear(_("Choose at least one field."), field="fields")
    if not pack or any(pack.field(code) is None for code in fields):
        raise NotClear(_("The policy has no such field."), field="fields")


def _record(event: str, row: Disposal, by: Actor, now: datetime) -> None:
    record(
        event=event,
        target=f"disposal:{row.pk}",
        subject_id=row.subject_ref,
        by=by,
        now=now,
        details={
            "kind": row.kind,
            "fields": row.fields,
            "purpose": row.purpose,
            "people": row.people,
            "items": row.items,
            "digest": bytes(row.digest).hex(),
        },
    )
