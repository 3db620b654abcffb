"""Reading the record."""

from uuid import UUID

from django.db.models import QuerySet

from audit.models import AuditEntry


def entries_about(target: str) -> QuerySet[AuditEntry]:
    """All entries on one thing, newest first."""
    return AuditEntry.objects.filter(target=target)


def entries_about_subject(subject_id: UUID) -> QuerySet[AuditEntry]:
    """All entries on one person, newest first."""
    return AuditEntry.objects.filter(subject_ref=subject_id)
