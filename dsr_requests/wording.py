"""A plan of a request in words with counts: the same for the person and for staff."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from core import clock
from dsr_requests.enums import FulfilmentKind
from dsr_requests.planning import Entry, Plan
from dsr_requests.wishes import consent_key
from personal_data.enums import Fate, LimitKind, Order
from personal_data.erasure_words import Line, by_reason, going, listed, staying
from personal_data.package_sections import part_title
from personal_data.planning import Planned, fields_of
from personal_data.retention_pack import keeping_pack
from policies import selectors as policies
from policies.pack_types import FieldSpec, Pack, message_channel_label


def words(plan: Plan, *, pack: Pack | None = None) -> list[str]:
    """What a plan does, one sentence each, in the order it is done; empty for a plan that does nothing."""
    known = pack or pack_in_force()
    told = [sentence for entry in plan for sentence in _WORDS[FulfilmentKind(entry["kind"])](entry, known)]
    if any(entry["kind"] == FulfilmentKind.ORDER and entry["order"] == Order.DELETE for entry in plan):
        told.append(_("By what the recipients know the person stays sealed until all of them have confirmed."))
    return told


def names_of(pack: Pack | None, codes: Iterable[str], *, of: str) -> str:
    """Fields or purposes by their names, for a sentence; a code the policy no longer knows stands for itself.

    Sections of a copy stand among fields.
    """
    find = getattr(pack, of, None)
    found = [(code, find(code) if find else None) for code in codes]
    return ", ".join(_name(known) if known else part_title(code) or code for code, known in found)


def consent_words(code: str, pack: Pack | None) -> str:
    """One consent by its purpose and, where it was asked for apart, its channel."""
    key = consent_key(code)
    if key is None:
        return code
    name = names_of(pack, [key.purpose], of="purpose")
    return f"{name} ({message_channel_label(key.channel)})" if key.channel else name


def erasure_lines(entry: Entry) -> list[Planned]:
    """The lines of an ERASE entry as the erasure engine knows them."""
    return [
        Planned(**{**line, "refs": tuple(line["refs"]), "kept_until": _day(line["kept_until"])})
        for line in entry["lines"]
    ]


def pack_in_force() -> Pack | None:
    """The policy in force now, with what earlier ones named."""
    version = policies.version_in_force(clock.now())
    return keeping_pack(version) if version else None


def choice_of(spec: FieldSpec, pack: Pack) -> tuple[str, str]:
    """A field as one of several to choose, said to be one of earlier policies where it is."""
    if pack.field(spec.code) is not None:
        return spec.code, str(spec.label)
    return spec.code, _("%(field)s (no longer asked for)") % {"field": spec.label}


def _erase(entry: Entry, pack: Pack | None) -> list[str]:
    lines = erasure_lines(entry)
    told = []
    if entry["target"] == "everything":
        told.append(_("Everything that is held is deleted, and so is the account, if there is one."))
    elif entry["fields"]:
        told.append(_("Deleted: %(what)s.") % {"what": names_of(pack, entry["fields"], of="field")})
    elif not staying(lines):
        told.append(_("Nothing of what was named is held, so nothing is deleted."))
    if going(lines):
        told.append(_("What goes: %(what)s.") % {"what": listed(going(lines))})
    for (why, until), kept in by_reason(staying(lines)).items():
        told.append(
            _("What stays: %(what)s. Why: %(why)s. %(until)s")
            % {"what": _kept_names(kept, pack) or listed(kept), "why": why, "until": until}
        )
    return told


def _kept_names(kept: Sequence[Line], pack: Pack | None) -> str:
    """The fields of chosen things the law keeps; empty for anything else that stays."""
    return names_of(pack, sorted(fields_of(kept, Fate.KEEP)), of="field")


def _withdraw(entry: Entry, pack: Pack | None) -> list[str]:
    return [_("This consent ends: %(what)s.") % {"what": consent_words(entry["target"], pack)}]


def _limit(entry: Entry, pack: Pack | None) -> list[str]:
    if not entry["target"]:
        return [_("The data is stored and used for nothing else.")]
    return [_("The data is no longer used for: %(what)s.") % {"what": names_of(pack, [entry["target"]], of="purpose")}]


def _unlimit(entry: Entry, pack: Pack | None) -> list[str]:
    if entry["limit"] == LimitKind.OBJECTION and entry["target"]:
        return [_("Used again for: %(what)s.") % {"what": names_of(pack, [entry["target"]], of="purpose")}]
    return [_("What was stopped while we examined it goes on again, but for what is named here.")]


def _correct(entry: Entry, pack: Pack | None) -> list[str]:
    return [_("Corrected: %(what)s.") % {"what": names_of(pack, [entry["target"]], of="field")}]


def _order(entry: Entry, pack: Pack | None) -> list[str]:
    """Told for each recipient apart: each has its own due date and its own confirmation."""
    recipient = names_of(pack, [entry["target"]], of="recipient")
    return [_ORDERS[Order(entry["order"])]() % {"recipient": recipient}]


def _package(entry: Entry, pack: Pack | None) -> list[str]:
    told = [_("A copy of the data in one file: a page to read, tables and files.")]
    if entry["left_out"]:
        told.append(_("Left out of it: %(what)s.") % {"what": names_of(pack, entry["left_out"], of="field")})
    return told


def _confirmed(entry: Entry, pack: Pack | None) -> list[str]:
    return [_("It counts as done once every recipient has confirmed.")]


def _nothing(entry: Entry, pack: Pack | None) -> list[str]:
    return []


def _name(known: object) -> str:
    return str(getattr(known, "label", None) or getattr(known, "name", ""))


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


_ORDERS: dict[Order, Callable[[], str]] = {
    Order.STOP: lambda: _("%(recipient)s must stop using it and confirm."),
    Order.CORRECT: lambda: _("%(recipient)s must correct it and confirm."),
    Order.DELETE: lambda: _("%(recipient)s must delete it and confirm."),
    Order.ENDED: lambda: _("%(recipient)s is told that the limit of use has ended, and confirms."),
}
_WORDS: dict[FulfilmentKind, Callable[[Entry, Pack | None], list[str]]] = {
    FulfilmentKind.SNAPSHOT: _nothing,
    FulfilmentKind.WITHDRAW: _withdraw,
    FulfilmentKind.LIMIT: _limit,
    FulfilmentKind.UNLIMIT: _unlimit,
    FulfilmentKind.CORRECT: _correct,
    FulfilmentKind.ORDER: _order,
    FulfilmentKind.ERASE: _erase,
    FulfilmentKind.PACKAGE: _package,
    FulfilmentKind.CONFIRMED: _confirmed,
    FulfilmentKind.FINISH: _nothing,
}
