"""What the periods of the table `[own_records]` are about, in words."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OWN_PERIOD_WORDS: "Final[dict[str, StrOrPromise]]" = {
    "unknown_sender_days": pgettext_lazy(
        "kept in days", "Words and files of requests and complaints whose sender was never known, after they ended"
    ),
    "identity_days": pgettext_lazy("kept in days", "Evidence of identity, after the request has ended at the latest"),
    "accounts_days": pgettext_lazy("kept in days", "Accounts whose address nobody confirmed"),
    "codes_days": pgettext_lazy("kept in days", "One-time codes and counters of tries"),
    "mail_days": pgettext_lazy("kept in days", "Records of messages, after they left"),
    "loose_letters_days": pgettext_lazy(
        "kept in days", "Letters tied to nobody any more, such as the one that confirms a deletion"
    ),
    "notices_days": pgettext_lazy("kept in days", "Notices of what was due, after their day"),
    "imports_days": pgettext_lazy("kept in days", "Finished imports with their files"),
    "desk_days": pgettext_lazy("kept in days", "Notes of the staff desk for its own work"),
}
