"""Why a hold, a decided deletion or the end of a purpose was refused, in words for staff."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class NotClear(NotAllowed):
    """Something is missing or wrong in what was asked; `field` is the entry of the form it belongs to."""

    code = "not-clear"

    def __init__(self, message: "StrOrPromise", *, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)


class OwnMatter(NotAllowed):
    code = "own-matter"
    message = _("This is about you. A colleague has to decide it.")


class HoldOver(NotAllowed):
    code = "hold-over"
    message = _("This hold was released already.")


class DisposalDecided(NotAllowed):
    code = "disposal-decided"
    message = _("This was decided already. Somebody may have done it in another window.")


class EffectChanged(NotAllowed):
    code = "effect-changed"
    message = _("The effect is no longer what you saw. Nothing was approved; look at it again.")


class PurposeUnknown(NotAllowed):
    code = "purpose-unknown"
    message = _("The policy in force names no such purpose that rests on a contract or the law.")
