"""The copy of a person's data, made once for each request."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.classification import Basis, Category, Erasure, Keep, Period, Personal
from personal_data.enums import PackageError, PackageState
from personal_data.models.subject import DataSubject


class Package(models.Model):
    """One ZIP, its bytes sealed on disk under the person's data key; fetched once, then gone.

    `basis` is the request it answers. `left_out` is what staff took out: `section`, `ref` (empty for the whole of it)
    and the code of the `ground`. Who is making it right now is told by a lock of the database, not by this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(DataSubject, on_delete=models.CASCADE, related_name="packages")
    basis = models.CharField(_("answers"), max_length=60, unique=True)
    language = models.CharField(_("language"), max_length=5)
    state = models.CharField(_("state"), max_length=8, choices=PackageState.choices, default=PackageState.WAITING)
    left_out = models.JSONField(_("left out"), default=list)
    asked_at = models.DateTimeField(_("asked"))
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    expires_at = models.DateTimeField(_("goes"), null=True, blank=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("bytes"))
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    parts_done = models.PositiveSmallIntegerField(_("parts done"), default=0)
    parts_total = models.PositiveSmallIntegerField(_("parts in all"), default=0)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("what went wrong"), max_length=12, choices=PackageError.choices, blank=True)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)

    class Meta:
        verbose_name = _("copy of a person's data")
        verbose_name_plural = _("copies of people's data")
        ordering = ["-asked_at"]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="package_to_make",
                condition=Q(state__in=(PackageState.WAITING, PackageState.BUILDING)),
            ),
            models.Index(fields=["expires_at"], name="package_to_expire", condition=Q(state=PackageState.READY)),
        ]
        constraints = [
            models.CheckConstraint(
                name="package_ready_whole",
                condition=~Q(state=PackageState.READY)
                | Q(ready_at__isnull=False, expires_at__isnull=False) & ~Q(sha256=""),
            ),
            models.CheckConstraint(
                name="package_fetched_once",
                condition=Q(state=PackageState.FETCHED, fetched_at__isnull=False)
                | ~Q(state=PackageState.FETCHED) & Q(fetched_at__isnull=True),
            ),
        ]

    class PersonalData:
        subject = "subject"
        retention = Keep.after(
            Period.EVIDENCE, since="asked_at, its bytes when it was fetched or ran out", by="personal_data.proof"
        )
        blobs = True
        personal = {"fetched_at": Personal(Category.ACCOUNT, Basis.LAW, Erasure.DELETE_ROW)}
        plain = {
            "id": "names the sealed bytes on disk, which go with the row",
            "subject": "the person whose data it holds",
            "basis": "reference of a request",
            "language": "code",
            "state": "code",
            "left_out": "codes and references with the code of a ground",
            "asked_at": "",
            "ready_at": "",
            "expires_at": "",
            "size": "",
            "sha256": "checksum of the sealed content",
            "parts_done": "",
            "parts_total": "",
            "attempts": "",
            "error": "code",
            "next_try_at": "",
        }

    def __str__(self) -> str:
        return str(self.id)[:8]
