"""Bringing people in from the organisation's records.

1. The file is sealed on disk and checked from its first line to its last; nothing is taken in meanwhile.
2. What is taken in is what was checked: the checksum covers the file, what was said of it, and the policy's version.
3. People are taken in some thousands at a time. Keys are committed first, then everything else of these people with
   the place reached, so a worker that is killed leaves whole people and a place to go on from.
4. Somebody erased is refused, until these people are committed. Somebody who may be known already is taken in, and
   proposed to staff for merging.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from uuid import UUID

from django.db import transaction

from audit.services.recording import actor_reference, record, record_each
from core.actors import SYSTEM, Actor
from core.clock import local_date
from core.queue import enqueue_on_commit
from personal_data import import_file, import_known, keys, storage
from personal_data.enums import AuditEvent, ImportState
from personal_data.errors import ImportChanged, ImportNotReady, ImportTooLarge
from personal_data.import_faults import WHOLE_FILE, Fault, FaultCode
from personal_data.import_file import ImportFile
from personal_data.import_known import Identity
from personal_data.import_rows import Contracts, Sealed, copy_rows, seal_people
from personal_data.import_table import MOST_BYTES, MOST_LINES, Common, Line, Person, Table, clean_line, open_table
from personal_data.models import ImportBatch
from personal_data.permissions import check_can_import
from personal_data.services.merging import Pair, propose_many
from personal_data.services.suppressing import ErasedMeanwhile, check_none_since, newest
from policies import selectors as policies
from policies.enums import LegalBasis
from policies.pack_types import FieldSpec

CHUNK = 5000
CHUNKS_A_TURN = 10
MOST_FAULTS = 500
TASK = "personal_data.run_imports"


def open_batch(*, data: bytes, label: str, common: Common, by: Actor, now: datetime) -> ImportBatch:
    """Keep a file to be checked; the worker is rung. Raises ImportingRefused, ImportTooLarge, ImportChanged, OSError.

    `label` is what staff call the records the file comes from.
    """
    check_can_import(by=by)
    if len(data) > MOST_BYTES:
        raise ImportTooLarge
    version = policies.version_in_force(now)
    if version is None:
        raise ImportChanged
    batch = ImportBatch(source=label, started_by=actor_reference(by), created_at=now)
    import_file.keep(batch, ImportFile(data, common, version.number))
    with transaction.atomic():
        batch.save(force_insert=True)
        _record(AuditEvent.IMPORT_OPENED, batch, by, now)
        enqueue_on_commit(TASK)
    return batch


def check_batch(*, batch_id: UUID, now: datetime) -> None:
    """Read the whole file and note every fault, or that there is none. Takes nothing in. Safe to repeat."""
    batch = ImportBatch.objects.get(pk=batch_id)
    found = _Look(import_file.opened(batch), now)
    found.through()
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state != ImportState.CHECKING:
            return
        batch.state = ImportState.FAULTY if found.faults_total else ImportState.CHECKED
        batch.lines, batch.suppressed, batch.doubles = found.lines, found.suppressed, found.doubles
        batch.faults = [fault.as_json() for fault in found.faults]
        batch.faults_total = found.faults_total
        batch.leased_until = None
        if batch.state == ImportState.FAULTY:
            forget_file(batch)
        batch.save()
        _record(AuditEvent.IMPORT_CHECKED, batch, SYSTEM, now, {"lines": batch.lines, "faults": batch.faults_total})


def start(*, batch_id: UUID, digest: bytes, by: Actor, now: datetime) -> None:
    """Take in what was checked; the worker does it. Asked twice, nothing more happens.

    Raises ImportingRefused, ImportNotReady; ImportChanged when this is not what was checked.
    """
    check_can_import(by=by)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state in (ImportState.RUNNING, ImportState.DONE):
            return
        if batch.state != ImportState.CHECKED:
            raise ImportNotReady
        version = policies.version_in_force(now)
        if bytes(batch.digest) != digest or version is None or import_file.opened(batch).version != version.number:
            raise ImportChanged
        batch.state, batch.suppressed, batch.doubles = ImportState.RUNNING, 0, 0
        batch.save()
        _record(AuditEvent.IMPORT_STARTED, batch, by, now, {"checksum": digest.hex()})
        enqueue_on_commit(TASK)


def take_in(*, batch_id: UUID, now: datetime) -> None:
    """Take in the next people of a running batch, up to the end of a turn. Safe to repeat after any interruption."""
    batch = ImportBatch.objects.get(pk=batch_id)
    file = import_file.opened(batch)
    specs, contracts = _specs(file), _contracts(file)
    table = open_table(file.data, specs)
    parts = _parts(table, batch.done)

    def sealed(part: list[Line]) -> list[Sealed]:
        return seal_people(_people(table, part, file.common, now), specs, contracts, batch_id=batch.pk, now=now)

    # While the database writes some people, the next are sealed: sealing asks no database.
    with ThreadPoolExecutor(1) as beside:
        part = next(parts, [])
        ahead = beside.submit(sealed, part)
        for chunk in range(1, CHUNKS_A_TURN + 1):
            people, lines = ahead.result(), len(part)
            part = next(parts, []) if chunk < CHUNKS_A_TURN else []
            ahead = beside.submit(sealed, part)
            if not lines:
                break
            if not _take(batch, people, lines, specs, now):
                return
    _end_turn(batch.pk, now)


def forget_file(batch: ImportBatch) -> None:
    """Remove the file of a batch that needs it no more, in the caller's transaction; the caller saves the batch."""
    batch.wrapped_key = None
    transaction.on_commit(partial(storage.remove_blob, batch.pk))


