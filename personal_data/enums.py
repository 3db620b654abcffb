"""Choices of the data held, and the names of what is recorded about it."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class SubjectState(TextChoices):
    """Where a person's data stands. ERASED rows are tombstones: a random reference and nothing else."""

    ACTIVE = "ACTIVE", pgettext_lazy("data subject", "active")
    ERASING = "ERASING", pgettext_lazy("data subject", "being erased")
    ERASED = "ERASED", pgettext_lazy("data subject", "erased")


class AgeBand(TextChoices):
    """The answer to the age question at sign-up (law 91/2025, article 24)."""

    ADULT = "ADULT", pgettext_lazy("age band", "16 or older")
    UNKNOWN = "UNKNOWN", pgettext_lazy("age band", "not asked")


class KeyKind(TextChoices):
    """The two keys a person has, and the one of what the law keeps of somebody erased."""

    DATA = "DATA", pgettext_lazy("key", "data")
    EVIDENCE = "EVIDENCE", pgettext_lazy("key", "evidence")
    KEPT = "KEPT", pgettext_lazy("key", "kept by law")


class Source(TextChoices):
    """How a value came here."""

    PERSON = "PERSON", pgettext_lazy("source", "you entered it")
    SIGN_UP = "SIGN_UP", pgettext_lazy("source", "you gave it when signing up")
    COMPLAINT = "COMPLAINT", pgettext_lazy("source", "you gave it with a complaint or request")
    STAFF = "STAFF", pgettext_lazy("source", "staff entered it for you")
    IMPORT = "IMPORT", pgettext_lazy("source", "brought in from the organisation's records")
    BROWSER = "BROWSER", pgettext_lazy("source", "your browser, while you agreed")


class ErasureState(TextChoices):
    """Progress of an erasure. COOLING is the time in which it can be called off; STUCK waits for a member of staff."""

    COOLING = "COOLING", pgettext_lazy("erasure", "can still be called off")
    CANCELLED = "CANCELLED", pgettext_lazy("erasure", "called off")
    WAITING = "WAITING", pgettext_lazy("erasure", "waiting")
    RUNNING = "RUNNING", pgettext_lazy("erasure", "running")
    STUCK = "STUCK", pgettext_lazy("erasure", "waits for a person")
    DONE = "DONE", pgettext_lazy("erasure", "done")


class PlanScope(TextChoices):
    """What an erasure takes."""

    EVERYTHING = "EVERYTHING", pgettext_lazy("erasure", "everything")
    CHOSEN = "CHOSEN", pgettext_lazy("erasure", "chosen values and files")


class Fate(TextChoices):
    """What a plan does to the rows of one table."""

    DELETE = "DELETE", pgettext_lazy("fate of data", "deleted")
    BLANK = "BLANK", pgettext_lazy("fate of data", "emptied")
    UNREADABLE = "UNREADABLE", pgettext_lazy("fate of data", "made unreadable: the key is destroyed")
    KEEP = "KEEP", pgettext_lazy("fate of data", "kept")
    OUTSIDE = "OUTSIDE", pgettext_lazy("fate of data", "done outside the tables")


class KeepGround(TextChoices):
    """Why a row stays although deletion was asked for; the codes of grounds for refusing a deletion."""

    LAW_REQUIRES = "R3", pgettext_lazy("ground for keeping", "The law requires it as proof, and the period is running")
    LAW_KEEPS = "R3K", pgettext_lazy("ground for keeping", "The law requires it to be kept, and the period is running")


class Difference(TextChoices):
    """How an outcome differs from its plan."""

    NONE = "", pgettext_lazy("difference", "as planned")
    MORE_GONE = "MORE_GONE", pgettext_lazy("difference", "more was deleted than planned: it came in after the plan")
    MORE_KEPT = "MORE_KEPT", pgettext_lazy("difference", "more is kept than planned: it came in after the plan")
    FEWER_KEPT = "FEWER_KEPT", pgettext_lazy("difference", "less is kept than planned")
    GONE_BEFORE = "GONE_BEFORE", pgettext_lazy("difference", "some was gone already before the deletion began")


