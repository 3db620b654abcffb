"""Telling recipients who hold a person's data to stop, correct or delete, and noting that they did.

The law leaves the time to the controller ("within the time the controller sets", D330 Art. 44.2): it is shorter than
the request's own. An order names the person by reference alone; who tells the recipient looks the person up, or
reads what was kept sealed for it of a deletion (`order_names`).
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from audit.services.recording import actor_reference, record
from core.actors import SYSTEM, Actor
from core.clock import local_date, midnight
from core.rules import request_terms
from personal_data.enums import AuditEvent, Order
from personal_data.errors import NotHeld, OrderConfirmed
from personal_data.models import DataItem, PurposeState, RecipientTask, StoredFile, UseLimit
from personal_data.permissions import check_can_order
from personal_data.retention_pack import keeping_pack
from personal_data.selectors_limits import LIMIT, stopped_purposes
from personal_data.services.order_names import sealed_names
from policies import selectors as policies
from policies.enums import RecipientClass
from policies.pack_types import RecipientSpec

_DAY = timedelta(days=1)
# Our own staff act through the portal, and authorities received what the law made us give them.
_NOT_ORDERED = frozenset({RecipientClass.STAFF.value, RecipientClass.AUTHORITY.value})

# Filled at start by upper packages.
_told_late: list[Callable[..., None]] = []
_when_confirmed: list[Callable[[RecipientTask], None]] = []


def when_late(tell: Callable[..., None]) -> None:
    """Register who hears, once, of orders nobody confirmed in time; called with `tasks` and `now`."""
    _told_late.append(tell)


def when_confirmed(tell: Callable[[RecipientTask], None]) -> None:
    """Register what goes on once a recipient confirmed; called in the transaction of the confirmation."""
    _when_confirmed.append(tell)


def holders_of(
    *,
    subject_id: UUID,
    fields: Collection[str],
    purposes: Collection[str],
    at: datetime,
    classes: Collection[str] = (),
) -> list[RecipientSpec]:
    """Recipients that could hold what is concerned, in the order of the policy in force; of fields that left it those
    that received them.

    Named fields count as they are; for purposes alone it counts what the person has under the recipient's fields.
    """
    version = policies.version_in_force(at)
    if version is None:
        return []
    concerned = set(fields) or _held_fields(subject_id)
    return [
        recipient
        for recipient in keeping_pack(version).recipients
        if recipient.recipient_class not in _NOT_ORDERED
        and (not classes or recipient.recipient_class in classes)
        and (not purposes or set(purposes) & set(recipient.purposes))
        and concerned & set(recipient.fields)
    ]


def give_orders(
    *,
    subject_id: UUID,
    order: Order,
    fields: Collection[str],
    purposes: Collection[str],
    basis: str,
    by: Actor,
    now: datetime,
    before: datetime | None = None,
    classes: Collection[str] = (),
    keeps_names: bool = False,
) -> list[RecipientTask]:
    """One task for each recipient who could hold it; asked twice on one basis, the tasks given first.

    `before` is the limit of what the orders follow from: recipients have to be done a day earlier. `keeps_names` is for
    values about to be deleted: they are kept sealed until the recipient confirmed.
    """
    holders = holders_of(subject_id=subject_id, fields=fields, purposes=purposes, at=now, classes=classes)
    return [
        give_order(
            subject_id=subject_id,
            recipient=holder.code,
            order=order,
            fields=[code for code in (fields or sorted(_held_fields(subject_id))) if code in holder.fields],
            purposes=[code for code in purposes if code in holder.purposes],
            basis=basis,
            by=by,
            now=now,
            before=before,
            keeps_names=keeps_names,
        )
        for holder in holders
    ]


def give_order(
    *,
    subject_id: UUID,
    recipient: str,
    order: Order,
    fields: Iterable[str],
    purposes: Iterable[str],
    basis: str,
    by: Actor,
    now: datetime,
    before: datetime | None = None,
    keeps_names: bool = False,
) -> RecipientTask:
    """One task for one recipient; the first one given on this basis if there is one."""
    task_id, fields = uuid4(), list(fields)
    with transaction.atomic():
        task, created = RecipientTask.objects.get_or_create(
            basis=basis,
            recipient=recipient,
            order=order,
            defaults={
                "id": task_id,
                "subject_ref": subject_id,
                "fields": fields,
                "purposes": list(purposes),
                "given_at": now,
                "due_at": due_moment(now=now, before=before),
                "sealed_names": sealed_names(task_id=task_id, subject_id=subject_id, fields=fields)
                if keeps_names
                else None,
            },
        )
        if created:
            _record(AuditEvent.ORDER_GIVEN, task, by, now, {"due": local_date(task.due_at - _DAY).isoformat()})
    return task


def tell_it_ended(*, limit: UseLimit, by: Actor, now: datetime) -> list[RecipientTask]:
    """Tell whoever was ordered to stop because of a limit that it has ended, in the transaction that ends it.

    Nobody is told of a purpose that something else stops: another limit, or a consent or contract that ended meanwhile.
    """
    stopped = stopped_purposes(limit.subject_id)
    if "" in stopped:
        return []
    over = PurposeState.objects.filter(subject_id=limit.subject_id, live=False).values_list("purpose", flat=True)
    still = stopped.union(over)
    before = RecipientTask.objects.filter(basis=limit.basis, order=Order.STOP)
    told = [(task, _ended_for(task, limit, still)) for task in before.order_by("recipient")]
    return [
        give_order(
            subject_id=task.subject_ref,
            recipient=task.recipient,
            order=Order.ENDED,
            fields=task.fields,
            purposes=purposes,
            basis=f"{LIMIT}:{limit.pk}",
            by=by,
            now=now,
        )
        for task, purposes in told
        if purposes
    ]


def due_moment(*, now: datetime, before: datetime | None) -> datetime:
    """The end of the recipient's last day: the portal's own term, at the latest a day before the limit."""
    last = local_date(now) + timedelta(days=request_terms(on=local_date(now)).recipient_days)
    if before is not None:
        last = min(last, local_date(before) - 2 * _DAY)
    return _end_of(max(last, local_date(now)))


def note_told(*, task_id: UUID, by: Actor, now: datetime) -> None:
    """Note that the recipient was told. Raises OrderingRefused, NotHeld, OrderConfirmed."""
    check_can_order(by=by)
    with transaction.atomic():
        task = _locked(task_id)
        if task.told_at is None:
            task.told_at = now
            task.save(update_fields=["told_at"])
            _record(AuditEvent.ORDER_TOLD, task, by, now, {})


def confirm(*, task_id: UUID, words: str, by: Actor, now: datetime) -> None:
    """Note the recipient's confirmation; `words` say how it came. Raises OrderingRefused, NotHeld, OrderConfirmed."""
    check_can_order(by=by)
    with transaction.atomic():
        task = _locked(task_id)
        task.told_at = task.told_at or now
        task.confirmed_at, task.confirmed_by, task.sealed_names = now, actor_reference(by), None
        task.save(update_fields=["told_at", "confirmed_at", "confirmed_by", "sealed_names"])
        _record(AuditEvent.ORDER_CONFIRMED, task, by, now, {}, note=words.strip())
        for go_on in _when_confirmed:
            go_on(task)


