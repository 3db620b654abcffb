"""Why nothing can be deleted while the erasure register cannot be written, in words for the person."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class RegisterUnavailable(NotAllowed):
    """`fault` names what is wrong with the register, for staff and machines."""

    code = "register-unavailable"
    message = _(
        "This cannot be done right now, because the register that makes it last cannot be written. "
        "Nothing has been changed, and we are being told. Please try again in a little while."
    )

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__()


class RegisterRefused(Exception):
    """A periodic job met a register that cannot be used; raised so that staff are told. Carries the fault's code."""
