"""What may not be done with consents, in words for the person."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class NotAsked(NotAllowed):
    """An answer to something the policy version does not ask."""

    code = "consent-not-asked"
    message = _("The policy in force does not ask for this consent.")


class WordingChanged(NotAllowed):
    """The person answered a text that is no longer the one in force."""

    code = "consent-wording-changed"
    message = _("The wording changed after you opened the page. Nothing was saved. Please read it and answer again.")


class NotGiven(NotAllowed):
    """Nothing to withdraw."""

    code = "consent-not-given"
    message = _("This consent is not in force, so there is nothing to withdraw.")


class DeviceNotNoted(NotAllowed):
    """No consent that names devices stands."""

    code = "device-without-consent"
    message = _("You have not agreed to device information being noted, so nothing was noted.")


class ErasedBefore(NotAllowed):
    """Staff would give a consent for somebody who was erased."""

    code = "consent-of-the-erased"
    message = _(
        "Everything held on this person was deleted. No consent can be entered for them; only they themselves can "
        "begin anew, by signing up."
    )
