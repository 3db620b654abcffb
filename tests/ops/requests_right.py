"""What became of the requests of a running installation: what is missing, half done, done twice, or still there."""

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from audit.models import AuditEntry
from cases.enums import CaseEvent, CaseStatus
from consent.enums import Reply
from consent.models import LedgerEntry
from consent.selectors import in_force
from core import clock
from core.actors import Actor
from core.encryption import CannotOpen
from dsr_requests.enums import CorrectionState, FulfilmentKind, Outcome, RequestEvent
from dsr_requests.models import Request
from outbound.models import OutboxMessage
from personal_data import keys, storage
from personal_data.enums import AuditEvent, ErasureState, LimitKind, PackageState, StepKind, StepState, SubjectState
from personal_data.errors import KeyDestroyed
from personal_data.fields import read_value
from personal_data.models import (
    DataItem,
    DataSubject,
    Device,
    ErasureRun,
    Package,
    RecipientTask,
    StoredFile,
    UseLimit,
    ValueHistory,
)
from personal_data.services.ordering import confirm
from tests.ops.requests_made import NEW_NAME, SOME, VALUES, Errand


def wrong_with(errand: Errand) -> list[str]:
    """Everything that is not as it has to be in the end, in words."""
    request = Request.objects.get(pk=errand.request)
    found = [*_unfinished(request, errand), *_recorded_otherwise(request, errand), *_WAYS[errand.wish](request, errand)]
    return [f"{errand.target} ({errand.wish}): {words}" for words in found]


def confirm_orders(errand: Errand, *, by: Actor) -> None:
    """The recipients say that they did what they were told."""
    for task in RecipientTask.objects.filter(basis=errand.target, confirmed_at__isnull=True):
        confirm(task_id=task.pk, words="", by=by, now=clock.now())


def letters_of(errand: Errand) -> dict[str, str]:
    """The first and the last letter of a request by id: `left`, `taken` by a worker, which may be dead, or `waits`."""
    found = {}
    for row in OutboxMessage.objects.filter(dedup__in=[f"received:{errand.target}", f"done:{errand.target}"]):
        found[str(row.pk)] = "left" if row.sent_at else "taken" if row.leased_until else "waits"
    return found


def opened_copy(package: Package) -> bytes:
    """The bytes of a copy that lies ready. Raises FileNotFoundError, CannotOpen, KeyDestroyed."""
    return storage.read_blob(package.pk, key=keys.data_key(package.subject_id))


