"""The page of one complaint at the desk."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.admin_base import acting
from cases.admin_case import CasePages
from cases.desk import Values, values_after
from cases.desk_actions import Acknowledge, Assign, Begin, DeskAction, Release, Reply, Take, WriteDown
from cases.enums import CaseEvent
from cases.explaining import last_day
from complaints import desk_actions, selectors
from complaints.contesting import told
from complaints.enums import PostponeReason, RejectionGround, Remedy, Severity
from complaints.models import Complaint
from complaints.staff_wording import POSTPONED
from core import clock
from core.templatetags.portal import day, moment

ACTIONS: Sequence[DeskAction] = (
    Take(),
    Acknowledge(),
    desk_actions.Assess(),
    Begin(),
    Reply(),
    WriteDown(),
    desk_actions.Answer(),
    desk_actions.Resolve(),
    desk_actions.CloseComplaint(),
    desk_actions.Postpone(),
    desk_actions.Reject(),
    Assign(),
    Release(),
    desk_actions.Link(),
    desk_actions.Unlink(),
)


class ComplaintPages(CasePages):
    """What a complaint adds: sorting, answering in rounds, links."""

    case_template = "admin/complaints/case.html"

    def desk_actions(self) -> Sequence[DeskAction]:
        return ACTIONS

    def wanted(self, case: Any) -> Iterator[str]:
        return desk_actions.wanted_next(case, now=clock.now())

    def hidden_from(self, case: Any, request: HttpRequest) -> bool:
        """What is about a colleague does not exist for that colleague."""
        return case.about_staff_id is not None and case.about_staff_id == acting(request).pk

    def more_context(self, request: HttpRequest, case: Any, *, sees_content: bool) -> dict[str, Any]:
        if not sees_content:
            return {"facts": []}
        return {
            "facts": _facts(case),
            "links": [(link, self._change_url(link.case_id)) for link in selectors.links_of(case, by=acting(request))],
            "duplicates": [
                (found, self._change_url(found.case_id))
                for found in selectors.suggested_duplicates(case, by=acting(request))
            ],
        }

    def values_after(self, case: Any, event: str) -> Values:
        if event == CaseEvent.TRIAGED:
            return [
                (_("Category"), selectors.category_name(case)),
                (_("Severity"), _severity(case)),
                (_("Tier"), selectors.tier_name(case)),
                (_("Target"), day(last_day(case.target_at))),
            ]
        if event in (CaseEvent.POSTPONED, CaseEvent.DATES_MOVED):
            return [(_("Target"), day(last_day(case.target_at)))]
        return values_after(case, event)


def _facts(complaint: Complaint) -> Values:
    """What is known of a complaint beside its words and dates."""
    found = [
        (_("Severity"), _severity(complaint)),
        (_("Tier"), selectors.tier_name(complaint) or _("not set yet: the strictest holds")),
        (_("Remedy sought"), str(Remedy(complaint.remedy).label)),
        (_("Data concerned"), ", ".join(selectors.field_names(complaint)) or _("not stated")),
        (_("Purposes concerned"), ", ".join(selectors.purpose_names(complaint)) or _("not stated")),
        (_("What it contests"), told(complaint)),
        (_("Member of staff it is about"), str(complaint.about_staff or "")),
        (
            _("Receipt confirmed"),
            moment(complaint.acknowledged_at) if complaint.acknowledged_at else pgettext("of a receipt", "not yet"),
        ),
    ]
    if complaint.postponed_at is not None:
        found.append(
            (_("Postponed"), f"{day(complaint.postponed_at)}: {POSTPONED[PostponeReason(complaint.postpone_reason)]}")
        )
    if complaint.rejection_ground:
        found.append((_("Ground for not taking it up"), str(RejectionGround(complaint.rejection_ground).label)))
    return [(label, value) for label, value in found if value]


def _severity(complaint: Complaint) -> str:
    return str(Severity(complaint.severity).label) if complaint.severity else _("not set yet")
