"""Refusals a person is told about."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

P = ParamSpec("P")


class NotAllowed(Exception):
    """Something may not be done; `message` says why in words for the person, `code` is stable for machines."""

    code = "not-allowed"
    message: "StrOrPromise" = _("This is not possible now.")

    def __init__(self, message: "StrOrPromise | None" = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.code)


def allows(check: Callable[P, object]) -> Callable[P, bool]:
    """The boolean twin of a `check_…` function that raises `NotAllowed`."""

    def answer(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except NotAllowed:
            return False
        return True

    return answer