def faults_of_copy(data: bytes, *, without: Sequence[str] = ()) -> list[str]:
    """What is wrong with the bytes of a copy: every entry has to be in the manifest with its own checksum.

    Of `without` nothing may be in it, neither values nor files.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = json.loads(archive.read("manifest.json"))["files"]
            here = {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}
    except (zipfile.BadZipFile, KeyError) as error:
        return [f"the copy is no whole ZIP ({type(error).__name__})"]
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in here.items()}
    found = [] if sums == {name: one["sha256"] for name, one in listed.items()} else ["the manifest does not fit"]
    values = json.loads(here["data.json"])["sections"]["data"]["rows"]
    files = [name for name in here if name.startswith("files/")]
    if len(values) != len(set(VALUES) - set(without)) or bool(files) == ("payment-image" in without):
        found.append(f"the copy holds {len(values)} values and {len(files)} files")
    return found


def _unfinished(request: Request, errand: Errand) -> Iterator[str]:
    """A request called done has every step done, and the other way round."""
    steps = list(request.steps.all())
    waiting = [f"{step.kind} {step.target} {step.state} {step.error}" for step in steps if step.state != StepState.DONE]
    outcome = Outcome.PARTLY_FULFILLED if errand.cut_short else Outcome.FULFILLED
    if request.status == CaseStatus.CLOSED and (waiting or not steps):
        yield f"called done with {len(waiting)} of {len(steps)} steps undone"
    elif request.status != CaseStatus.CLOSED:
        yield f"{request.status}, waits for {waiting[:1]}"
    elif request.outcome != outcome:
        yield f"ended as {request.outcome}"


def _recorded_otherwise(request: Request, errand: Errand) -> Iterator[str]:
    """Each step, and the end, stands in the record once."""
    entries = AuditEntry.objects.filter(target=request.target)
    events = Counter(entries.values_list("event", flat=True))
    for event in (RequestEvent.IDENTIFIED, RequestEvent.IN_EFFECT, CaseEvent.CLOSED):
        if events[request.event(event)] != 1:
            yield f"{event} stands in the record {events[request.event(event)]} times"
    done = Counter(
        (details["step"], details["on"])
        for details in entries.filter(event=request.event(RequestEvent.STEP_DONE)).values_list("details", flat=True)
    )
    steps = Counter((step.kind, step.target) for step in request.steps.filter(state=StepState.DONE))
    if done != steps:
        yield f"steps in the record and done differ: {dict((done - steps) + (steps - done))}"
    asked = Counter(
        (entry["target"], entry["order"])
        for entry in request.decisions.get(dropped_at=None).plan
        if entry["kind"] == FulfilmentKind.ORDER
    )
    tasks = Counter(RecipientTask.objects.filter(basis=errand.target).values_list("recipient", "order"))
    given = _entries(errand, AuditEvent.ORDER_GIVEN, "basis", errand.target)
    if not errand.cut_short and not (
        tasks == asked and Counter((one["recipient"], one["order"]) for one in given) == asked
    ):
        yield f"{asked.total()} orders planned, {tasks.total()} made, {len(given)} recorded"


def _everything(request: Request, errand: Errand) -> Iterator[str]:
    yield from _runs_otherwise(errand)
    yield from gone_otherwise(errand)


def gone_otherwise(errand: Errand) -> Iterator[str]:
    """After a deletion of everything: no row, no bytes, no key."""
    about = DataSubject.objects.get(pk=errand.about_id)
    if about.state != SubjectState.ERASED:
        yield f"the person is {about.state}"
    if keys.has_data_key(about.pk):
        yield "the key still opens"
    for model in (DataItem, StoredFile, Device, ValueHistory, Package, UseLimit):
        if model._default_manager.filter(subject_id=about.pk).exists():
            yield f"rows of {model._meta.label} are left"
    yield from (f"bytes {name[:8]} are left" for name in errand.blobs if _is_on_disk(UUID(name)))
    if in_force(about.pk, clock.now()):
        yield "a consent is in force"


def _some(request: Request, errand: Errand) -> Iterator[str]:
    yield from _runs_otherwise(errand)
    held = set(DataItem.objects.filter(subject_id=errand.about_id).values_list("field", flat=True))
    if held != set(VALUES) - set(SOME):
        yield f"held are {sorted(held)}"
    if any(_is_on_disk(UUID(name)) for name in errand.blobs):
        yield "bytes are left"


def _copy(request: Request, errand: Errand) -> Iterator[str]:
    """A copy is complete or absent, and is made once."""
    packages = list(Package.objects.filter(basis=errand.target))
    if errand.cut_short:
        if packages:
            yield "a copy outlived the person"
        return
    ready = _entries(errand, AuditEvent.PACKAGE_READY)
    if len(packages) != 1 or packages[0].state != PackageState.READY or len(ready) != 1:
        yield f"copies {[package.state for package in packages]}, called ready {len(ready)} times"
        return
    try:
        data = opened_copy(packages[0])
    except (OSError, CannotOpen, KeyDestroyed) as error:
        yield f"the copy does not open ({type(error).__name__})"
        return
    if (hashlib.sha256(data).hexdigest(), len(data)) != (packages[0].sha256, packages[0].size):
        yield "the copy is not the one called ready"
    yield from faults_of_copy(data, without=errand.without)


def _correct(request: Request, errand: Errand) -> Iterator[str]:
    item = DataItem.objects.get(subject_id=errand.about_id, field="full-name")
    before = ValueHistory.objects.filter(subject_id=errand.about_id, field="full-name").count()
    recorded = len(_entries(errand, AuditEvent.ITEM_CORRECTED))
    applied = request.corrections.filter(state=CorrectionState.APPLIED).count()
    if read_value(item, key=keys.data_key(errand.about_id)) != NEW_NAME or (before, recorded, applied) != (1, 1, 1):
        yield f"{before} earlier values, {recorded} entries, {applied} applied"


def _restrict(request: Request, errand: Errand) -> Iterator[str]:
    yield from _limited_otherwise(errand, LimitKind.RESTRICTION, request.purposes)


def _object(request: Request, errand: Errand) -> Iterator[str]:
    yield from _limited_otherwise(errand, LimitKind.OBJECTION, request.purposes)
    yield from _agreed_otherwise(errand, set(request.purposes))


def _withdraw(request: Request, errand: Errand) -> Iterator[str]:
    yield from _agreed_otherwise(errand, None)


def _protect(request: Request, errand: Errand) -> Iterator[str]:
    yield from ()


def _runs_otherwise(errand: Errand) -> Iterator[str]:
    """One run for the request, begun and done once, each of its steps recorded once."""
    runs = list(ErasureRun.objects.filter(basis=errand.target))
    if len(runs) != 1 or runs[0].state != ErasureState.DONE:
        yield f"erasures: {[run.state for run in runs]}"
        return
    run = runs[0]
    for event in (AuditEvent.ERASURE_BEGUN, AuditEvent.ERASURE_DONE):
        if (found := len(_entries(errand, event, "run", str(run.pk)))) != 1:
            yield f"{event} stands in the record {found} times"
    entries = _entries(errand, AuditEvent.ERASURE_STEP, "run", str(run.pk))
    again = Counter((one["step"], one["table"]) for one in entries if "again" in one)
    done = Counter((one["step"], one["table"]) for one in entries if "again" not in one)
    steps = Counter(run.steps.exclude(kind=StepKind.FINISH).values_list("kind", "target"))
    if done != steps + again:
        yield f"erasure steps recorded {dict(done)}, there are {dict(steps)}"
    if left := list(run.steps.exclude(state=StepState.DONE).values_list("kind", "target")):
        yield f"erasure called done without {left}"


def _limited_otherwise(errand: Errand, kind: LimitKind, purposes: list[str]) -> Iterator[str]:
    limits = UseLimit.objects.filter(subject_id=errand.about_id, kind=kind, basis=errand.target, ended_at=None)
    recorded = len(_entries(errand, AuditEvent.LIMIT_SET))
    if sorted(limits.values_list("purpose", flat=True)) != sorted(purposes) or recorded != len(purposes):
        yield f"{limits.count()} limits, {recorded} recorded, {len(purposes)} asked for"


def _agreed_otherwise(errand: Errand, purposes: set[str] | None) -> Iterator[str]:
    """Every consent to these purposes, or to any, was taken back once."""
    entries = list(LedgerEntry.objects.filter(subject_ref=errand.about_id))
    given = {entry.pk: entry.purpose for entry in entries if entry.is_granted}
    ended = Counter(entry.ends_entry for entry in entries if entry.reply == Reply.WITHDRAWN)
    for entry, purpose in given.items():
        wanted = int(purposes is None or purpose in purposes)
        if ended[entry] != wanted:
            yield f"the consent to {purpose} was ended {ended[entry]} times"


def _entries(errand: Errand, event: str, key: str = "", value: str = "") -> list[dict[str, str]]:
    """Details of the entries of one event on the person, those with one detail if it is named."""
    found = AuditEntry.objects.filter(target=f"subject:{errand.about}", event=event).values_list("details", flat=True)
    return [details for details in found if not key or details.get(key) == value]


def _is_on_disk(blob_id: UUID) -> bool:
    return (storage.root() / blob_id.hex[:2] / str(blob_id)).exists()


_WAYS: dict[str, Callable[[Request, Errand], Iterator[str]]] = {
    "everything": _everything,
    "some": _some,
    "copy": _copy,
    "correct": _correct,
    "restrict": _restrict,
    "object": _object,
    "withdraw": _withdraw,
    "protect": _protect,
}
