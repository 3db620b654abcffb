"""The kinds of request as the procedure page explains them. The periods themselves are law, read from `core.rules`."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class KindWords:
    kind: str
    name: str | Promise
    gets: str | Promise


KINDS: Final[dict[str, KindWords]] = {
    words.kind: words
    for words in (
        KindWords(
            "view",
            pgettext_lazy("kind of request", "See what is held on you"),
            _("A list of your data, what it is used for and who has received it."),
        ),
        KindWords(
            "copy",
            pgettext_lazy("kind of request", "Get a copy"),
            _("A file with your data, which you fetch after signing in or with a code."),
        ),
        KindWords(
            "correct",
            pgettext_lazy("kind of request", "Have something corrected"),
            _("The corrected entry, and word to everybody who received the wrong one."),
        ),
        KindWords(
            "delete",
            pgettext_lazy("kind of request", "Have something deleted"),
            _("Proof of what was deleted, and the reason for anything that must stay."),
        ),
        KindWords(
            "restrict",
            pgettext_lazy("kind of request", "Restrict the use"),
            _("Your data stays, but is not used for what you name."),
        ),
        KindWords(
            "object",
            pgettext_lazy("kind of request", "Object to a use"),
            _("The use you object to stops, or you are told the clause it rests on."),
        ),
        KindWords(
            "withdraw",
            pgettext_lazy("kind of request", "Withdraw consent"),
            _("In your account this takes effect at once; by letter or phone it takes until this date at the latest."),
        ),
        KindWords(
            "protect",
            pgettext_lazy("kind of request", "Ask for protection"),
            _("Measures to protect your data, for instance after a leak, and word of what was done."),
        ),
    )
}


def words_for(kind: str) -> KindWords:
    """The words for a kind of request; a kind the law gained since is shown by its code."""
    return KINDS.get(kind) or KindWords(kind, kind, "")
