"""Why entries stay although their day has come, in words for staff, with how many."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from personal_data.retention_dates import HeldBack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_WORDS: "dict[str, StrOrPromise]" = {
    HeldBack.LAW.value: pgettext_lazy("held back", "the law asks for them to be kept"),
    HeldBack.HOLD.value: pgettext_lazy("held back", "a legal hold stands"),
    HeldBack.PURPOSE.value: pgettext_lazy("held back", "another purpose needs them still"),
    HeldBack.CASE.value: pgettext_lazy("held back", "the person has an open request or complaint"),
    HeldBack.UNTOLD.value: pgettext_lazy("held back", "the person has to be told 7 days before"),
    "busy": pgettext_lazy("held back", "somebody was writing to them at that moment; they go with the next run"),
}


def held_back_lines(counts: Mapping[str, int]) -> list[str]:
    """One line for each reason."""
    told = [{"entries": _entries(counts[code]), "why": _WORDS.get(code, code)} for code in sorted(counts)]
    return [_("%(entries)s: %(why)s") % one for one in told]


def _entries(count: int) -> str:
    return ngettext("%(count)s entry", "%(count)s entries", count) % {"count": count}
