"""Second factors: secrets sealed, and no alias inside an authenticator."""

import base64
from typing import Any, cast

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import Factor
from accounts.models import User
from accounts.permissions import needs_second_factor
from accounts.sealed_address import masked_address
from core.encryption import unwrap, wrap
from policies.context import CurrentPolicy

FACTOR_CONTEXT = "mfa.Authenticator:secret"


class MFAAdapter(DefaultMFAAdapter):
    """Seals what the library stores, and names people by their masked address."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Staff need a second factor. Add another one before you remove this."),
        "cannot_generate_recovery_codes": _(
            "Set up an app or a passkey first. Recovery codes only stand in for one of those."
        ),
        "incorrect_code": _("This code is not right. Codes change every 30 seconds; take the one shown now."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(wrap(text.encode(), context=FACTOR_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unwrap(base64.b64decode(encrypted_text), context=FACTOR_CONTEXT).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return masked_address(cast(User, user))

    def get_totp_issuer(self) -> str:
        return CurrentPolicy().controller_name

    def build_totp_svg(self, url: str) -> str:
        """The picture for the app, with a white ground of its own: on a dark page the lines alone would not be seen."""
        import qrcode  # with the library for images it brings along; few processes ever draw one
        from qrcode.image.svg import SvgPathFillImage

        picture = qrcode.make(url, image_factory=SvgPathFillImage)
        return str(picture.to_string(encoding="unicode"))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": CurrentPolicy().controller_name}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        shown = masked_address(cast(User, user))
        return {"id": user_pk_to_url_str(user).encode(), "display_name": shown, "name": shown}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        if count == 0:
            return pgettext("default name", "My passkey")
        return gettext("Passkey %(number)s") % {"number": count + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep at least one factor that is not a recovery code."""
        user = cast(User, authenticator.user)
        if not needs_second_factor(user):
            return True
        others = Authenticator.objects.filter(user_id=user.pk).exclude(pk=authenticator.pk)
        return others.exclude(type=Factor.RECOVERY_CODES).exists()
