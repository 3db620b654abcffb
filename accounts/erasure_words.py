"""What deleting everything takes away and what it leaves, in plain words, for one person."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consent.models import LedgerEntry
from personal_data.selectors import held_on
from policies import selectors as policies


def goes(*, user: User, at: datetime) -> list[str]:
    """What is deleted."""
    held = held_on(subject_id=user.subject_id, at=at)
    names = [str(field.spec.label) for field in held if field.item is not None]
    files = sum(len(field.files) for field in held)
    devices = sum(field.devices for field in held)
    lines = [_("Your account, your sign-in address and your password. You are signed out everywhere.")]
    if names:
        lines.append(_("What you entered: %(names)s.") % {"names": ", ".join(names)})
    if files:
        lines.append(ngettext("%(count)s file.", "%(count)s files.", files) % {"count": files})
    if devices:
        lines.append(ngettext("%(count)s device.", "%(count)s devices.", devices) % {"count": devices})
    lines.append(_("The key with which your data was encrypted. Copies in old backups can then not be read any more."))
    lines.append(_("All your consents end, so no more messages are sent to you because of them."))
    return lines


def stays(*, user: User, at: datetime) -> list[str]:
    """What is kept, why, and until when."""
    version = policies.version_in_force(at)
    years = policies.document(version).evidence_years if version else 0
    period = ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    lines = []
    if LedgerEntry.objects.filter(subject_ref=user.subject_id).exists():
        lines.append(
            _("That you agreed or did not agree, and to which words: the law asks for proof. Kept for %(period)s.")
            % {"period": period}
        )
    lines.append(
        _("Complaints and requests you sent, with our answers, sealed: until settled, then for %(period)s as proof.")
        % {"period": period}
    )
    lines.append(_("The record of what was done and when, without your name, address or any value."))
    return lines
