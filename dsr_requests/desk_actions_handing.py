"""What staff record of what reached a person by hand."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.desk_actions import DeskAction
from cases.models import Case
from cases.permissions import can_work_on
from core.actors import Actor
from core.templatetags.portal import moment
from dsr_requests.forms_handing import ToldForm
from dsr_requests.models import Request
from dsr_requests.services.lettering import awaits_letter, is_told, note_letter


class TellErasure(DeskAction):
    code, name = "letter-told", "erasure-told"
    title = gettext_lazy("Write down that the person knows how to call the deletion off")
    button = pgettext_lazy("of a letter", "Write it down")
    done = gettext_lazy("Written down: the person was told.")
    form_class = ToldForm

    def lead(self, case: Case) -> str:
        return _("Next: tell the person that a deletion is about to begin")

    def offered(self, case: Case, *, by: Actor, now: datetime) -> bool:
        assert isinstance(case, Request)
        run = awaits_letter(case) if can_work_on(case, by=by) else None
        return run is not None and not is_told(case, run)

    def effect(self, case: Case) -> str:
        assert isinstance(case, Request)
        run = awaits_letter(case)
        begins = moment(run.starts_at) if run else ""
        return _(
            "No e-mail address is held, so nothing was mailed. The deletion begins on %(begins)s: open the letter and "
            "hand it over, or read it out on a number held, before then. A letter by post alone can come too late."
        ) % {"begins": begins}

    def perform(self, case: Case, data: dict[str, Any], *, by: Actor, now: datetime) -> object:
        note_letter(request_id=case.pk, **data, by=by, now=now)
        return None
