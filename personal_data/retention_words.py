"""When something goes and why it stays, in words for the person on whom it is held."""

from django.utils.translation import gettext as _

from core.citations import cite
from core.templatetags.portal import day
from personal_data.retention_dates import HeldBack, KeptUntil, Stay
from policies.enums import RetentionKind


def why_then(kept: KeptUntil) -> str:
    """What the day comes from; empty where the rule says all there is to say."""
    if kept.kind == RetentionKind.INACTIVE:
        return _("The time begins anew each time you sign in.")
    if kept.kind == RetentionKind.WHILE_PURPOSE:
        return _("The last purpose it served has ended.")
    if kept.kind == RetentionKind.MANAGEMENT_ORDER:
        return _("Two people of the organisation decided that it is no longer needed.")
    if kept.kind == RetentionKind.LAW:
        return _("After that the law no longer asks for it, and it is deleted.")
    return ""


def rule_words(kept: KeptUntil) -> str:
    """The rule of the policy, with its article."""
    return f"{str(kept.reason).rstrip('.')} ({cite(kept.clause)})." if kept.clause else str(kept.reason)


def stays_words(kept: KeptUntil) -> list[str]:
    """Why it stays, reason by reason, and when it would go without them."""
    used_for = "; ".join(str(stay.name) for stay in kept.stays if stay.code == HeldBack.PURPOSE)
    told = list(dict.fromkeys(_stay_words(stay, used_for) for stay in kept.stays))
    if told and kept.trigger is not None and kept.day is None:
        told.append(_("Without this it would go on %(day)s.") % {"day": day(kept.trigger.day)})
    return told


def _stay_words(stay: Stay, used_for: str) -> str:
    if stay.code == HeldBack.LAW:
        if stay.clause:
            words = _("The law asks for it to be kept until %(day)s (%(clause)s).")
            return words % {"day": day(stay.day), "clause": cite(stay.clause)}
        return _("The law asks for it to be kept until %(day)s.") % {"day": day(stay.day)}
    if stay.code == HeldBack.HOLD:
        words = _("It may not be deleted for now: %(ground)s. It stays until this ground ends.")
        return words % {"ground": _after_colon(str(stay.name))}
    if stay.code == HeldBack.PURPOSE:
        return _("It is still used for: %(purpose)s.") % {"purpose": used_for}
    if stay.code == HeldBack.CASE:
        return _("A request or complaint of yours is open. It stays until that is closed.")
    return _("We tell you at least 7 days before. It goes on %(day)s at the earliest.") % {"day": day(stay.day)}


def _after_colon(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