def sweep_late(*, now: datetime) -> int:
    """Tell once of every order that is late; how many."""
    with transaction.atomic():
        late = list(
            RecipientTask.objects.select_for_update(skip_locked=True).filter(
                confirmed_at__isnull=True, due_at__lte=now, late_told_at__isnull=True
            )
        )
        if not late:
            return 0
        for task in late:
            task.late_told_at = now
            task.save(update_fields=["late_told_at"])
            _record(AuditEvent.ORDER_LATE, task, SYSTEM, now, {})
        for tell in _told_late:
            tell(tasks=late, now=now)
    return len(late)


def _held_fields(subject_id: UUID) -> set[str]:
    items = DataItem.objects.filter(subject_id=subject_id).values_list("field", flat=True)
    files = StoredFile.objects.filter(subject_id=subject_id).order_by().values_list("field", flat=True)
    return {*items, *files}


def _end_of(day: date) -> datetime:
    return midnight(day + _DAY)


def _ended_for(task: RecipientTask, limit: UseLimit, still: Collection[str]) -> list[str]:
    """The purposes for which a recipient stopped and no longer has to."""
    ended = [code for code in task.purposes if limit.purpose in ("", code)]
    return [code for code in ended if code not in still]


def _locked(task_id: UUID) -> RecipientTask:
    task = RecipientTask.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise NotHeld
    if task.confirmed_at is not None:
        raise OrderConfirmed
    return task


def _record(
    event: str, task: RecipientTask, by: Actor, now: datetime, details: dict[str, object], note: str = ""
) -> None:
    record(
        event=event,
        target=f"subject:{task.subject_ref}",
        subject_id=task.subject_ref,
        by=by,
        now=now,
        details={"recipient": task.recipient, "order": task.order, "basis": task.basis, **details},
        note=note,
    )
