"""Why a pack cannot be published, told to whoever wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a pack: the file inside the pack, its line from 1, and what to do about it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class PackNotFound(NotAllowed):
    code = "pack-not-found"

    def __init__(self, slug: str) -> None:
        super().__init__(_("There is no policy pack named “%(slug)s”.") % {"slug": slug})


class BadPack(NotAllowed):
    """The pack has faults; every one of them is in `faults`."""

    code = "bad-pack"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(_("The policy pack has faults; nothing was published."))


class PlaceholdersLeft(BadPack):
    """A marked gap only the owner can fill; a demo may show it, a real installation may not."""

    code = "placeholders-left"


class OtherOrganisation(NotAllowed):
    """One installation serves one organisation; its people agreed to that one's policy."""

    code = "other-organisation"

    def __init__(self, slug: str) -> None:
        message = _("This installation serves “%(slug)s”; another organisation's pack needs its own.")
        super().__init__(message % {"slug": slug})


class EffectiveInThePast(NotAllowed):
    code = "effective-in-the-past"
    message = _("A policy cannot take effect before it is published.")