class StepKind(TextChoices):
    """What one step of an erasure does, in this order."""

    SUPPRESS = "SUPPRESS", pgettext_lazy("erasure step", "Note what must not be brought in again")
    KEY = "KEY", pgettext_lazy("erasure step", "Destroy the key")
    CLOSE = "CLOSE", pgettext_lazy("erasure step", "End sign-ins, roles and tasks")
    FILES = "FILES", pgettext_lazy("erasure step", "Remove files from the disk")
    ROWS = "ROWS", pgettext_lazy("erasure step", "Remove entries")
    FINISH = "FINISH", pgettext_lazy("erasure step", "Compare with the plan and confirm")


class StepState(TextChoices):
    """Where a step stands. FAILED is tried again by itself, STUCK only when a member of staff says so."""

    WAITING = "WAITING", pgettext_lazy("erasure step", "not yet begun")
    FAILED = "FAILED", pgettext_lazy("erasure step", "failed, will be tried again")
    STUCK = "STUCK", pgettext_lazy("erasure step", "failed, waits for a person")
    DONE = "DONE", pgettext_lazy("erasure step", "done")


class StepError(TextChoices):
    """Why a step did not work."""

    DISK = "DISK", pgettext_lazy("erasure step", "The disk did not let a file go.")
    REFERRED_TO = "REFERRED_TO", pgettext_lazy("erasure step", "Something else still refers to these entries.")
    DATABASE = "DATABASE", pgettext_lazy("erasure step", "The database refused or broke off.")
    LEFT_OVER = "LEFT_OVER", pgettext_lazy("erasure step", "Entries that were to go are still there.")
    UNEXPECTED = "UNEXPECTED", pgettext_lazy("erasure step", "Something unforeseen happened; the log names it.")


class LimitKind(TextChoices):
    """Why something held may not be used. While any stands, it is stored and nothing else."""

    RESTRICTION = "RESTRICTION", pgettext_lazy("limit of use", "Restricted at the person's request")
    OBJECTION = "OBJECTION", pgettext_lazy("limit of use", "The person objected")
    COOLING_OFF = "COOLING_OFF", pgettext_lazy("limit of use", "Deletion asked for and not yet begun")


class Order(TextChoices):
    """What a recipient who holds the data is told to do (decree 356/2025, article 5), or that a limit is over."""

    STOP = "STOP", pgettext_lazy("order to a recipient", "Stop using it")
    CORRECT = "CORRECT", pgettext_lazy("order to a recipient", "Correct it")
    DELETE = "DELETE", pgettext_lazy("order to a recipient", "Delete it")
    ENDED = "ENDED", pgettext_lazy("order to a recipient", "Take note: the limit of use has ended")


class PackageState(TextChoices):
    """Progress of a copy of a person's data. STUCK waits for a member of staff."""

    WAITING = "WAITING", pgettext_lazy("copy", "waiting")
    BUILDING = "BUILDING", pgettext_lazy("copy", "being made")
    READY = "READY", pgettext_lazy("copy", "ready to fetch")
    FETCHED = "FETCHED", pgettext_lazy("copy", "fetched")
    EXPIRED = "EXPIRED", pgettext_lazy("copy", "no longer there")
    STUCK = "STUCK", pgettext_lazy("copy", "waits for a person")


class PackageError(TextChoices):
    """Why a copy could not be made."""

    DISK = "DISK", pgettext_lazy("copy", "The disk did not let the file be written; it may be full.")
    MISSING = "MISSING", pgettext_lazy("copy", "A file that belongs into the copy is not on the disk.")
    CHANGED = "CHANGED", pgettext_lazy("copy", "Something was deleted while the copy was being made.")
    DATABASE = "DATABASE", pgettext_lazy("copy", "The database refused or broke off.")
    UNEXPECTED = "UNEXPECTED", pgettext_lazy("copy", "Something unforeseen happened; the log names it.")


