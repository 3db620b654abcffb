"""What reaches a person by hand, because neither an account nor an address leads there: the copy, and a letter."""

import base64

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.admin_base import acting
from cases.admin_case import CasePages
from core import clock
from core.errors import NotAllowed
from core.templatetags.portal import moment
from dsr_requests.copy_steps import download
from dsr_requests.enums import ShownBy
from dsr_requests.forms_handing import HandOverForm
from dsr_requests.models import Request
from dsr_requests.services.handing_over import check_hands_over, entitled_of, hand_over
from dsr_requests.services.lettering import make_letter
from personal_data.models import Package


class HandingPages(CasePages):
    """Pages of one request: an officer takes the copy once, and hands it over; staff open a letter to print."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.hand_over_view)
        return [
            path("<int:pk>/hand-over/", view, name=self._name("hand_over")),
            self._route("letter", self.letter_view),
            *super().get_urls(),
        ]

    def hand_over_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The form; its answer is the copy itself, once."""
        case, by, now = self._case(request, pk), acting(request), clock.now()
        assert isinstance(case, Request)
        form = HandOverForm(request.POST if request.method == "POST" else None)
        try:
            package = check_hands_over(case, by=by, now=now)
            if form.is_valid():
                shown = ShownBy(form.cleaned_data["shown"])
                return download(hand_over(request_id=pk, shown=shown, words=form.cleaned_data["words"], by=by, now=now))
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return redirect(self._change_url(pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hand the copy over"),
            "opts": self.opts,
            "form": form,
            "case": case,
            "case_url": self._change_url(pk),
            "facts": _for_whom(case, package),
        }
        return render(request, "admin/dsr_requests/hand_over.html", context, status=422 if form.is_bound else 200)

    def letter_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The letter in the language of whoever gets it, to be printed; each time it is opened is recorded."""
        self._case(request, pk)
        now = clock.now()
        try:
            letter = make_letter(request_id=pk, by=acting(request), now=now)
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return redirect(self._change_url(pk))
        with override(letter.language):
            context = {"letter": letter, "picture": _picture(letter.link), "now": now, "case_url": self._change_url(pk)}
            return render(request, "admin/dsr_requests/letter.html", context)


def _picture(link: str) -> str:
    """An address as a picture a phone can read."""
    import qrcode  # with the library for images it brings along; few processes ever draw one
    from qrcode.image.svg import SvgPathFillImage

    drawn = qrcode.make(link, image_factory=SvgPathFillImage).to_string()
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode()


def _for_whom(request: Request, package: Package) -> list[tuple[str, str]]:
    to = entitled_of(request)
    label = _("The person the data is about") if to == request.about_id else _("Who acts in the person's place")
    found = [(label, str(to)[:13])]
    if package.expires_at is not None:
        found.append((_("Can be fetched until"), moment(package.expires_at)))
    return found
