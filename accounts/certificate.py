"""What a deletion did, as the person can keep it: no value of the person stands on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.erasure_words import recipients_waited_for
from audit.selectors import entries_about_subject
from core.templatetags.portal import moment
from personal_data.enums import AuditEvent, Fate, PlanScope
from personal_data.erasure_words import by_reason, differences, label_of, named_of, shared_words
from personal_data.models import ErasureRun
from personal_data.selectors_holds import device_fields, newest_pack
from policies import selectors as policies


@dataclass(frozen=True)
class GoneRow:
    """Something that was deleted or made unreadable; `note` says how where it was not simply deleted."""

    what: str
    planned: int
    gone: int
    note: str


@dataclass(frozen=True)
class KeptRow:
    """Something that was kept; `note` says whether it also names someone else."""

    what: str
    count: int
    note: str


@dataclass(frozen=True)
class KeptGroup:
    """What was kept on one ground, and until when."""

    why: str
    until: str
    rows: list[KeptRow]


@dataclass(frozen=True)
class Certificate:
    """A finished run in the words of one language."""

    number: str
    asked_at: datetime
    finished_at: datetime
    waits_for: int
    fields: list[str]
    gone: list[GoneRow]
    kept: list[KeptGroup]
    differences: list[str]
    plan_hash: str
    beyond_recall: datetime
    is_whole: bool


def certificate_of(run: ErasureRun) -> Certificate:
    """What a finished run deleted and kept."""
    assert run.finished_at is not None
    lines = list(run.plan.lines.all())
    kept = [line for line in lines if line.fate == Fate.KEEP and (line.rows or line.left)]
    return Certificate(
        number=str(run.pk),
        asked_at=run.asked_at,
        finished_at=run.finished_at,
        waits_for=recipients_waited_for(run),
        fields=deleted_fields(run),
        gone=[
            GoneRow(
                label_of(line.target),
                line.rows,
                line.gone or 0,
                "" if line.fate == Fate.DELETE else str(Fate(line.fate).label),
            )
            for line in lines
            if line.fate in (Fate.DELETE, Fate.BLANK, Fate.UNREADABLE) and (line.rows or line.gone)
        ],
        kept=[
            KeptGroup(
                why,
                until,
                [
                    KeptRow(
                        named_of(line, subject_id=run.subject_ref, at=run.finished_at),
                        line.left or 0,
                        shared_words(line),
                    )
                    for line in group
                ],
            )
            for (why, until), group in by_reason(kept).items()
        ],
        differences=differences(lines),
        plan_hash=bytes(run.plan.digest).hex(),
        beyond_recall=beyond_recall(run.scope, run.finished_at),
        is_whole=run.scope == PlanScope.EVERYTHING,
    )


def deleted_fields(run: ErasureRun) -> list[str]:
    """The fields of which a deletion of chosen data took something, by their names in the policy, never a value."""
    if run.scope != PlanScope.CHOSEN:
        return []
    entries = entries_about_subject(run.subject_ref).filter(details__run=str(run.pk)).order_by()
    given = entries.filter(event__in=(AuditEvent.ITEM_ERASED, AuditEvent.FILE_ERASED))
    codes = set(given.values_list("details__field", flat=True))
    if entries.filter(event=AuditEvent.DEVICE_ERASED).exists():
        codes |= device_fields(newest_pack())
    return sorted(_name_of(code, run.asked_at) for code in codes)


def _name_of(code: str, at: datetime) -> str:
    """By the policy of that moment, else by the last one that knew the field."""
    versions = policies.versions().filter(effective_at__lte=at)
    specs = (policies.field(version, code) for version in versions)
    found = next((spec for spec in specs if spec is not None), None)
    return str(found.label) if found else code


def beyond_recall(scope: str, finished_at: datetime) -> datetime:
    """The moment after which nothing can bring back what a run deleted that finished at a moment.

    Of a whole person no key is left once the last backup of the keys is gone; a single entry goes with the last backup
    of the data, until which a restored one is deleted again from the erasure register.
    """
    whole = scope == PlanScope.EVERYTHING
    return finished_at + timedelta(days=settings.PORTAL_KEYS_BACKUP_DAYS if whole else settings.PORTAL_BACKUP_DAYS)


def recall_words(certificate: Certificate) -> str:
    """The same in a sentence."""
    words = (
        _("After %(moment)s nothing can bring this data back: by then the last backup of its key is gone too.")
        if certificate.is_whole
        else _("After %(moment)s nothing can bring this data back: by then the last backup that holds it is gone too.")
    )
    return words % {"moment": moment(certificate.beyond_recall)}