def _take(batch: ImportBatch, people: list[Sealed], lines: int, specs: Sequence[FieldSpec], now: datetime) -> bool:
    """Take in the people of some lines and move the place reached; False when somebody else did, or it was stopped."""
    mark, kept = _not_erased(people)
    keys.copy_keys(one.keys for one in kept)
    while True:
        try:
            return _write(batch, kept, lines, specs, now, refused=len(people) - len(kept), mark=mark)
        except ErasedMeanwhile:
            mark, kept = _not_erased(kept)


def _not_erased(people: Sequence[Sealed]) -> tuple[int, list[Sealed]]:
    """Who may be taken in, and how far the list of the erased went when it was asked."""
    mark = newest()
    return mark, import_known.without_the_erased(people)


def _write(
    batch: ImportBatch,
    kept: Sequence[Sealed],
    lines: int,
    specs: Sequence[FieldSpec],
    now: datetime,
    *,
    refused: int,
    mark: int,
) -> bool:
    """As `_take`. Raises ErasedMeanwhile, and writes nothing, when one of them was erased since the list was asked."""
    pairs = list(_pairs(kept, import_known.known(kept, specs)))
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if held.state != ImportState.RUNNING or held.done != batch.done:
            return False
        record_each(event=AuditEvent.SUBJECT_IMPORTED, subject_ids=(one.subject_id for one in kept), by=SYSTEM, now=now)
        copy_rows(kept)
        propose_many(pairs, by=SYSTEM, now=now)
        held.done += lines
        held.people += len(kept)
        held.suppressed += refused
        held.doubles += len({pair.other for pair in pairs})
        held.save()
        _record(AuditEvent.IMPORT_TAKEN, held, SYSTEM, now, {"done": held.done, "people": held.people})
        check_none_since(mark, {index for one in kept for index in one.erased_as})
    batch.done = held.done
    return True


