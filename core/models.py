"""The calendar staff keep, and the record of how each periodic job fares."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.calendars import CLOSES, MON_FRI, MON_SAT, OPENS
from core.classification import Keep


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
        retention = Keep.for_good("what staff set up; it names nobody")
        personal: dict[str, object] = {}
        plain = {"id": "", "day": "", "name": "name of a public holiday", "is_working": ""}

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"


class WorkingWeek(models.TextChoices):
    """The days worked in an ordinary week."""

    MON_FRI = "MON_FRI", _("Monday to Friday")
    MON_SAT = "MON_SAT", _("Monday to Saturday")

    @property
    def days(self) -> tuple[str, ...]:
        """The days as `core.calendars` names them."""
        return MON_SAT if self == WorkingWeek.MON_SAT else MON_FRI


class CalendarSetting(models.Model):
    """The working week and the hours of service, as staff set them. There is one row at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    working_week = models.CharField(
        _("working week"), max_length=8, choices=WorkingWeek.choices, default=WorkingWeek.MON_FRI
    )
    opens = models.TimeField(_("service opens"), default=OPENS)
    closes = models.TimeField(_("service closes"), default=CLOSES)

    class Meta:
        verbose_name = _("working week and hours")
        verbose_name_plural = _("working week and hours")
        constraints = [
            models.CheckConstraint(name="calendar_setting_single", condition=Q(id=1)),
            models.CheckConstraint(name="calendar_setting_opens_first", condition=Q(opens__lt=F("closes"))),
        ]

    class PersonalData:
        subject = None
        retention = Keep.for_good("what staff set up; it names nobody")
        personal: dict[str, object] = {}
        plain = {"id": "", "working_week": "code", "opens": "", "closes": ""}

    def __str__(self) -> str:
        return f"{self.get_working_week_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class CalendarVersion(models.Model):
    """The calendar as it stood at one time, never changed afterwards: cases name the one they were computed with.

    The database hands out the number, so that one lost in a rollback is not given again.
    """

    number = models.AutoField(_("calendar version"), primary_key=True)
    working_week = models.CharField(_("working week"), max_length=8, choices=WorkingWeek.choices)
    overrides = models.JSONField(_("days set by staff"), default=dict)
    names = models.JSONField(_("names of days"), default=dict)
    opens = models.TimeField(_("service opens"))
    closes = models.TimeField(_("service closes"))
    defaults_hash = models.CharField(_("hash of the default holidays"), max_length=64)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering = ["number"]
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")
        constraints = [
            models.CheckConstraint(name="calendar_version_opens_first", condition=Q(opens__lt=F("closes"))),
        ]

    class PersonalData:
        subject = None
        retention = Keep.for_good("cases name the calendar their dates were computed with")
        personal: dict[str, object] = {}
        plain = {
            "number": "",
            "working_week": "code",
            "overrides": "days and whether they are worked",
            "names": "names of public holidays and company days",
            "opens": "",
            "closes": "",
            "defaults_hash": "of public holidays",
            "made_at": "",
        }

    def __str__(self) -> str:
        return str(self.number)


class SweepState(models.Model):
    """How one periodic job fares. Repeated failure is shown to staff and mailed to administrators once."""

    name = models.CharField(pgettext_lazy("job", "name"), max_length=80, primary_key=True)
    last_started_at = models.DateTimeField(_("last started"), null=True, blank=True)
    last_succeeded_at = models.DateTimeField(_("last succeeded"), null=True, blank=True)
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.CharField(_("last error"), max_length=120, blank=True)
    alerted_at = models.DateTimeField(_("alerted"), null=True, blank=True)
    last_done = models.PositiveBigIntegerField(_("done last time"), null=True, blank=True)

    class Meta:
        verbose_name = _("periodic job")
        verbose_name_plural = _("periodic jobs")

    class PersonalData:
        subject = None
        retention = Keep.for_good("one row for each periodic job")
        personal: dict[str, object] = {}
        plain = {
            "name": "code of the job",
            "last_started_at": "",
            "last_succeeded_at": "",
            "failures_in_a_row": "",
            "last_error": "class name of the error, never its message",
            "alerted_at": "",
            "last_done": "",
        }

    def __str__(self) -> str:
        return self.name
