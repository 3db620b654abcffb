"""Legal holds: placed on a ground, looked at again by a day, released. A hold stops deletion and nothing else.

What was due while it stood goes by itself after its release: every search for what is due asks for holds anew.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from audit.services.recording import Fact, actor_reference, record_many
from core.actors import SYSTEM, Actor
from core.clock import local_date
from personal_data.enums import AuditEvent, HoldGround, SubjectState
from personal_data.errors_holds import HoldOver, NotClear, OwnMatter
from personal_data.hold_scope import CATEGORIES
from personal_data.models import DataItem, DataSubject, LegalHold, StoredFile
from personal_data.permissions import check_can_prepare_retention
from personal_data.selectors_holds import (
    NamedCase,
    case_named,
    holds_to_review,
    is_own_hold,
    kept_from,
    newest_pack,
    still_answers,
)
from personal_data.selectors_merged import is_own, kept_of
from personal_data.services.hold_order import before_placing
from personal_data.staff_telling import HOLD_REVIEW, tell_staff

LONGEST_REVIEW = timedelta(days=366)
REMINDED_EVERY = timedelta(days=7)
_SENDING = 50_015


def place(
    *,
    subject_ref: UUID | None = None,
    case_ref: str = "",
    field: str = "",
    category: str = "",
    ground: str,
    clause: str,
    owner: str = "",
    review_on: date | None,
    by: Actor,
    now: datetime,
) -> LegalHold:
    """Stop the deletion of what is named, each part narrowing it; `owner` looks at it again, else whoever places it.

    A hold on a case stands on whom the case is about too, and one on a person who was found to be another on that one:
    one hold each, the first is returned. Sent twice, those that stand stay. Raises RetentionRefused, NotClear,
    OwnMatter.
    """
    check_can_prepare_retention(by=by)
    _check_ground(ground, clause)
    day = _checked_review(review_on, now)
    _check_scope(subject_ref, case_ref, field, category)
    with transaction.atomic():
        case = _case(case_ref, by) if case_ref else None
        _check_not_own(subject_ref, case, by)
        asked: dict[str, Any] = {
            "case_ref": case.target if case else "",
            "field": field,
            "category": category,
            "ground": ground,
            "clause": clause.strip(),
            "owner": owner or actor_reference(by),
            "review_on": day,
            "placed_by": actor_reference(by),
        }
        people = _people_of(subject_ref, case)
        one_at_a_time(by=by)
        if people == [None]:
            before_placing()
        placed = [_placed({**asked, "subject_ref": person}, by, now) for person in people]
    return placed[0]


def follow_case(*, case_ref: str, subject_id: UUID, by: Actor, now: datetime) -> int:
    """Let holds on a case stand on whom it turns out to be about too, in the caller's transaction, which holds the
    person. How many were placed; those already standing on the person are passed over.
    """
    on_case = LegalHold.objects.filter(case_ref=case_ref, released_at__isnull=True)
    standing = {_scope(hold) for hold in on_case.filter(subject_ref=subject_id)}
    others = {_scope(hold): hold for hold in on_case.exclude(subject_ref=subject_id).order_by("pk")}
    for scope in others.keys() - standing:
        _place_on(subject_id, others[scope], by, now)
    return len(others.keys() - standing)


def follow_parting(*, kept: UUID, other: UUID, by: Actor, now: datetime) -> int:
    """Let holds on a person stand on whoever is parted from them too, in the caller's transaction, which holds both:
    nobody but the officer says which of the two is meant. How many were placed.
    """
    on_kept = LegalHold.objects.filter(subject_ref=kept, released_at__isnull=True).order_by("pk")
    standing = LegalHold.objects.filter(subject_ref=other, released_at__isnull=True)
    known = {(hold.case_ref, *_scope(hold)) for hold in standing}
    following = {(hold.case_ref, *_scope(hold)): hold for hold in on_kept}
    for scope in following.keys() - known:
        _place_on(other, following[scope], by, now)
    return len(following.keys() - known)


def review(*, hold_id: int, review_on: date | None, by: Actor, now: datetime) -> LegalHold:
    """Looked at and still needed; the next day to look at it. Where who answered for it does so no more, `by` does.

    Raises RetentionRefused, NotClear, HoldOver, OwnMatter.
    """
    check_can_prepare_retention(by=by)
    day = _checked_review(review_on, now)
    with transaction.atomic():
        hold = _locked(hold_id)
        if is_own_hold(hold, by=by):
            raise OwnMatter
        hold.review_on, hold.reminded_on = day, None
        if not still_answers(hold.owner):
            hold.owner = actor_reference(by)
        hold.save(update_fields=["review_on", "reminded_on", "owner"])
        _record(AuditEvent.HOLD_REVIEWED, hold, by, now)
    return hold


def release(*, hold_id: int, by: Actor, now: datetime) -> LegalHold:
    """End a hold; what was due goes on. Released already, nothing happens. Raises RetentionRefused, OwnMatter."""
    check_can_prepare_retention(by=by)
    with transaction.atomic():
        hold = LegalHold.objects.select_for_update().get(pk=hold_id)
        if not hold.is_in_force:
            return hold
        if is_own_hold(hold, by=by):
            raise OwnMatter
        hold.released_at, hold.released_by = now, actor_reference(by)
        hold.save(update_fields=["released_at", "released_by"])
        _record(AuditEvent.HOLD_RELEASED, hold, by, now)
    return hold


def one_at_a_time(*, by: Actor) -> None:
    """What one person sends twice at once comes one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_SENDING, actor_reference(by)])