def _end_turn(batch_id: UUID, now: datetime) -> None:
    """Close the batch when every line is done; otherwise let go of it and ring for the next turn."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state != ImportState.RUNNING:
            return
        batch.leased_until = None
        if batch.done < batch.lines:
            batch.save(update_fields=["leased_until"])
            enqueue_on_commit(TASK)
            return
        batch.state, batch.finished_at = ImportState.DONE, now
        forget_file(batch)
        batch.save()
        counts: dict[str, object] = {"people": batch.people, "refused": batch.suppressed, "doubles": batch.doubles}
        _record(AuditEvent.IMPORT_DONE, batch, SYSTEM, now, counts)


class _Look:
    """One reading of a file from its first line to its last, counting what is found."""

    def __init__(self, file: ImportFile, now: datetime) -> None:
        self.file, self.today = file, local_date(now)
        self.specs = _specs(file)
        self.kinds = import_known.identifying_kinds(self.specs)
        self.lines = self.suppressed = self.doubles = self.faults_total = 0
        self.faults: list[Fault] = []
        self.seen: set[Identity] = set()

    def through(self) -> None:
        """Read everything."""
        table = open_table(self.file.data, self.specs)
        self._note(table.faults)
        if table.faults:
            return
        for part in _parts(table, 0):
            self.lines += len(part)
            cleaned = [clean_line(table, line, cells, self.file.common, self.today) for line, cells in part]
            for one in cleaned:
                if isinstance(one, list):
                    self._note(one)
            self._compare([one for one in cleaned if isinstance(one, Person)])
            if self.lines > MOST_LINES:
                self._note([Fault(WHOLE_FILE, "", FaultCode.TOO_MANY_LINES)])
                return
        if not self.lines:
            self._note([Fault(WHOLE_FILE, "", FaultCode.EMPTY)])

    def _note(self, faults: list[Fault]) -> None:
        self.faults_total += len(faults)
        self.faults += faults[: max(0, MOST_FAULTS - len(self.faults))]

    def _compare(self, people: list[Person]) -> None:
        compared = [import_known.compare_by(person, self.kinds) for person in people]
        kept = import_known.without_the_erased(compared)
        known = import_known.known(kept, self.specs)
        self.suppressed += len(people) - len(kept)
        for person in kept:
            self.doubles += any(one in known or one in self.seen for one in person.identities)
            self.seen.update(person.identities)


def _people(table: Table, part: list[Line], common: Common, now: datetime) -> list[Person]:
    """The people of lines that were checked. Raises ImportChanged when one does not pass any more."""
    people = []
    for line, cells in part:
        one = clean_line(table, line, cells, common, local_date(now))
        if isinstance(one, list):
            raise ImportChanged
        people.append(one)
    return people


def _pairs(people: Sequence[Sealed], known: dict[Identity, UUID]) -> Iterator[Pair]:
    """Each person beside those who agree in something, of the records or of an earlier line of these."""
    known = dict(known)
    for person in people:
        agreeing: dict[UUID, list[str]] = {}
        for one in person.identities:
            kept = known.setdefault(one, person.subject_id)
            if kept != person.subject_id:
                agreeing.setdefault(kept, []).append(one.field)
        for kept, fields in agreeing.items():
            yield Pair(kept, person.subject_id, tuple(fields))


def _parts(table: Table, done: int) -> Iterator[list[Line]]:
    """The lines of a file from a place on, some thousands at a time."""
    rows = islice(table.rows, done, None)
    while part := list(islice(rows, CHUNK)):
        yield part


def _specs(file: ImportFile) -> tuple[FieldSpec, ...]:
    version = policies.version_numbered(file.version)
    if version is None:
        raise ImportChanged
    return policies.fields(version)


def _contracts(file: ImportFile) -> Contracts:
    """The purposes of a contract each field is held for, by the policy a file was checked with."""
    version = policies.version_numbered(file.version)
    purposes = policies.purposes(version) if version else ()
    by_contract = [one for one in purposes if one.basis == LegalBasis.CONTRACT]
    return {spec.code: [one.code for one in by_contract if spec.code in one.fields] for spec in _specs(file)}


def _record(event: str, batch: ImportBatch, by: Actor, now: datetime, details: dict[str, object] | None = None) -> None:
    record(event=event, target=f"import:{batch.pk}", by=by, now=now, details=details)
