"""The certificate of a deletion as a PDF, in the language of the page, in a typeface with every Vietnamese letter."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from accounts.certificate import Certificate, recall_words
from accounts.erasure_words import names_kept
from core.templatetags.portal import moment

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table it leaves out of a typeface

_FAMILY = "Be Vietnam Pro"
_SMALL, _TEXT, _HEADING, _TITLE = 9, 10, 13, 20
_LINE = 1.45  # of the size, in points


def certificate_pdf(certificate: Certificate, *, controller: str) -> bytes:
    """The bytes of a PDF of one or a few A4 pages."""
    pdf = _blank(certificate)
    _write(pdf, _("Certificate of deletion"), size=_TITLE)
    _write(pdf, controller)
    for label, value in (
        (_("Run number"), certificate.number),
        (pgettext("deletion", "Asked"), moment(certificate.asked_at)),
        (pgettext("deletion", "Finished"), moment(certificate.finished_at)),
    ):
        _write(pdf, f"{label}: {value}")
    if certificate.fields:
        _write(pdf, _("Data deleted: %(fields)s") % {"fields": "; ".join(certificate.fields)})
    _write(pdf, recall_words(certificate))
    _write(pdf, _("What was deleted"), size=_HEADING)
    _table(
        pdf,
        [pgettext("deletion", "What"), pgettext("deletion", "Planned"), pgettext("deletion", "Gone")],
        [[_noted(row.what, row.note), str(row.planned), str(row.gone)] for row in certificate.gone],
    )
    _write(pdf, _("What was kept, and why"), size=_HEADING)
    for group in certificate.kept:
        _write(pdf, f"{group.why}. {group.until}")
        _table(
            pdf,
            [pgettext("deletion", "What"), pgettext("deletion", "How many")],
            [[_noted(row.what, row.note), str(row.count)] for row in group.rows],
        )
    if certificate.waits_for:
        _write(pdf, names_kept(certificate.waits_for))
    _write(pdf, _("The record of what was done and when, without your name, address or any value."))
    _write(pdf, _("Compared with the plan"), size=_HEADING)
    for line in certificate.differences or [_("Everything came out as planned.")]:
        _write(pdf, line)
    _write(pdf, _("Hash of the plan (SHA-256): %(hash)s") % {"hash": certificate.plan_hash}, size=_SMALL)
    return bytes(pdf.output())


def _blank(certificate: Certificate) -> Any:
    # Read when the first certificate is asked for: the library is large, and nothing else needs it.
    import fontpkg_be_vietnam_pro
    from fpdf import FPDF

    fonts = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
    pdf = FPDF(format="A4")
    pdf.add_font(_FAMILY, "", fonts / "BeVietnamPro-Regular.ttf")
    pdf.add_font(_FAMILY, "B", fonts / "BeVietnamPro-SemiBold.ttf")
    pdf.set_margin(20)
    pdf.set_auto_page_break(True, margin=20)
    pdf.set_title(_("Certificate of deletion"))
    pdf.set_lang(get_language() or "vi")
    pdf.set_creation_date(certificate.finished_at)
    pdf.add_page()
    return pdf


def _write(pdf: Any, text: str, *, size: int = _TEXT) -> None:
    is_heading = size > _TEXT
    if is_heading:
        pdf.ln(size / pdf.k)
    pdf.set_font(_FAMILY, "B" if is_heading else "", size)
    pdf.multi_cell(0, size * _LINE / pdf.k, text, align="L", new_x="LMARGIN", new_y="NEXT")


def _noted(what: str, note: str) -> str:
    return f"{what} ({note})" if note else what


def _table(pdf: Any, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A first wide column of words, then narrow ones of numbers."""
    numbers = len(heads) - 1
    pdf.ln(_SMALL / pdf.k)
    pdf.set_font(_FAMILY, "", _SMALL)
    with pdf.table(
        col_widths=(100 - 14 * numbers, *[14] * numbers),
        text_align=("LEFT", *["RIGHT"] * numbers),
        line_height=_SMALL * _LINE / pdf.k,
        padding=1,
        borders_layout="HORIZONTAL_LINES",
        v_align="TOP",
    ) as table:
        for cells in (heads, *rows):
            table.row(cells)
    pdf.ln(_SMALL / pdf.k)