def remind_due(*, now: datetime) -> int:
    """Write to those who answer for holds to be reviewed: a week before, and every week while it is late; one letter
    for all of them. How many letters.
    """
    today = local_date(now)
    due = holds_to_review(today).filter(Q(reminded_on__isnull=True) | Q(reminded_on__lte=today - REMINDED_EVERY))
    owners = list(due.order_by("owner").values_list("owner", flat=True).distinct())
    return sum(_remind(owner, due.filter(owner=owner), today, now) for owner in owners)


@transaction.atomic
def _remind(owner: str, due: "QuerySet[LegalHold]", today: date, now: datetime) -> int:
    holds = list(due.select_for_update(skip_locked=True).order_by("review_on", "pk"))
    if not holds:
        return 0
    LegalHold.objects.filter(pk__in=[hold.pk for hold in holds]).update(reminded_on=today)
    record_many((_fact(AuditEvent.HOLD_REMINDED, hold) for hold in holds), by=SYSTEM, now=now)
    first, day = holds[0], holds[0].review_on.isoformat()
    context = {"hold": str(first.pk), "day": day} if len(holds) == 1 else {"number": str(len(holds)), "day": day}
    dedup = f"hold-review:{first.pk}:{today.isoformat()}"
    # Whoever answers for it may have left, or be of another role now: then officers and administrators are told.
    told = still_answers(owner) and tell_staff(notice=HOLD_REVIEW, context=context, dedup=dedup, now=now, to=owner)
    return told or tell_staff(notice=HOLD_REVIEW, context={**context, "left": "1"}, dedup=dedup, now=now)


def _check_ground(ground: str, clause: str) -> None:
    if ground not in HoldGround.values:
        raise NotClear(_("Choose the ground on which it may not be deleted."), field="ground")
    if not clause.strip():
        raise NotClear(_("Name the article or the number of the official file."), field="clause")


def _checked_review(review_on: date | None, now: datetime) -> date:
    today = local_date(now)
    if review_on is None:
        raise NotClear(_("Say by which day the hold has to be looked at again."), field="review_on")
    if review_on <= today:
        raise NotClear(_("The day of the review has to be still to come."), field="review_on")
    if review_on > today + LONGEST_REVIEW:
        raise NotClear(_("A hold is looked at again within a year at the latest."), field="review_on")
    return review_on


