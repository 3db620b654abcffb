"""Where the sign-in library touches ours: mails, messages, where to go next, what is recorded."""

import copy
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.contrib import messages as django_messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts import browsers, sealed_address, sign_in_record
from accounts.alias import is_alias, mask
from accounts.models import User
from accounts.notices import NOTICE_OF
from accounts.selectors import address_needs_attention, browser_words
from accounts.services import registering
from accounts.services.claiming import waiting_for
from accounts.session_limits import mark_signed_in
from core import clock
from core.actors import GUEST
from outbound.services.queueing import queue_notice
from personal_data.services.suppressing import EMAIL, index_of, suppressed

BEGUN_ANEW = _(
    "Everything held under this address was deleted before. None of it comes back: you begin anew, as a new person."
)


class AccountAdapter(DefaultAccountAdapter):
    """The library sees aliases; people see addresses."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is already your sign-in address."),
        "email_password_mismatch": _("This e-mail address and password do not go together. Please check both."),
        "email_taken": _("This address cannot be used here. It belongs to another account."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right. Please check it, or ask for a new one."),
        "incorrect_password": _("This is not your password. Please try again."),
        "too_many_login_attempts": _("Too many attempts. Please wait five minutes and try again."),
        "rate_limited": _("That was too often. Please wait a few minutes and try again."),
        "same_as_current": _("This is already your sign-in address."),
    }

    # --- mails ------------------------------------------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue a mail to the address behind an alias, in the language of the account or of the page."""
        user = _user_of(email, context)
        language = user.language if user is not None else (get_language() or settings.LANGUAGE_CODE)
        queue_notice(
            notice=NOTICE_OF[template_prefix],
            to=sealed_address.resolve(email),
            language=language,
            context=_words(template_prefix, context, language),
            now=clock.now(),
            subject_id=user.subject_id if user is not None else None,
        )

    # --- messages: kept in the session, so never an address or an alias ----------------------------------------------

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        without = {key: value for key, value in (message_context or {}).items() if not is_alias(str(value))}
        super().add_message(request, level, message_template, without, extra_tags, message)

    # --- accounts ---------------------------------------------------------------------------------------------------

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Make the person, the keys and the account; the library adds the address right after."""
        return registering.open_account(
            alias=form.cleaned_data["email"],
            password=form.cleaned_data["password1"],
            language=get_language() or settings.LANGUAGE_CODE,
            by=GUEST,
            now=clock.now(),
        )

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """Validate against the real address: a password like the alias is no danger, one like the address is."""
        if user is not None:
            user = copy.copy(user)
            user.email = _real_or_empty(cast(User, user))  # type: ignore[attr-defined]
        return super().clean_password(password, user=user)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Verify an address; the old one goes in the same transaction."""
        with transaction.atomic():
            return super().confirm_email(request, email_address)

    # --- signing in -------------------------------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        alias = str(credentials.get("email", ""))
        return f"{alias}:{'known' if browsers.is_known(request, alias) else 'any'}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Throttle before the costly hashing, and record the first refusal of a row."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in_record.record_lock(alias=str(credentials.get("email", "")), now=clock.now())
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_record.record_failure(alias=str(credentials.get("email", "")), now=clock.now())

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Note the sign-in, tell of a new browser, and lead to what must be asked first."""
        person = cast(User, user)
        now = clock.now()
        mark_signed_in(request, now=now)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if not kwargs["signup"] and not browsers.is_known(request, person.email, since=person.browsers_known_since):
            self._tell_of_new_browser(request, person)
        if kwargs["signup"] and _was_erased(person):
            django_messages.info(request, str(BEGUN_ANEW))
        browsers.mark_known(request, response, alias=person.email, now=now)
        if isinstance(response, HttpResponseRedirect):
            response["Location"] = _first_stop(person, response["Location"], signup=kwargs["signup"])
        return response

    def _tell_of_new_browser(self, request: HttpRequest, user: User) -> None:
        self.send_mail("accounts/new_browser", user.email, {"user_agent": self.get_http_user_agent(request)})

    # --- where to go ------------------------------------------------------------------------------------------------

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return _home_of(cast(User, request.user))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return _home_of(cast(User, request.user))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_security")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account_security")

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the passkey button asks for JSON; elsewhere such an answer would carry the owner's alias."""
        match = request.resolver_match
        return match is not None and match.url_name == "mfa_login_webauthn" and super().is_ajax(request)


def _was_erased(user: User) -> bool:
    """Whether somebody with this address, which is proved by now, was erased before."""
    address = _real_or_empty(user)
    return bool(address and suppressed([index_of(EMAIL, address)]))


def _home_of(user: User) -> str:
    return reverse("admin:index") if user.is_staff else reverse("accounts:home")


def _first_stop(user: User, location: str, *, signup: bool) -> str:
    """What is held on the person already comes first, then what `_second_stop` says."""
    location = _second_stop(user, location, signup=signup)
    if waiting_for(user=user, at=clock.now()) is not None:
        return f"{reverse('accounts:claim')}?{urlencode({'next': location})}"
    return location


def _second_stop(user: User, location: str, *, signup: bool) -> str:
    """Consents come first after signing up; an address that needs a word comes first after signing in."""
    if signup and not user.is_staff:
        consents = reverse("accounts:consents")
        query = {"welcome": "1"} if location == reverse("accounts:home") else {"welcome": "1", "next": location}
        return f"{consents}?{urlencode(query)}"
    if address_needs_attention(user=user, at=clock.now()):
        return f"{reverse('account_address_check')}?{urlencode({'next': location})}"
    return location


def _user_of(alias: str, mail_context: dict[str, Any]) -> User | None:
    user = mail_context.get("user")
    if isinstance(user, User):
        return user
    found = User.objects.filter(email=alias).first()
    if found is None and context.request is not None and context.request.user.is_authenticated:
        # Told to an address that has just left the account of whoever is signed in.
        found = cast(User, context.request.user)
    return found


def _words(template_prefix: str, mail_context: dict[str, Any], language: str) -> dict[str, str]:
    words = {"portal_url": settings.PORTAL_URL}
    with override(language):
        words["sign_in_url"] = settings.PORTAL_URL + reverse("account_login")
        words["sign_up_url"] = settings.PORTAL_URL + reverse("account_signup")
        words["reset_url"] = settings.PORTAL_URL + reverse("account_reset_password")
        words["security_url"] = settings.PORTAL_URL + reverse("account_security")
        if "user_agent" in mail_context:
            words["browser"] = browser_words(str(mail_context["user_agent"]))
        words["change"] = template_prefix.rpartition("/")[2]
    if "code" in mail_context:
        words["code"] = str(mail_context["code"])
    for key in ("to_email", "deleted_email"):
        if key in mail_context:
            words[key] = mask(sealed_address.resolve(mail_context[key]))
    return words


def _real_or_empty(user: User) -> str:
    if not is_alias(user.email):
        return ""
    try:
        return sealed_address.typed_address(user.email) or sealed_address.real_address(user)
    except sealed_address.AddressUnknown:
        return ""
