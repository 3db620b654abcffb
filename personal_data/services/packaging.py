"""The copy of a person's data: asked for once per request, made by the worker, fetched once, gone after its time.

1. A lock of the database says who is making a copy; it ends with the connection, so a killed worker's copy is taken up
   by the next sweep.
2. The bytes are sealed under the person's data key as they are made, beside their place; they are put there in the
   transaction that calls the copy ready. So a copy is complete or absent.
3. That transaction holds the person against erasure, as every writer does, and looks whether something was deleted
   since the copy was begun: no copy holds what is gone.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import DatabaseError, connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import override

from audit.models import AuditEntry
from audit.services.recording import record
from core.actors import SYSTEM, Actor
from core.clock import local_date
from core.queue import enqueue_on_commit
from core.rules import request_terms
from personal_data import keys, storage
from personal_data.enums import AuditEvent, ErasureState, PackageError, PackageState, PlanScope
from personal_data.errors import (
    ChangedMeanwhile,
    CopyGone,
    CopyNotReady,
    CopyNotStuck,
    KeyDestroyed,
    StuckPackages,
    SubjectGone,
)
from personal_data.models import ErasureRun, Package
from personal_data.package_sections import PART, Asked, filled
from personal_data.package_writer import Content, Made, gather, zip_pieces
from personal_data.permissions import check_can_resume
from personal_data.services.subjects import hold_active

logger = logging.getLogger(__name__)

TASK = "personal_data.make_packages"
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
# Sections whose entries are named by the field they belong to: what staff leave out of one goes out of all.
FIELD_SECTIONS = ("data", "files", "earlier_values", "declined", "imports")
_LOOK_BACK = timedelta(hours=1)  # a deletion that began so long before a copy was asked for is over by then
_SAYS_EVERY = 0.25  # seconds between two notes of how far a copy is; most are made sooner
_DELETIONS = (AuditEvent.ITEM_ERASED, AuditEvent.FILE_ERASED, AuditEvent.DEVICE_ERASED, AuditEvent.ERASURE_STEP)
_TO_MAKE = Q(state__in=(PackageState.WAITING, PackageState.BUILDING))

# Filled at start by upper packages, which know whom to tell.
_when_made: list[Callable[[Package, datetime], None]] = []
# Filled at start by upper packages, which know what holds a copy back.
_held_while: list[Callable[[Package], bool]] = []


@dataclass(frozen=True)
class Fetched:
    """A copy on its way to the person. Size in bytes."""

    name: str
    size: int
    pieces: Iterator[bytes]


def when_made(step: Callable[[Package, datetime], None]) -> None:
    """Register something to do in the transaction that calls a copy ready."""
    _when_made.append(step)


def hold_back_while(is_held: Callable[[Package], bool]) -> None:
    """Register what holds a copy back: while it says so the copy is neither made nor handed over."""
    _held_while.append(is_held)


def is_held(package: Package) -> bool:
    """Whether a copy is held back."""
    return any(holds(package) for holds in _held_while)


def parts_of(subject_id: UUID) -> set[str]:
    """Sections of a person's copy that can be left out whole; of the others it is fields that are named."""
    return {f"{PART}{code}" for code in filled(subject_id) - set(FIELD_SECTIONS)}


def leave_out_fields(fields: Iterable[str], *, ground: str) -> list[dict[str, str]]:
    """What `ask_package` is told to leave out when a request is refused for some fields, or sections as `parts_of`."""
    left_out = []
    for code in fields:
        if code.startswith(PART):
            left_out.append({"section": code.removeprefix(PART), "ref": "", "ground": ground})
        else:
            left_out += [{"section": section, "ref": code, "ground": ground} for section in FIELD_SECTIONS]
    return left_out


