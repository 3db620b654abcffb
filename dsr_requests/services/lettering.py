"""Telling somebody without an address that everything is about to be deleted, and how to call it off: by a letter.

Staff hand the letter over or post it, or read it out; what is mailed to everybody else stands in it. It names no
value, and its link only shows how far the deletion is and calls it off while it can be.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from audit.models import AuditEntry
from cases.enums import IntakeChannel
from cases.errors import ReasonMissing
from cases.permissions import check_can_work_on
from cases.services.recording import note
from core.actors import Actor
from dsr_requests.enums import RequestEvent
from dsr_requests.errors import UnknownChoice
from dsr_requests.errors_copy import LetterFirst, NoLetterNeeded
from dsr_requests.models import Request
from dsr_requests.services.fulfilment_ways import language_of_results, where_results_go
from dsr_requests.services.locking import lock_request
from personal_data.enums import ErasureState
from personal_data.models import ErasureRun
from personal_data.services.erasing import progress_token

# How a letter, or what stands in it, reaches somebody we hold no e-mail address of.
BY_HAND = (IntakeChannel.IN_PERSON, IntakeChannel.POST, IntakeChannel.PHONE)


@dataclass(frozen=True)
class Letter:
    """What the letter says, in the language of whoever gets it."""

    reference: str
    begins: datetime
    link: str
    language: str


def awaits_letter(request: Request) -> ErasureRun | None:
    """The deletion of everything that can be called off still, and was announced to nobody for want of an address."""
    if not request.is_open or where_results_go(request):
        return None
    return ErasureRun.objects.filter(basis=request.target, state=ErasureState.COOLING).order_by("-asked_at").first()


def is_told(request: Request, run: ErasureRun) -> bool:
    """Whether it is recorded that the person was told of this deletion."""
    return _recorded(request, run, RequestEvent.LETTER_TOLD)


def make_letter(*, request_id: int, by: Actor, now: datetime) -> Letter:
    """The letter, each time recorded. Raises NoLetterNeeded, NotYours, RoleRefused, OwnCase."""
    with transaction.atomic():
        request, run = _locked(request_id, by=by)
        note(request, RequestEvent.LETTER_MADE, by=by, now=now, details={"run": str(run.pk)})
        language = language_of_results(request)
        with override(language):
            link = settings.PORTAL_URL + reverse("accounts:erase_progress", kwargs={"token": progress_token(run)})
    return Letter(request.reference, run.starts_at, link, language)


def note_letter(*, request_id: int, way: str, words: str, by: Actor, now: datetime) -> None:
    """Record how the person was told; `words` say where or to whom.

    Raises NoLetterNeeded, LetterFirst, UnknownChoice, ReasonMissing, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        request, run = _locked(request_id, by=by)
        if way not in BY_HAND:
            raise UnknownChoice
        if not words.strip():
            raise ReasonMissing
        if not _recorded(request, run, RequestEvent.LETTER_MADE):
            raise LetterFirst
        details = {"run": str(run.pk), "way": str(way)}
        note(request, RequestEvent.LETTER_TOLD, by=by, now=now, details=details, words=words)


def _locked(request_id: int, *, by: Actor) -> tuple[Request, ErasureRun]:
    request = lock_request(request_id)
    check_can_work_on(request, by=by)
    run = awaits_letter(request)
    if run is None:
        raise NoLetterNeeded
    return request, run


def _recorded(request: Request, run: ErasureRun, event: str) -> bool:
    found = AuditEntry.objects.filter(target=request.target, event=request.event(event), details__run=str(run.pk))
    return found.exists()
