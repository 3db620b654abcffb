"""The stored list of changes of a version, as lines a person reads. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from policies.comparing_parts import LISTS, SINGLES
from policies.enums import PREAMBLE, Section

_KINDS: Final[dict[str, str | Promise]] = {
    "added": pgettext_lazy("change", "%(group)s: %(count)d new"),
    "removed": pgettext_lazy("change", "%(group)s: %(count)d taken out"),
    "changed": pgettext_lazy("change", "%(group)s: %(count)d changed"),
}


def change_lines(changes: Mapping[str, Any]) -> list[str]:
    """One line per kind of change; empty for a first version."""
    return list(_lines(changes))


def _lines(changes: Mapping[str, Any]) -> Iterator[str]:
    sections = changes.get("sections", [])
    if sections:
        names = ", ".join(str(Section(code).label) if code != PREAMBLE else _("Introduction") for code in sections)
        words = ngettext("Text changed: %(names)s", "Texts changed: %(names)s", len(sections))
        yield words % {"names": names}
    for key, group in SINGLES.items():
        if changes.get(key):
            yield _("%(group)s: changed") % {"group": group}
    for key, group in LISTS.items():
        for kind, codes in changes.get(key, {}).items():
            yield str(_KINDS[kind]) % {"group": group, "count": len(codes)}