class ImportState(TextChoices):
    """Progress of an import."""

    CHECKING = "CHECKING", pgettext_lazy("import", "being checked")
    FAULTY = "FAULTY", pgettext_lazy("import", "has faults, nothing was taken in")
    CHECKED = "CHECKED", pgettext_lazy("import", "checked, nothing taken in yet")
    RUNNING = "RUNNING", pgettext_lazy("import", "being taken in")
    DONE = "DONE", pgettext_lazy("import", "taken in")
    UNDOING = "UNDOING", pgettext_lazy("import", "being undone")
    UNDONE = "UNDONE", pgettext_lazy("import", "undone")


class MergeState(TextChoices):
    """Whether two people in the records are one; a person decides."""

    PROPOSED = "PROPOSED", pgettext_lazy("merge", "to be decided")
    DECLINED = "DECLINED", pgettext_lazy("merge", "two people")
    MERGED = "MERGED", pgettext_lazy("merge", "one person, merged")
    PARTED = "PARTED", pgettext_lazy("merge", "parted again")


class HoldGround(TextChoices):
    """Why something may not be deleted although its time has come (law 91/2025, articles 14.2 and 19.1)."""

    DISPUTE = "DISPUTE", pgettext_lazy("ground of a hold", "A dispute or a claim that is being settled")
    AUTHORITY = "AUTHORITY", pgettext_lazy("ground of a hold", "An authority asked in writing for it to be kept")
    INSPECTION = "INSPECTION", pgettext_lazy("ground of a hold", "An inspection or an audit that is going on")
    INCIDENT = "INCIDENT", pgettext_lazy("ground of a hold", "A personal data breach that is being looked into")


class RunKind(TextChoices):
    """How a run of the retention engine was begun."""

    NIGHTLY = "NIGHTLY", pgettext_lazy("retention run", "by itself, at night")
    BY_HAND = "BY_HAND", pgettext_lazy("retention run", "by hand")


class RunState(TextChoices):
    """Where a run stands. STOPPED waits for two people."""

    RUNNING = "RUNNING", pgettext_lazy("retention run", "running")
    STOPPED = "STOPPED", pgettext_lazy("retention run", "stopped, waits for two people")
    DROPPED = "DROPPED", pgettext_lazy("retention run", "dropped, deleted nothing more")
    DONE = "DONE", pgettext_lazy("retention run", "done")


class FuseReason(TextChoices):
    """Why a run did not go on by itself."""

    SHARE = "SHARE", pgettext_lazy("retention run", "It would delete an unusually large share of what is held.")
    CLOCK = "CLOCK", pgettext_lazy("retention run", "The clock runs far ahead of the last moment seen.")
    RULES = "RULES", pgettext_lazy("retention run", "The retention rules changed since the last run.")


class DisposalKind(TextChoices):
    """What people of the organisation decided."""

    NOT_NEEDED = "NOT_NEEDED", pgettext_lazy("decided deletion", "No longer needed")
    ORDERED = "ORDERED", pgettext_lazy("decided deletion", "Ordered by management")
    PURPOSE = "PURPOSE", pgettext_lazy("decided deletion", "A purpose ends")


class DisposalState(TextChoices):
    """Progress of a decided deletion."""

    PROPOSED = "PROPOSED", pgettext_lazy("decided deletion", "waits for a second person")
    APPROVED = "APPROVED", pgettext_lazy("decided deletion", "approved, to be carried out")
    DECLINED = "DECLINED", pgettext_lazy("decided deletion", "declined")
    DONE = "DONE", pgettext_lazy("decided deletion", "carried out")


