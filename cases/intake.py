"""What the two filing pages share: who sends, how often, and what happens after."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases import sealing, throttle
from cases.enums import CodePurpose
from cases.forms import CaseForm
from cases.guest_session import note_filed
from cases.models import Case, OneTimeCode
from cases.registry import case_kinds
from cases.services.filing import Sender
from core.actors import GUEST, Actor
from core.encryption import blind_index
from outbound.addresses import address_of

MAX_UNVERIFIED_PER_HOUR = 5


def known_address(http: HttpRequest) -> str:
    """The address a signed-in person is written to; empty for guests."""
    subject_id: UUID | None = getattr(http.user, "subject_id", None)
    return address_of(subject_id) if subject_id else ""


def sender(http: HttpRequest, form: CaseForm) -> Sender:
    """Who sends a valid form."""
    return Sender(
        address=form.cleaned_data.get("address") or known_address(http),
        language=get_language() or "vi",
        subject_id=getattr(http.user, "subject_id", None),
    )


def actor(http: HttpRequest) -> Actor:
    """Who acts: the signed-in person, or a guest."""
    user: Actor = http.user  # type: ignore[assignment]
    return user if http.user.is_authenticated else GUEST


def check_not_too_often(http: HttpRequest, form: CaseForm, *, now: datetime) -> bool:
    """Whether this guest may send one more; says so on the form when not. Members are not limited here."""
    if http.user.is_authenticated:
        return True
    index = blind_index(form.cleaned_data["address"], name=sealing.CONTACT_INDEX)
    waiting = sum(
        model._default_manager.filter(
            contact_index=index, verified_at=None, received_at__gt=now - timedelta(hours=1)
        ).count()
        for model in case_kinds().values()
    )
    if waiting < MAX_UNVERIFIED_PER_HOUR and throttle.within_limit(http, action="file", limit=throttle.FILINGS_AN_HOUR):
        return True
    form.add_error(
        None, _("Too many messages were sent from here within an hour. Please wait a while, then send it again.")
    )
    return False


def go_on(http: HttpRequest, case: Case, code: OneTimeCode | None) -> HttpResponse:
    """To the page that shows the reference.

    Of a form sent twice at once the second browser session knows no code yet; it may answer the one that was mailed.
    """
    if code is None and not case.is_verified:
        sent = OneTimeCode.objects.filter(case_ref=case.target, purpose=CodePurpose.VERIFY)
        code = sent.order_by("-created_at").first()
    note_filed(http, case, code)
    return redirect("cases:received")
