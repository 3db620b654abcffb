"""What moves the dates of a case, and what its clock has set off."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import ClockKind, MarkCode

CLOCK_EVENT_PLAIN = {
    "id": "",
    "case": "the case it belongs to",
    "kind": "code",
    "at": "",
    "until": "",
    "days": "",
    "reason": "code",
}
MARK_PLAIN = {
    "id": "",
    "case": "the case it belongs to",
    "round": "",
    "code": "code",
    "deadline_at": "",
    "due_at": "",
    "done_at": "",
}


class CaseClockEvent(models.Model):
    """Something the deadline engine takes into account (`core.deadlines.ClockEvent`).

    Time spent waiting for the person is kept as a pause; whether a pause moves a date is the rule's to say. The
    database refuses pauses of one case that overlap.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=ClockKind.choices)
    at = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    reason = models.CharField(_("reason"), max_length=40, blank=True)

    class Meta:
        abstract = True
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="%(class)s_in_order", condition=Q(until__isnull=True) | Q(until__gte=F("at"))),
        ]

    def __str__(self) -> str:
        return self.kind


class CaseMark(models.Model):
    """One thing the clock of a case set off: once for a round, a code and the deadline it speaks of, whoever sweeps."""

    round = models.PositiveSmallIntegerField(pgettext_lazy("of a case", "round"))
    code = models.CharField(_("deadline mark"), max_length=16, choices=MarkCode.choices)
    deadline_at = models.DateTimeField(_("deadline"))
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"))

    class Meta:
        abstract = True
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "code", "deadline_at"], name="%(class)s_once"),
        ]

    def __str__(self) -> str:
        return self.code
