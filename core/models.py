"""The calendar staff keep, and the record of how each periodic job fares."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Holiday(models.Model):
    """A day that differs from the default calendar: a rest day, or a working day swapped in (Labour Code, article
    112).
    """

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_working = models.BooleanField(
        _("worked"), default=False, help_text=_("Tick for a weekend day that is worked instead.")
    )

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")

    class PersonalData:
        subject = None
        personal: dict[str, object] = {}
        plain = {"id": "", "day": "", "name": "name of a public holiday", "is_working": ""}

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"


class SweepState(models.Model):
    """How one periodic job fares. Repeated failure is shown to staff and mailed to administrators once."""

    name = models.CharField(pgettext_lazy("job", "name"), max_length=80, primary_key=True)
    last_started_at = models.DateTimeField(_("last started"), null=True, blank=True)
    last_succeeded_at = models.DateTimeField(_("last succeeded"), null=True, blank=True)
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.CharField(_("last error"), max_length=120, blank=True)
    alerted_at = models.DateTimeField(_("alerted"), null=True, blank=True)

    class Meta:
        verbose_name = _("periodic job")
        verbose_name_plural = _("periodic jobs")

    class PersonalData:
        subject = None
        personal: dict[str, object] = {}
        plain = {
            "name": "code of the job",
            "last_started_at": "",
            "last_succeeded_at": "",
            "failures_in_a_row": "",
            "last_error": "class name of the error, never its message",
            "alerted_at": "",
        }

    def __str__(self) -> str:
        return self.name
