"""When something goes and why it stays, in words for the person on whom it is held; what lets it go, for staff too."""

from django.utils.translation import gettext as _

from core.citations import cite
from core.templatetags.portal import day
from personal_data.retention_dates import HeldBack, KeptUntil, Stay
from personal_data.retention_rules import WHOLE_PERSON
from policies.enums import RetentionKind


def decision_behind(code: str) -> str:
    """The number of the decision a rule of a run stands for; empty where the policy or the portal itself set it."""
    kind, _colon, number = code.partition(":")
    return number if kind == "disposal" else ""


def words_beside_policy(code: str) -> str:
    """What lets something go that no rule of the policy does: a decision, or that nothing else is held."""
    if code == WHOLE_PERSON:
        return _("Nothing else is held on these people")
    number = decision_behind(code)
    return _("Decided deletion %(number)s") % {"number": number} if number else ""


def why_then(kept: KeptUntil) -> str:
    """What the day comes from; empty where the rule says all there is to say."""
    told = [_sentence(str(kept.beside.text))] if kept.beside else []
    return " ".join([*told, *filter(None, [_why_by_kind(kept)])])


def rule_words(kept: KeptUntil) -> str:
    """The rule of the policy, with its article."""
    told = [_sentence(str(kept.reason))]
    if kept.clause:
        told.append(_("Legal basis: %(clause)s.") % {"clause": cite(kept.clause)})
    return " ".join(told)


def stays_words(kept: KeptUntil) -> list[str]:
    """Why it stays, reason by reason, and when it would go without them."""
    used_for = "; ".join(str(stay.name) for stay in kept.stays if stay.code == HeldBack.PURPOSE)
    told = list(dict.fromkeys(_stay_words(stay, kept, used_for) for stay in kept.stays))
    if kept.awaits_event:
        told.append(_("What this time counts from has not been recorded yet. Once it is, the day stands here."))
    if told and kept.trigger is not None and kept.day is None:
        told.append(_("Without this it would go on %(day)s.") % {"day": day(kept.trigger.day)})
    return told


def must_stay_words(kept: KeptUntil) -> list[str]:
    """Why it cannot be deleted for now, not even at the wish of the person; empty where it can."""
    return list(dict.fromkeys(_stay_words(stay, kept, "") for stay in kept.stays if stay.code == HeldBack.HOLD))


def in_sentence(text: str) -> str:
    """A ground as it stands after a colon."""
    return text[:1].lower() + text[1:].rstrip(".")


def _why_by_kind(kept: KeptUntil) -> str:
    if kept.kind == RetentionKind.INACTIVE:
        return _("The time begins anew each time you sign in.")
    if kept.kind == RetentionKind.WHILE_PURPOSE:
        return _("The last purpose it served has ended.")
    if kept.kind == RetentionKind.MANAGEMENT_ORDER:
        if kept.trigger and not kept.trigger.yields:
            return _("The management ordered it to be deleted.")
        return _("Two people of the organisation decided that it is no longer needed.")
    if kept.kind == RetentionKind.LAW and not any(stay.code == HeldBack.LAW for stay in kept.stays):
        return _("The law no longer asks for it.")
    return ""


def _stay_words(stay: Stay, kept: KeptUntil, used_for: str) -> str:
    if stay.code == HeldBack.LAW:
        if stay.clause:
            words = _("The law asks for it to be kept until %(day)s (%(clause)s).")
            return words % {"day": day(stay.day), "clause": cite(stay.clause)}
        return _("The law asks for it to be kept until %(day)s.") % {"day": day(stay.day)}
    if stay.code == HeldBack.HOLD:
        words = _("It may not be deleted for now: %(ground)s. It stays until this ground ends.")
        return words % {"ground": in_sentence(str(stay.name))}
    if stay.code == HeldBack.PURPOSE:
        return _("It is still used for: %(purpose)s.") % {"purpose": used_for}
    if stay.code == HeldBack.REST:
        return _("Your account stays until everything else that is held on you is gone.")
    if stay.code == HeldBack.CASE:
        if kept.day is not None:
            return _("A request or complaint of yours is open. It stays longer if that is not closed by then.")
        return _("A request or complaint of yours is open. It stays until that is closed.")
    return _("We tell you at least 7 days before. It goes on %(day)s at the earliest.") % {"day": day(stay.day)}


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}."
