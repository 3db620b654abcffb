"""References to law as a person reads them: “L91 19.1(d)” becomes “Article 19.1(d) of Law 91/2025/QH15”. Pure."""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The short names packs and rule files use, longest first so that no name is taken for a part of another.
INSTRUMENTS: Final[dict[str, Promise]] = {
    "Accounting Law 88/2015": gettext_lazy("Accounting Law 88/2015/QH13"),
    "L91": gettext_lazy("Law 91/2025/QH15"),
    "L116": gettext_lazy("Law 116/2025/QH15"),
    "D356": gettext_lazy("Decree 356/2025/NĐ-CP"),
    "D330": gettext_lazy("Decree 330/2026/NĐ-CP"),
    "D248": gettext_lazy("Decree 248/2026/NĐ-CP"),
    "CL": gettext_lazy("Law 19/2023/QH15"),
    "EL": gettext_lazy("Law 122/2025/QH15"),
    "CC": gettext_lazy("Civil Code 91/2015/QH13"),
    "LC": gettext_lazy("Labor Code 45/2019/QH14"),
}
_REFERENCE: Final = re.compile(
    r"^(" + "|".join(map(re.escape, INSTRUMENTS)) + r")\b(?:\s+Arts?\.)?\s*(?P<article>[0-9][^;]*)?$"
)
_ARTICLE: Final = re.compile(r"^(?P<article>[0-9]+)(?:\.(?P<clause>[0-9]+)(?:\((?P<point>\w)\))?)?$")


def cite(clause: str) -> str:
    """The clause in words of the page's language; what names no known instrument is left as its author wrote it."""
    return "; ".join(_cite_one(part.strip()) for part in clause.split(";") if part.strip())


def _cite_one(reference: str) -> str:
    found = _REFERENCE.match(reference)
    if found is None:
        return reference
    instrument = str(INSTRUMENTS[found[1]])
    article = (found["article"] or "").strip()
    if not article:
        return instrument
    articles = ", ".join(_article(part) for part in article.split(","))
    return _("%(articles)s of %(instrument)s") % {"articles": articles, "instrument": instrument}


def _article(number: str) -> str:
    """“19.1(d)” as the language names it: article, clause, point."""
    found = _ARTICLE.match(number.strip())
    if found is None:
        return _("Article %(article)s") % {"article": number.strip()}
    parts = found.groupdict()
    if parts["point"]:
        return _("Article %(article)s.%(clause)s(%(point)s)") % parts
    return (_("Article %(article)s.%(clause)s") if parts["clause"] else _("Article %(article)s")) % parts