class AuditEvent:
    """Names of recorded events."""

    HOLD_PLACED = "hold.placed"
    HOLD_REVIEWED = "hold.reviewed"
    HOLD_REMINDED = "hold.reminded"
    HOLD_RELEASED = "hold.released"
    RETENTION_BEGUN = "retention.begun"
    RETENTION_STOPPED = "retention.stopped"
    RETENTION_APPROVED = "retention.approved"
    RETENTION_DROPPED = "retention.dropped"
    RETENTION_DONE = "retention.done"
    RETENTION_TOLD = "retention.told"
    DISPOSAL_PROPOSED = "disposal.proposed"
    DISPOSAL_APPROVED = "disposal.approved"
    DISPOSAL_DECLINED = "disposal.declined"
    DISPOSAL_DONE = "disposal.done"
    PURPOSE_ENDED = "purpose.ended"
    PURPOSE_BEGUN = "purpose.begun"
    EVIDENCE_ENDED = "evidence.ended"
    KEPT_APART = "kept.set_apart"
    KEPT_READ = "kept.opened"
    KEPT_ENDED = "kept.ended"
    RECORDS_ENDED = "records.ended"
    REGISTER_REPLAYED = "register.replayed"
    REGISTER_BEGUN = "register.begun"
    REGISTER_SHORTENED = "register.shortened"
    KEYS_ROTATED = "keys.rotated"

    LIMIT_SET = "limit.set"
    LIMIT_ENDED = "limit.ended"
    LIMIT_LIFT_ASKED = "limit.lift_asked"
    LIMIT_LIFT_DROPPED = "limit.lift_dropped"
    ORDER_GIVEN = "recipient.ordered"
    ORDER_TOLD = "recipient.told"
    ORDER_CONFIRMED = "recipient.confirmed"
    ORDER_LATE = "recipient.late"
    ORDER_NAMES_READ = "recipient.named"
    ORDER_NAMES_GONE = "recipient.names_gone"
    PACKAGE_ASKED = "package.asked"
    PACKAGE_BEGUN = "package.begun"
    PACKAGE_READY = "package.ready"
    PACKAGE_FAILED = "package.failed"
    PACKAGE_FETCHED = "package.fetched"
    PACKAGE_EXPIRED = "package.expired"
    PACKAGE_RESUMED = "package.resumed"
    PACKAGE_PUT_BACK = "package.put_back"
    IMPORT_OPENED = "import.opened"
    IMPORT_CHECKED = "import.checked"
    IMPORT_STARTED = "import.started"
    IMPORT_TAKEN = "import.taken"
    IMPORT_DONE = "import.done"
    IMPORT_UNDOING = "import.undoing"
    IMPORT_UNDONE = "import.undone"
    SUBJECT_IMPORTED = "subject.imported"
    IMPORT_TOLD = "subject.import_told"
    MERGE_PROPOSED = "merge.proposed"
    MERGE_DECLINED = "merge.declined"
    SUBJECTS_MERGED = "subjects.merged"
    SUBJECTS_PARTED = "subjects.parted"

    SUBJECT_CREATED = "subject.created"
    SUBJECT_OPENED = "subject.opened"
    SUBJECT_ACTIVE = "subject.active"
    ITEM_WRITTEN = "item.written"
    ITEM_CORRECTED = "item.corrected"
    ITEM_CONFIRMED = "item.confirmed"
    ITEM_ERASED = "item.erased"
    ITEM_REVEALED = "item.revealed"
    READ_REFUSED = "item.read_refused"
    FIELD_DECLINED = "field.declined"
    FILE_STORED = "file.stored"
    FILE_READ = "file.read"
    FILE_ERASED = "file.erased"
    DEVICE_NOTED = "device.noted"
    DEVICE_ERASED = "device.erased"
    ERASURE_BEGUN = "erasure.begun"
    ERASURE_STARTED = "erasure.started"
    ERASURE_STEP = "erasure.step"
    ERASURE_FAILED = "erasure.failed"
    ERASURE_RESUMED = "erasure.resumed"
    ERASURE_DONE = "erasure.done"
    ERASURE_CANCELLED = "erasure.cancelled"
