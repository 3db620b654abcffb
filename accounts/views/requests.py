"""A member's requests: the forms with what is held beside them, and what can be done with one that was sent."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import proof
from accounts.forms_data import PasswordAgainForm
from accounts.held_cards import cards_of
from accounts.member_pages import member_page, person, version_shown
from accounts.models import User
from consent.selectors import in_force
from core import clock
from dsr_requests.enums import RequestKind
from dsr_requests.forms import Drawn, Held, RequestForm
from dsr_requests.views import filing
from dsr_requests.wishes import consent_code
from personal_data.selectors import former_fields
from policies import selectors as policies
from policies.models import PolicyVersion

FRAME = "accounts/_case_frame.html"


@member_page
@sensitive_post_parameters("password")
def request_new(http: HttpRequest, kind: str) -> HttpResponse:
    """One right, with what is held beside it; the password once more, so that it is known who asks."""
    now, version = clock.now(), version_shown(http)
    if kind not in RequestKind.values:
        raise Http404
    if version is None:
        return filing.not_yet(http)
    user, for_other = person(http), filing.is_for_other(http)
    form = filing.form_of(http, kind, _drawn_for_other(version) if for_other else _drawn(user, version, now))
    # Whoever asks for somebody else shows a mandate; a password says nothing of that.
    proved = not for_other and proof.is_proved(http)
    if not proved and not for_other:
        form.fields["password"] = PasswordAgainForm().fields["password"]
        form.fields["password"].help_text = _("Once more, so that nobody else asks in your name.")
    sent = None
    if for_other or proved or _right_password(http, form):
        sent = filing.send(http, form, proved=not for_other, now=now)
    more = {
        "other_way": "" if proved or for_other else proof.other_ways(http),
        "shortcuts": [] if for_other else _shortcuts(kind),
        "nothing": not for_other and kind == RequestKind.WITHDRAW and not form.drawn.consents,
    }
    return sent or filing.show(http, form, frame=FRAME, now=now, **more)


def _right_password(http: HttpRequest, form: RequestForm) -> bool:
    return form.is_bound and form.is_valid() and proof.check_password(http, form)


def _drawn(user: User, version: PolicyVersion, now: datetime) -> Drawn:
    cards = cards_of(user=user, at=now, version=version)
    given = in_force(user.subject_id, now)
    codes = {consent_code(key) for key in given}
    return Drawn(
        policies.document(version),
        former=[card.held.spec for card in cards if card.held.is_former],
        consents=[(code, words) for code, words in filing.every_consent(version) if code in codes],
        held=Held(
            fields=[card.code for card in cards if card.is_held],
            values={card.code: card.value for card in cards if card.is_held},
            sign_in_field=next((card.code for card in cards if card.is_sign_in_address), ""),
        ),
    )


def _drawn_for_other(version: PolicyVersion) -> Drawn:
    return Drawn(policies.document(version), former=former_fields(version), consents=filing.every_consent(version))


def _shortcuts(kind: str) -> list[dict[str, str]]:
    """Where a member does the same at once, without asking anybody."""
    pages = {
        RequestKind.VIEW: (_("You see it at once, without asking:"), "accounts:data", _("My data")),
        RequestKind.CORRECT: (_("You can correct most of it at once:"), "accounts:data", _("My data")),
        RequestKind.DELETE: (_("You can delete entries, or everything, at once:"), "accounts:data", _("My data")),
        RequestKind.WITHDRAW: (_("You can take back a consent at once:"), "accounts:consents", _("My consents")),
    }
    if kind not in pages:
        return []
    text, name, label = pages[RequestKind(kind)]
    return [{"text": text, "url": reverse(name), "label": label}]
