"""What staff can do with a case of either kind: when it is offered, what it asks for, which service does it."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases import guards, permissions
from cases.desk import colleagues
from cases.enums import CaseStatus
from cases.explaining import last_day
from cases.forms_staff import AcknowledgeForm, AssignForm, PlainForm, SpokenForm, StaffReplyForm
from cases.models import Case
from cases.services.acknowledging import record_acknowledgement
from cases.services.assigning import assign, release, take
from cases.services.investigating import begin
from cases.services.messaging import write_as_staff, write_for_person
from core.actors import Actor
from core.templatetags.portal import day


class DeskAction:
    """One action. `code` is the last part of its address, `name` the mark of its button.

    One with a `preview` is shown as the person will read it before it is done. One with `template_into` offers answers
    written beforehand for that field.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[Any]
    button: ClassVar[Any]
    done: ClassVar[Any]
    careful: ClassVar[bool] = True  # refused when others changed the case meanwhile
    preview: ClassVar[str] = ""
    takes_files: ClassVar[bool] = False  # chosen on the preview page
    template_into: ClassVar[str] = ""
    form_class: ClassVar[type[forms.Form]] = PlainForm

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        """Whether role and state allow it now."""
        return permissions.can_work_on(case, by=by) and guards.is_open(case)

    def lead(self, case: Case) -> str:
        """How it is announced when it is what a case needs next."""
        return _("Next: %(title)s") % {"title": self.title}

    def effect(self, case: Case) -> str:
        """What pressing the button brings about."""
        raise NotImplementedError

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        """Its form, bound or not."""
        return self.form_class(*args, **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        """Do it. Raises NotAllowed."""
        raise NotImplementedError

    def as_previewed(self, case: Case, form: forms.Form, *, now: datetime) -> forms.Form:
        """The valid form as the preview sends it on; with what it has to carry of what the preview shows."""
        return form

    def preview_context(self, case: Case, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """What the template named by `preview` draws; called in the person's language."""
        return {}


class Take(DeskAction):
    code, name, careful = "take", "case-take", False
    title = gettext_lazy("Take this case")
    button = gettext_lazy("Take this case")
    done = gettext_lazy("The case is yours now.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return guards.is_open(case) and case.assignee_id is None and permissions.can_take(case, by=by)

    def effect(self, case: Case) -> str:
        return _("It becomes yours, and you see what the person wrote. The person sees that somebody took it on.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return take(kind=case.kind, case_id=case.pk, by=by, now=now)


class Acknowledge(DeskAction):
    code, name = "acknowledge", "case-acknowledge"
    title = gettext_lazy("Record that the receipt was confirmed")
    button = pgettext_lazy("a receipt", "Record the confirmation")
    done = gettext_lazy("Recorded: the receipt was confirmed.")
    form_class = AcknowledgeForm

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return super().offered(case, by=by, now=now) and case.acknowledged_at is None

    def effect(self, case: Case) -> str:
        return _(
            "No e-mail address was given, so nothing was mailed. Tell the person the reference %(reference)s and both "
            "dates, then record here how you did."
        ) % {"reference": case.reference}

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return record_acknowledgement(kind=case.kind, case_id=case.pk, channel=data["channel"], by=by, now=now)


class Begin(DeskAction):
    code, name = "begin", "case-begin"
    title = gettext_lazy("Begin the examination")
    button = gettext_lazy("Begin the examination")
    done = gettext_lazy("The examination has begun.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        can = super().offered(case, by=by, now=now) and case.status != CaseStatus.RECEIVED
        return can and guards.may_begin(case)

    def effect(self, case: Case) -> str:
        if case.status == CaseStatus.WAITING:
            return _("Goes on without waiting any longer. The person sees it in the timeline; nothing is mailed.")
        return _("The person sees in the timeline that we are on it; nothing is mailed.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return begin(kind=case.kind, case_id=case.pk, by=by, now=now)


class Reply(DeskAction):
    code, name = "reply", "case-reply"
    title = gettext_lazy("Write to the person")
    button = gettext_lazy("Send the message")
    done = gettext_lazy("Your message was sent.")
    form_class, template_into = StaffReplyForm, "text"

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        can = permissions.can_work_on(case, by=by) and guards.is_not_over(case)
        return can and case.status != CaseStatus.RECEIVED

    def effect(self, case: Case) -> str:
        if case.first_reply_at is None:
            return _("This is our first reply, due by %(day)s. It also begins the examination.") % {
                "day": day(last_day(case.first_reply_due_at))
            }
        return _("The message appears in the thread at once; an e-mail says only that something is waiting to be read.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return write_as_staff(kind=case.kind, case_id=case.pk, **data, by=by, now=now)


class WriteDown(DeskAction):
    code, name = "spoken", "case-write-for-person"
    title = gettext_lazy("Write down what the person told us another way")
    button = gettext_lazy("Add it to the thread")
    done = gettext_lazy("It is in the thread now.")
    form_class = SpokenForm

    def lead(self, case: Case) -> str:
        if case.status == CaseStatus.WAITING:
            return _("Waiting for the person; the clock goes on")
        return super().lead(case)

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return permissions.can_work_on(case, by=by) and guards.is_not_over(case)

    def effect(self, case: Case) -> str:
        if case.status == CaseStatus.WAITING:
            return _(
                "For an answer by phone, letter, Zalo or e-mail: it counts from when it reached us, and ends the "
                "waiting."
            )
        return _("For what came by phone, letter, Zalo or e-mail, with the moment it actually reached us.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return write_for_person(kind=case.kind, case_id=case.pk, **data, by=by, now=now)


class Assign(DeskAction):
    code, name = "assign", "case-assign"
    title = gettext_lazy("Give it to a colleague")
    button = pgettext_lazy("a case", "Give")
    done = gettext_lazy("The case was given to a colleague.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return permissions.can_assign(case, by=by) and guards.is_open(case)

    def effect(self, case: Case) -> str:
        return _(
            "The colleague is told by e-mail and sees all of it. You no longer do, unless your role sees every case."
        )

    def form(self, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any) -> forms.Form:
        return AssignForm(*args, colleagues=colleagues(case), **kwargs)

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return assign(kind=case.kind, case_id=case.pk, to=UUID(data["to"]), by=by, now=now)


class Release(DeskAction):
    code, name = "release", "case-release"
    title = gettext_lazy("Put it back into the queue")
    button = gettext_lazy("Put it back into the queue")
    done = gettext_lazy("The case is back in the queue.")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        return super().offered(case, by=by, now=now) and case.assignee_id is not None

    def effect(self, case: Case) -> str:
        return _("Nobody has it then, and its clock goes on. Any colleague can take it.")

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        return release(kind=case.kind, case_id=case.pk, by=by, now=now)


def next_of(wanted: Iterator[str], offered: Collection[str]) -> str:
    """The first wanted action that is offered, or an empty string."""
    return next((code for code in wanted if code in offered), "")