def _check_scope(subject_ref: UUID | None, case_ref: str, field: str, category: str) -> None:
    if not (subject_ref or case_ref or field or category):
        raise NotClear(_("Name a person, a case, a field or a kind of data."))
    if category and category not in CATEGORIES:
        raise NotClear(_("There is no such kind of data."), field="category")
    pack = newest_pack()
    if field and not (pack and pack.field(field)) and not _is_held_under(field):
        raise NotClear(_("The policy has no such field, and nothing is held under it."), field="field")


def _is_held_under(field: str) -> bool:
    """A field of an earlier policy under which something is held still."""
    return any(model._default_manager.filter(field=field).exists() for model in (DataItem, StoredFile))


def _case(case_ref: str, by: Actor) -> NamedCase:
    case = case_named(case_ref)
    if case is None or case.target in kept_from(by):
        raise NotClear(_("There is no case with this reference."), field="case_ref")
    return case


def _check_not_own(subject_ref: UUID | None, case: NamedCase | None, by: Actor) -> None:
    """Nobody decides what is kept of themselves. Raises OwnMatter."""
    if is_own((subject_ref, *(case.people + case.about if case else ())), by=by):
        raise OwnMatter


def _people_of(subject_ref: UUID | None, case: NamedCase | None) -> list[UUID | None]:
    """On whom a hold stands, locked; nobody in particular where no person and no case is named. Raises NotClear."""
    if case is not None and subject_ref is not None and subject_ref not in (*case.people, *case.about):
        raise NotClear(_("This person does not belong to the case."), field="subject_ref")
    # Of whoever was found to be another, everything stands under that one now.
    people = _with_kept(subject_ref) if subject_ref else list(case.about) if case else []
    if not people:
        return [None]
    # As strong as the lock of an erasure, so that a hold and a deletion do not pass each other.
    held = DataSubject.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk")
    states = dict(held.values_list("pk", "state"))
    if not states:
        raise NotClear(_("There is no person with this reference."), field="subject_ref")
    active = [one for one in people if states.get(one) == SubjectState.ACTIVE]
    if not active:
        # A deletion that began already cannot be stopped.
        raise NotClear(_("This person's data has been deleted or is being deleted."), field="subject_ref")
    return [*active]


def _placed(asked: dict[str, Any], by: Actor, now: datetime) -> LegalHold:
    """A hold on one person, or on nobody in particular; the very same that stands already is not placed again."""
    standing = LegalHold.objects.filter(**asked, released_at__isnull=True).first()
    if standing is not None:
        return standing
    hold = LegalHold.objects.create(**asked, placed_at=now)
    _record(AuditEvent.HOLD_PLACED, hold, by, now)
    return hold


def _place_on(subject_id: UUID, hold: LegalHold, by: Actor, now: datetime) -> None:
    """The same hold on somebody else too."""
    hold.pk, hold.subject_ref, hold.placed_at, hold.reminded_on = None, subject_id, now, None
    hold.save(force_insert=True)
    _record(AuditEvent.HOLD_PLACED, hold, by, now)


def _with_kept(subject_id: UUID) -> list[UUID]:
    return list(dict.fromkeys((subject_id, kept_of(subject_id))))


def _scope(hold: LegalHold) -> tuple[str, ...]:
    return hold.field, hold.category, hold.ground, hold.clause


def _locked(hold_id: int) -> LegalHold:
    hold = LegalHold.objects.select_for_update().get(pk=hold_id)
    if not hold.is_in_force:
        raise HoldOver
    return hold


def _record(event: str, hold: LegalHold, by: Actor, now: datetime) -> None:
    record_many([_fact(event, hold)], by=by, now=now)


def _fact(event: str, hold: LegalHold) -> Fact:
    """About the person too, who reads it in the own history."""
    details = {"ground": hold.ground, "field": hold.field, "category": hold.category, "case": hold.case_ref}
    told = {**{key: value for key, value in details.items() if value}, "review": hold.review_on.isoformat()}
    return Fact(event, f"hold:{hold.pk}", hold.subject_ref, told)