def ask_package(
    *,
    subject_id: UUID,
    basis: str,
    language: str,
    left_out: Collection[Mapping[str, str]] = (),
    by: Actor,
    now: datetime,
) -> Package:
    """Have a copy made; the worker does it. Asked twice for one basis, the same copy is returned. Raises SubjectGone.

    Each of `left_out` names a `section`, a `ref` in it (empty for all of it) and the code of the `ground`.
    """
    with transaction.atomic():
        hold_active(subject_id)
        found = package_of(basis)
        if found is not None:
            return found
        package = Package.objects.create(
            subject_id=subject_id,
            basis=basis,
            language=language,
            left_out=[dict(one) for one in left_out],
            asked_at=now,
        )
        _record(AuditEvent.PACKAGE_ASKED, package, by, now, {"basis": basis})
        enqueue_on_commit(TASK, package_id=str(package.pk))
    return package


def package_of(basis: str) -> Package | None:
    """The copy that answers a request."""
    return Package.objects.filter(basis=basis).first()


def make_due(*, now: datetime) -> int:
    """Make every copy that waits and that no other worker is making. The number made."""
    waiting = list(_due(now).order_by("asked_at").values_list("pk", flat=True))
    return sum(make_one(package_id=package_id, now=now) for package_id in waiting)


def make_one(*, package_id: UUID, now: datetime) -> bool:
    """Make one copy, unless it is made already, waits for a later try, is held back, or another worker makes it."""
    with _alone(package_id) as alone:
        found = _due(now).filter(pk=package_id).first() if alone else None
        return found is not None and not is_held(found) and _try(package_id, now)


def fetch(*, package_id: UUID, by: Actor, now: datetime) -> Fetched:
    """Hand a copy over, once; its bytes go with it.

    Raises CopyNotReady, CopyGone, SubjectGone, KeyDestroyed; CopyNotReady also while it is held back.
    """
    with transaction.atomic():
        found = Package.objects.filter(pk=package_id).first()
        if found is None:
            raise CopyGone
        hold_active(found.subject_id)
        package = Package.objects.select_for_update().get(pk=package_id)
        if package.state in (PackageState.WAITING, PackageState.BUILDING, PackageState.STUCK) or is_held(package):
            raise CopyNotReady
        if not is_fetchable(package, now=now):
            raise CopyGone
        try:
            pieces = storage.blob_pieces(package.pk, key=keys.data_key(package.subject_id))
        except FileNotFoundError as error:
            raise CopyGone from error
        package.state, package.fetched_at = PackageState.FETCHED, now
        package.save(update_fields=["state", "fetched_at"])
        _record(AuditEvent.PACKAGE_FETCHED, package, by, now, {})
        transaction.on_commit(partial(storage.remove_blob, package.pk))
    return Fetched(f"my-data-{local_date(now):%Y-%m-%d}.zip", package.size, pieces)


def put_back(*, package: Package, by: Actor, now: datetime, is_asked: bool) -> None:
    """A copy is held back before it was fetched: its bytes go. It is made anew once nothing holds it, if it still
    `is_asked` for. In the caller's transaction, which holds the person.
    """
    _record(AuditEvent.PACKAGE_PUT_BACK, package, by, now, {})
    transaction.on_commit(partial(storage.remove_blob, package.pk))
    if not is_asked:
        package.delete()
        return
    package.state, package.ready_at, package.expires_at = PackageState.WAITING, None, None
    package.size, package.sha256, package.parts_done, package.parts_total = 0, "", 0, 0
    package.save()


def is_fetchable(package: Package, *, now: datetime) -> bool:
    """Whether a copy can be fetched now: ready, in time, and nothing deleted since it was begun."""
    if package.state != PackageState.READY or package.expires_at is None or package.expires_at <= now:
        return False
    begun = AuditEntry.objects.filter(
        target=f"subject:{package.subject_id}", event=AuditEvent.PACKAGE_BEGUN, details__package=str(package.pk)
    )
    mark = begun.order_by("-id").values_list("id", flat=True).first() or 0
    return not _deleted_since(package.subject_id, mark)


