"""A correction of an e-mail address that is held leaves the address somebody signs in with as it is."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from dsr_requests.enums import CorrectionState, RequestKind
from dsr_requests.models import Request
from personal_data.sign_in_address import sign_in_address
from policies import selectors as policies
from policies.enums import FieldKind

_NOT_DONE = (CorrectionState.REFUSED, CorrectionState.DECLINED)


def sign_in_stays(request: Request) -> bool:
    """Whether an e-mail address is corrected of somebody who has an account, once it is known who that is."""
    if request.about_id is None or request.asked_for != RequestKind.CORRECT:
        return False
    fields = policies.document(request.policy_version).fields
    emails = [spec.code for spec in fields if spec.kind == FieldKind.EMAIL]
    corrected = request.corrections.filter(field__in=emails).exclude(state__in=_NOT_DONE)
    return corrected.exists() and bool(sign_in_address(request.about_id))


def sign_in_path() -> str:
    """Where the address to sign in with is changed."""
    return reverse("account_email")


def sign_in_url(request: Request, language: str) -> str:
    """The same for a mail; empty where nothing has to be said of it."""
    if not sign_in_stays(request):
        return ""
    with override(language):
        return settings.PORTAL_URL + sign_in_path()
