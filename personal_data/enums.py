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
    """The two keys a person has."""

    DATA = "DATA", pgettext_lazy("key", "data")
    EVIDENCE = "EVIDENCE", pgettext_lazy("key", "evidence")


class Source(TextChoices):
    """How a value came here."""

    PERSON = "PERSON", pgettext_lazy("source", "you entered it")
    SIGN_UP = "SIGN_UP", pgettext_lazy("source", "you gave it when signing up")
    COMPLAINT = "COMPLAINT", pgettext_lazy("source", "you gave it with a complaint or request")
    STAFF = "STAFF", pgettext_lazy("source", "staff entered it for you")
    IMPORT = "IMPORT", pgettext_lazy("source", "brought in from the organisation's records")
    BROWSER = "BROWSER", pgettext_lazy("source", "your browser, while you agreed")


class ErasureState(TextChoices):
    """Progress of an erasure. STUCK waits for a member of staff."""

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


class Difference(TextChoices):
    """How an outcome differs from its plan."""

    NONE = "", pgettext_lazy("difference", "as planned")
    MORE_GONE = "MORE_GONE", pgettext_lazy("difference", "more was deleted than planned: it came in after the plan")
    MORE_KEPT = "MORE_KEPT", pgettext_lazy("difference", "more is kept than planned: it came in after the plan")
    FEWER_KEPT = "FEWER_KEPT", pgettext_lazy("difference", "less is kept than planned")


class StepKind(TextChoices):
    """What one step of an erasure does, in this order."""

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


class AuditEvent:
    """Names of recorded events."""

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
    EXPORTED = "subject.exported"
    DEVICE_NOTED = "device.noted"
    DEVICE_ERASED = "device.erased"
    ERASURE_BEGUN = "erasure.begun"
    ERASURE_STEP = "erasure.step"
    ERASURE_FAILED = "erasure.failed"
    ERASURE_RESUMED = "erasure.resumed"
    ERASURE_DONE = "erasure.done"