def expire_due(*, now: datetime) -> int:
    """End copies whose time is over, and those that hold what was deleted since. How many. Safe to repeat."""
    deleted = AuditEntry.objects.filter(subject_ref=OuterRef("subject_id"), event__in=_DELETIONS)
    ready = Package.objects.filter(state=PackageState.READY)
    # A moment only says where to look: whether a deletion came after the copy was begun, the order of entries says.
    suspect = ready.filter(Q(expires_at__lte=now) | Exists(deleted.filter(at__gte=OuterRef("asked_at") - _LOOK_BACK)))
    over = [package.pk for package in suspect if not is_fetchable(package, now=now)]
    ended = 0
    for package_id in over:
        # Bytes first: whatever comes between, the row still names what is to go.
        storage.remove_blob(package_id)
        with transaction.atomic():
            package = ready.select_for_update(skip_locked=True).filter(pk=package_id).first()
            if package is not None:
                package.state = PackageState.EXPIRED
                package.save(update_fields=["state"])
                _record(AuditEvent.PACKAGE_EXPIRED, package, SYSTEM, now, {})
                ended += 1
    for package_id in Package.objects.filter(fetched_at__gt=now - timedelta(days=1)).values_list("pk", flat=True):
        storage.remove_blob(package_id)
    return ended


def resume(*, package_id: UUID, by: Actor, now: datetime) -> None:
    """Set a copy going again that had failed too often. Raises CopyNotStuck, ResumingRefused."""
    check_can_resume(by=by)
    with transaction.atomic():
        package = Package.objects.select_for_update().get(pk=package_id)
        if package.state != PackageState.STUCK:
            raise CopyNotStuck
        package.state, package.attempts, package.error, package.next_try_at = PackageState.WAITING, 0, "", None
        package.save(update_fields=["state", "attempts", "error", "next_try_at"])
        _record(AuditEvent.PACKAGE_RESUMED, package, by, now, {})
        enqueue_on_commit(TASK, package_id=str(package.pk))


def check_no_package_stuck(*, now: datetime) -> None:
    """Raises StuckPackages while a copy waits for a person, so that the failing job is told to administrators."""
    if Package.objects.filter(state=PackageState.STUCK, asked_at__lte=now).exists():
        raise StuckPackages


def _try(package_id: UUID, now: datetime) -> bool:
    """Make one copy; a failure is noted with its code and its next try. True when it is ready."""
    try:
        return _make(package_id, now)
    except (SubjectGone, KeyDestroyed, Package.DoesNotExist):
        return False  # the person is being erased, and the row goes with everything else
    except Exception as error:  # noqa: BLE001  whatever it was, the copy must not be lost: a person reads the code
        logger.error("a copy could not be made (%s)", type(error).__name__)
        _note_failure(package_id, _code_of(error), now)
        return False


def _make(package_id: UUID, now: datetime) -> bool:
    package, mark = _begin(package_id, now)
    key = keys.data_key(package.subject_id)
    with override(package.language):
        content = _content(package, Asked(package.subject_id, now, key), now)
        Package.objects.filter(pk=package.pk).update(parts_done=0, parts_total=content.entries)
        made = Made()
        draft = storage.draft_blob(package.pk, zip_pieces(content, made, note=_progress(package, content)), key=key)
    try:
        return _finish(package.pk, mark, made, draft, now)
    finally:
        draft.drop()


def _begin(package_id: UUID, now: datetime) -> tuple[Package, int]:
    """Mark a copy as being made. The number of its entry tells later what was deleted since."""
    with transaction.atomic():
        package = Package.objects.get(pk=package_id)
        hold_active(package.subject_id)
        Package.objects.filter(pk=package_id).update(state=PackageState.BUILDING)
        return package, _record(AuditEvent.PACKAGE_BEGUN, package, SYSTEM, now, {})


def _content(package: Package, asked: Asked, now: datetime) -> Content:
    return Content(
        reference=str(package.subject_id),
        organisation=str(asked.pack.controller.name) if asked.pack else "",
        policy_version=asked.version.number if asked.version else None,
        language=package.language,
        made_at=now,
        parts=gather(asked, left_out=package.left_out),
    )


