"""Forms of signing in. Each address field hands on an alias; see `accounts.sealed_address`."""

from typing import Any, cast

from allauth.account import forms as account_forms
from allauth.account.internal import flows
from allauth.core import context
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.recovery_codes import forms as recovery_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.alias import looks_like_alias
from accounts.enums import AgeAnswer, Role
from accounts.models import User
from accounts.sealed_address import keep_for_later_steps, remember
from accounts.selectors import has_app, just_signed_up
from core import clock
from core.encryption import normalise_display

ADDRESS_ERRORS = {
    "required": _("Enter your e-mail address."),
    "invalid": _("This is not an e-mail address. It should look like name@example.com."),
}
PASSWORD_ERRORS = {"required": _("Enter your password.")}
NEW_PASSWORD_ERRORS = {"required": _("Choose a password.")}
CODE_ERRORS = {"required": _("Enter the code.")}
PASSWORD_HINT = _("At least 10 characters. A short sentence is easy to remember and hard to guess.")


class AddressField(forms.EmailField):
    """Takes an address, remembers it for this request, and yields its alias."""

    def __init__(self, *, autocomplete: str = "email", **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail address"))
        kwargs.setdefault("error_messages", ADDRESS_ERRORS)
        kwargs.setdefault("max_length", 254)
        super().__init__(**kwargs)
        self.widget.attrs.update({"autocomplete": autocomplete, "spellcheck": "false", "autocapitalize": "none"})

    def clean(self, value: Any) -> str:
        address = normalise_display(super().clean(value) or "")
        if not address:
            return ""
        if looks_like_alias(address):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return remember(address)


def password_input(autocomplete: str) -> forms.PasswordInput:
    """A password input that never gets its value back."""
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


def code_input() -> forms.TextInput:
    """An input for a one-time code: digits on a phone, filled in by the browser where it can."""
    return forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"})


def _restyle(
    form: forms.Form, name: str, *, label: Any, widget: forms.Widget, errors: dict[str, Any], hint: Any = ""
) -> None:
    field = form.fields[name]
    field.label, field.help_text = label, hint
    # A field is a copy of the class's own; its widget is replaced, so what the old one was given at set-up is given
    # again.
    widget.is_required = field.required
    field.widget = widget
    field.error_messages = {**field.error_messages, **errors}


class LoginForm(account_forms.LoginForm):
    """One address and one password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField(autocomplete="username")
        _restyle(
            self, "password", label=_("Password"), widget=password_input("current-password"), errors=PASSWORD_ERRORS
        )
        self.order_fields(["login", "password"])

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Only a right password makes an address worth keeping: an unproved one goes on to be proved by a code."""
        keep_for_later_steps(request, self.cleaned_data["login"])
        return cast(HttpResponse, super().login(request, redirect_url=redirect_url))


class SignupForm(account_forms.SignupForm):
    """Age band, address, password. Nothing else is needed to have an account."""

    age = forms.ChoiceField(
        label=_("Your age"),
        choices=AgeAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your age group.")},
    )
    field_order = ["age", "email", "password1"]
    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField()
        _restyle(
            self,
            "password1",
            label=_("Password"),
            widget=password_input("new-password"),
            errors=NEW_PASSWORD_ERRORS,
            hint=PASSWORD_HINT,
        )
        self.order_fields(self.field_order)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account, or answer a known address in the same words and the same time."""
        keep_for_later_steps(request, self.cleaned_data["email"])
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return cast(User, self.save(request)), None
            except IntegrityError:
                # The same form sent twice at once: the other one was quicker.
                self.account_already_exists = True
        return self._answer_for_known_address(request)

    def _answer_for_known_address(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Each way through here hashes exactly one password, as making an account does."""
        alias, password = self.cleaned_data["email"], self.cleaned_data["password1"]
        user = just_signed_up(alias=alias, at=clock.now())
        if user is not None and user.check_password(password):
            # The person's own second try, before the address was proved: go on where the first one was.
            return user, None
        if user is None:
            make_password(password)
        return None, flows.signup.prevent_enumeration(request, email=alias)


class AddEmailForm(account_forms.AddEmailForm):
    """A new sign-in address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField(label=_("New e-mail address"))

    def save(self, request: HttpRequest) -> Any:
        keep_for_later_steps(request, self.cleaned_data["email"])
        return super().save(request)


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """Where to send the code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        keep_for_later_steps(request, self.cleaned_data["email"])
        return cast(str, super().save(request, **kwargs))


class _OnePassword:
    """Drops the second entry of a new password: a password manager or the eye of the browser does better."""

    fields: dict[str, forms.Field]

    def _take_one(self) -> None:
        del self.fields["password2"]
        _restyle(
            cast(forms.Form, self),
            "password1",
            label=_("New password"),
            widget=password_input("new-password"),
            errors=NEW_PASSWORD_ERRORS,
            hint=PASSWORD_HINT,
        )


class ResetPasswordKeyForm(_OnePassword, account_forms.ResetPasswordKeyForm):
    """The new password after a reset."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._take_one()


class ChangePasswordForm(_OnePassword, account_forms.ChangePasswordForm):
    """The old password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._take_one()
        _restyle(
            self,
            "oldpassword",
            label=_("Current password"),
            widget=password_input("current-password"),
            errors=PASSWORD_ERRORS,
        )


class ReauthenticateForm(account_forms.ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _restyle(
            self, "password", label=_("Password"), widget=password_input("current-password"), errors=PASSWORD_ERRORS
        )


def _restyle_code(form: forms.Form, label: Any, hint: Any = "") -> None:
    _restyle(form, "code", label=label, widget=code_input(), errors=CODE_ERRORS, hint=hint)
    form.fields["code"].widget.attrs["maxlength"] = "20"


class ConfirmAddressForm(account_forms.ConfirmEmailVerificationCodeForm):
    """The code that proves an address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _restyle_code(self, _("Code from the e-mail"), _("8 digits"))


class ConfirmResetForm(account_forms.ConfirmPasswordResetCodeForm):
    """The code that allows a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _restyle_code(self, _("Code from the e-mail"), _("8 digits"))


class FactorForm(factor_forms.AuthenticateForm):
    """The second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_app(user=self.user):
            _restyle_code(self, _("Code from your app"), _("6 digits. A recovery code works here too."))
        else:
            _restyle_code(self, _("Recovery code"), _("One of the codes you keep for the day your device is gone."))


class ConfirmFactorForm(factor_forms.ReauthenticateForm):
    """The second factor once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _restyle_code(self, _("Code from your app"), _("6 digits. A recovery code works here too."))


class ActivateAppForm(totp_forms.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _restyle_code(self, _("Code from your app"), _("6 digits"))


class RemoveAppForm(totp_forms.DeactivateTOTPForm):
    """Removing an authenticator app."""


class NewRecoveryCodesForm(recovery_forms.GenerateRecoveryCodesForm):
    """Making new recovery codes."""


class InvitationPasswordForm(forms.Form):
    """The password of an invited colleague."""

    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=password_input("new-password"),
        help_text=PASSWORD_HINT,
        error_messages=NEW_PASSWORD_ERRORS,
    )

    def clean_password1(self) -> str:
        from allauth.account.adapter import get_adapter

        return get_adapter(context.request).clean_password(self.cleaned_data["password1"])


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    address = forms.EmailField(label=_("E-mail address"), max_length=254, error_messages=ADDRESS_ERRORS)
    staff_name = forms.CharField(
        label=_("Name at work"),
        max_length=80,
        help_text=_("Colleagues see it on the cases this person takes. People outside never do."),
        error_messages={"required": _("Enter the name colleagues will see.")},
    )
    role = forms.ChoiceField(
        label=pgettext_lazy("of staff", "Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=(("vi", "Tiếng Việt"), ("en", "English")), initial="vi"
    )

    def clean_address(self) -> str:
        address = normalise_display(self.cleaned_data["address"])
        if looks_like_alias(address):
            raise forms.ValidationError(ADDRESS_ERRORS["invalid"], code="invalid")
        return address


class RoleForm(forms.Form):
    """Another role for a colleague."""

    role = forms.ChoiceField(
        label=pgettext_lazy("of staff", "Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
