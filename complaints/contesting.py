"""What a complaint can be about: a member's own requests and answers on consent, a guest's request a code opened."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from complaints.models import Complaint
from consent.models import LedgerEntry
from consent.selectors import last_answers
from core.templatetags.portal import day
from dsr_requests.models import Request
from dsr_requests.selectors import ShownRequest, requests_of, shown
from policies import selectors as policies
from policies.pack_types import Pack, message_channel_label


def contestable(
    *, subject_id: UUID | None, pack: Pack, at: datetime, opened: Request | None = None
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of choices for a form, newest first; for a guest the request a code opened, or none. Two queries."""
    if subject_id is None:
        return [(_("Your requests"), [(f"request:{opened.reference}", _of_request(shown(opened)))])] if opened else []
    requests = [(f"request:{one.reference}", _of_request(one)) for one in requests_of(subject_id)]
    answers = sorted(last_answers(subject_id, at).values(), key=lambda entry: entry.pk, reverse=True)
    consents = [(f"consent:{entry.pk}", _of_answer(entry, pack)) for entry in answers]
    groups = [(_("Your requests"), requests), (_("Your answers on consent"), consents)]
    return [(label, choices) for label, choices in groups if choices]


def told(complaint: Complaint) -> str:
    """What a complaint contests, in words; empty when nothing was named."""
    if complaint.contested_request is not None:
        return _of_request(shown(complaint.contested_request))
    if complaint.contested_consent is not None:
        return _of_answer(complaint.contested_consent, policies.document(complaint.policy_version))
    return ""


def _of_request(request: ShownRequest) -> str:
    return _("%(reference)s: %(what)s, %(day)s") % {
        "reference": request.reference,
        "what": request.asked_for,
        "day": day(request.received_at),
    }


def _of_answer(entry: LedgerEntry, pack: Pack) -> str:
    purpose = pack.purpose(entry.purpose)
    name = str(purpose.name) if purpose else entry.purpose
    if entry.channel:
        name = f"{name} ({message_channel_label(entry.channel)})"
    told = (
        _("%(what)s: agreed on %(day)s") if entry.is_granted else _("%(what)s: not agreed, or taken back, on %(day)s")
    )
    return told % {"what": name, "day": day(entry.at)}