def _progress(package: Package, content: Content) -> Callable[[int], None]:
    """Notes how many entries are done, not too often; needs no entry in the record (see the guards)."""
    said = time.monotonic()

    def note(done: int) -> None:
        nonlocal said
        if done < content.entries and time.monotonic() - said >= _SAYS_EVERY:
            said = time.monotonic()
            Package.objects.filter(pk=package.pk).update(parts_done=done)

    return note


def _finish(package_id: UUID, mark: int, made: Made, draft: storage.Draft, now: datetime) -> bool:
    """Call a copy ready and put its bytes in their place, or neither; False when it was held back meanwhile."""
    with transaction.atomic():
        subject_id = Package.objects.values_list("subject_id", flat=True).get(pk=package_id)
        hold_active(subject_id)
        package = Package.objects.select_for_update().get(pk=package_id)
        if _deleted_since(subject_id, mark):
            raise ChangedMeanwhile
        if is_held(package):
            return False
        days = request_terms(on=local_date(now)).package_days
        package.state, package.ready_at, package.expires_at = PackageState.READY, now, now + timedelta(days=days)
        package.size, package.sha256 = made.size, made.sha256
        package.parts_done, package.error, package.next_try_at = package.parts_total, "", None
        package.save()
        _record(AuditEvent.PACKAGE_READY, package, SYSTEM, now, {"sha256": made.sha256})
        for told in _when_made:
            told(package, now)
        draft.keep()
    return True


def _deleted_since(subject_id: UUID, mark: int) -> bool:
    """Whether anything of a person was deleted since an entry was written, or is being deleted now."""
    if AuditEntry.objects.filter(subject_ref=subject_id, event__in=_DELETIONS, id__gt=mark).exists():
        return True
    running = ErasureRun.objects.exclude(state__in=(ErasureState.DONE, ErasureState.CANCELLED, ErasureState.COOLING))
    return running.filter(subject_ref=subject_id, scope=PlanScope.CHOSEN).exists()


def _due(now: datetime) -> "models.QuerySet[Package]":
    return Package.objects.filter(_TO_MAKE).filter(Q(next_try_at=None) | Q(next_try_at__lte=now))


@contextmanager
def _alone(package_id: UUID) -> Iterator[bool]:
    """Whether no other worker is making this copy; held until the block or the connection ends."""
    lock = [int.from_bytes(package_id.bytes[:8], signed=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", lock)
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", lock)


def _code_of(error: Exception) -> PackageError:
    if isinstance(error, ChangedMeanwhile):
        return PackageError.CHANGED
    if isinstance(error, FileNotFoundError):
        return PackageError.MISSING
    if isinstance(error, DatabaseError):
        return PackageError.DATABASE
    return PackageError.DISK if isinstance(error, OSError) else PackageError.UNEXPECTED


def _note_failure(package_id: UUID, code: PackageError, now: datetime) -> None:
    with transaction.atomic():
        package = Package.objects.select_for_update().filter(_TO_MAKE, pk=package_id).first()
        if package is None:
            return
        package.attempts += 1
        package.error, package.parts_done = code, 0
        if package.attempts > len(PAUSES):
            package.state, package.next_try_at = PackageState.STUCK, None
        else:
            package.state, package.next_try_at = PackageState.WAITING, now + PAUSES[package.attempts - 1]
        package.save(update_fields=["attempts", "error", "parts_done", "state", "next_try_at"])
        _record(AuditEvent.PACKAGE_FAILED, package, SYSTEM, now, {"reason": code.value, "attempt": package.attempts})


def _record(event: str, package: Package, by: Actor, now: datetime, details: dict[str, object]) -> int:
    entry = record(
        event=event,
        target=f"subject:{package.subject_id}",
        subject_id=package.subject_id,
        by=by,
        now=now,
        details={"package": str(package.pk), **details},
    )
    return int(entry.pk)
