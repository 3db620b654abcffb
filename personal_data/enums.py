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
    """Progress of an erasure."""

    WAITING = "WAITING", pgettext_lazy("erasure", "waiting")
    RUNNING = "RUNNING", pgettext_lazy("erasure", "running")
    DONE = "DONE", pgettext_lazy("erasure", "done")


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
    ERASURE_DONE = "erasure.done"
