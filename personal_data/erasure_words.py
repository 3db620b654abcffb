"""A plan of an erasure and what came of it, in words: the same for the person and for staff."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from core.citations import cite
from core.templatetags.portal import day
from personal_data.enums import Difference, Fate, KeepGround
from personal_data.law_keeping import field_names, fields_kept
from personal_data.models import PlanLine
from personal_data.planning import CONFIRMATION, KEPT, MERGED, Planned, fields_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Line = Planned | PlanLine  # as foreseen, or as stored
AnyLine = TypeVar("AnyLine", Planned, PlanLine, Line)

# What a person calls the tables. A table not named here goes by its own plural.
LABELS: "dict[str, StrOrPromise]" = {
    "personal_data.subjectkey": pgettext_lazy("in a plan", "Key with which the data is encrypted, also in old backups"),
    "accounts.user": pgettext_lazy("in a plan", "Account, with its password"),
    "accounts.sealedaddress": pgettext_lazy("in a plan", "Sign-in address"),
    "account.emailaddress": pgettext_lazy("in a plan", "Stand-in for the sign-in address"),
    "accounts.factorrecovery": pgettext_lazy("in a plan", "Requests for help after a lost second factor"),
    "accounts.factorrecoveryapproval": pgettext_lazy("in a plan", "Approvals of help after a lost second factor"),
    "mfa.authenticator": pgettext_lazy("in a plan", "Passkeys, apps and recovery codes for signing in"),
    "usersessions.usersession": pgettext_lazy("in a plan", "Open sign-ins, with browser and network address"),
    "consent.consentjob": pgettext_lazy("in a plan", "Work that still followed from answers about consent"),
    "outbound.outboxmessage": pgettext_lazy("in a plan", "Entries of messages sent"),
    "personal_data.dataitem": pgettext_lazy("in a plan", "Values entered"),
    "personal_data.fieldrefusal": pgettext_lazy("in a plan", "Notes that something is not given"),
    "personal_data.storedfile": pgettext_lazy("in a plan", "Files"),
    "personal_data.device": pgettext_lazy("in a plan", "Devices"),
    "personal_data.purposestate": pgettext_lazy("in a plan", "Notes on purposes in use"),
    "personal_data.retentionevent": pgettext_lazy("in a plan", "Events from which a keeping period counts"),
    "personal_data.duenotice": pgettext_lazy("in a plan", "Reminders not yet sent"),
    "personal_data.datasubject": pgettext_lazy("in a plan", "Language, age group and last activity"),
    "personal_data.keptbylaw": pgettext_lazy("in a plan", "What the law asks us to keep, set apart"),
    "personal_data.valuehistory": pgettext_lazy("in a plan", "Earlier values"),
    "personal_data.uselimit": pgettext_lazy("in a plan", "Notes that a use is stopped"),
    "personal_data.package": pgettext_lazy("in a plan", "Copies made for the person"),
    "personal_data.importedperson": pgettext_lazy("in a plan", "Notes on where data was brought in from"),
    "personal_data.merge": pgettext_lazy("in a plan", "Notes on entries joined as one person"),
    "consent.ledgerentry": pgettext_lazy("in a plan", "What was agreed to or not, and to which words"),
    "complaints.complaint": pgettext_lazy("in a plan", "Complaints"),
    "complaints.complaintmessage": pgettext_lazy("in a plan", "Messages in complaints"),
    "complaints.complaintattachment": pgettext_lazy("in a plan", "Files sent with complaints"),
    "complaints.complaintanswer": pgettext_lazy("in a plan", "Answers to complaints"),
    "dsr_requests.request": pgettext_lazy("in a plan", "Requests"),
    "dsr_requests.requestmessage": pgettext_lazy("in a plan", "Messages in requests"),
    "dsr_requests.requestattachment": pgettext_lazy("in a plan", "Files sent with requests"),
    "dsr_requests.decision": pgettext_lazy("in a plan", "Decisions on requests"),
    "dsr_requests.correction": pgettext_lazy("in a plan", "Values proposed with requests"),
    "dsr_requests.snapshot": pgettext_lazy("in a plan", "Notes of where to confirm a request"),
    "dsr_requests.representative": pgettext_lazy("in a plan", "Names of representatives and of those they ask for"),
    "dsr_requests.identityfile": pgettext_lazy("in a plan", "Evidence of identity"),
    "dsr_requests.copyhold": pgettext_lazy("in a plan", "Holds on copies of the data"),
    "dsr_requests.pausedaddress": pgettext_lazy("in a plan", "Addresses from which requests are held"),
    "audit.auditnote": pgettext_lazy("in a plan", "Reasons noted beside the record"),
    "shut_before_rows_go": pgettext_lazy("in a plan", "Sign-ins and role of the account"),
    "remove_letters": pgettext_lazy("in a plan", "Letters in the folder for mail"),
    "release_all_of": pgettext_lazy("in a plan", "Cases on the person's desk, if they are staff"),
    MERGED: pgettext_lazy("in a plan", "What stands under other references that proved to be the same person"),
    CONFIRMATION: pgettext_lazy("in a plan", "Last mail, which confirms the deletion"),
}


def label_of(target: str) -> str:
    """What a line or a step is about."""
    if target in LABELS:
        return str(LABELS[target])
    return capfirst(str(apps.get_model(target)._meta.verbose_name_plural)) if "." in target else target


def counted(line: Line, name: str = "") -> str:
    """What a line is about, how much of it there is, and whether it is also about someone else."""
    words = _("%(what)s: %(count)s") % {"what": name or label_of(line.target), "count": line.rows}
    return f"{words} ({shared_words(line)})" if line.shared else words


def named_of(line: Line, *, subject_id: UUID, at: datetime) -> str:
    """What a line is about; of what the law keeps also the fields, while they can be told."""
    if line.ground != KeepGround.LAW_KEEPS:
        return label_of(line.target)
    apart = line.target == KEPT
    codes = fields_kept(subject_id, line.refs, at=at) if apart else sorted(fields_of([line], Fate.KEEP))
    names = field_names(codes, at=at)
    return f"{label_of(line.target)} ({names})" if names else label_of(line.target)


def listed(lines: Sequence[Line]) -> str:
    """Several lines within a sentence, each with its count in brackets."""
    return "; ".join(
        f"{label_of(line.target)} ({', '.join(filter(None, (str(line.rows), shared_words(line))))})" for line in lines
    )


def shared_words(line: Line) -> str:
    """That entries also name somebody else; empty when none does."""
    if not line.shared:
        return ""
    words = ngettext("%(count)s also names someone else", "%(count)s also name someone else", line.shared)
    return words % {"count": line.shared}


def why_kept(line: Line) -> str:
    """The ground on which a line is kept, with its article."""
    ground = str(KeepGround(line.ground).label)
    return f"{ground} ({cite(line.clause)})" if line.clause else ground


def until_words(line: Line) -> str:
    """Until when a line is kept, and what becomes of it then."""
    if line.kept_until is None:
        return _("As long as the policy says.")
    if line.target == KEPT:
        words = _(
            "Until %(day)s it lies apart under a key of its own and is used for nothing; on that day it is deleted by "
            "itself, and with the last of it the key."
        )
        return words % {"day": day(line.kept_until)}
    if line.ground == KeepGround.LAW_KEEPS:
        return _("Until %(day)s; on that day it is deleted by itself.") % {"day": day(line.kept_until)}
    return _("Until %(day)s; what belongs to a case that is still open, longer.") % {"day": day(line.kept_until)}


def going(lines: Sequence[Line]) -> list[Line]:
    """Lines that go or become unreadable, leaving out tables that hold nothing."""
    fates = (Fate.DELETE, Fate.BLANK, Fate.UNREADABLE)
    return [line for line in lines if (line.fate in fates or line.target == MERGED) and line.rows]


def staying(lines: Sequence[Line]) -> list[Line]:
    """Lines that are kept, leaving out tables that hold nothing."""
    return [line for line in lines if line.fate == Fate.KEEP and line.rows]


def by_reason(lines: Sequence[AnyLine]) -> dict[tuple[str, str], list[AnyLine]]:
    """Kept lines under why and until when, so that a reason is told once."""
    told: dict[tuple[str, str], list[AnyLine]] = {}
    for line in lines:
        told.setdefault((why_kept(line), until_words(line)), []).append(line)
    return told


def differences(lines: list[PlanLine]) -> list[str]:
    """What came out otherwise than planned, line by line, with the rows concerned; `left` is what is there now."""
    told = []
    for line in lines:
        if line.difference:
            now = (line.left if line.fate == Fate.KEEP else line.gone) or 0
            words = _("%(what)s: %(planned)s planned, %(now)s in the end; %(difference)s.") % {
                "what": label_of(line.target),
                "planned": line.rows,
                "now": now,
                "difference": Difference(line.difference).label,
            }
            told.append(" ".join([words, *_rows_told(line)]))
    return told


def _rows_told(line: PlanLine) -> list[str]:
    """How many entries differ, told only where both kinds do: then the figures alone do not say it."""
    if not (line.extra and line.missing):
        return []
    came = ngettext(
        "%(count)s entry came in after the plan.", "%(count)s entries came in after the plan.", len(line.extra)
    )
    went = ngettext("%(count)s was gone before.", "%(count)s were gone before.", len(line.missing))
    return [came % {"count": len(line.extra)}, went % {"count": len(line.missing)}]
