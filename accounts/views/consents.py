"""Consents: asked, given, taken back, and their history."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.consent_page import chosen_on, consent_page, read_answers, saved_words
from accounts.device_noting import evidence_of, note_this_device, wants_facts
from accounts.member_pages import member_action, member_page, person, version_shown
from consent.answers import Answer, ConsentKey
from consent.enums import Method
from consent.errors import NotAsked, NotGiven
from consent.models import ConsentWording, LedgerEntry
from consent.selectors import wordings_of
from consent.services.asking import question_by_key, without_asking
from consent.services.granting import record_answers, withdraw
from consent.services.reading import Shown, history_with_evidence
from core import clock
from core.errors import NotAllowed
from policies.models import PolicyVersion

PER_PAGE = 100


@member_page
def consents(http: HttpRequest) -> HttpResponse:
    """What is asked and what was answered. POST saves the answers that were chosen; the others stay open."""
    language, version = page_language(), version_shown(http)
    if version is None:
        return render(http, "accounts/consents_none.html")
    if http.method == "POST":
        try:
            save_answers(http, version, language)
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
            return _page(http, version, language, chosen=chosen_on(http.POST))
        return redirect("accounts:consents")
    return _page(http, version, language)


@member_action(back_to="accounts:consents")
def withdraw_consent(http: HttpRequest) -> HttpResponse:
    """Take one consent back: one press, at once."""
    user, now = person(http), clock.now()
    back = "accounts:devices" if http.POST.get("back") == "devices" else "accounts:consents"
    key = ConsentKey.from_token(http.POST.get("consent", ""))
    try:
        if key is None:
            raise NotAsked
        withdraw(subject_id=user.subject_id, key=key, evidence=evidence_of(http), by=user, now=now)
    except NotGiven as refusal:
        messages.info(http, refusal.message)
    except NotAsked as refusal:
        messages.error(http, refusal.message)
    else:
        version = version_shown(http)
        question = question_by_key(version, page_language()).get(key) if version else None
        words = _("Withdrawn: %(title)s. It has stopped. What was done before stays lawful.")
        messages.success(http, words % {"title": question.heading if question else key.purpose})
    return redirect(back)


@member_page
def consents_history(http: HttpRequest) -> HttpResponse:
    """Every answer ever given, newest first, with the words it answered; made to be printed."""
    page = Paginator(history_with_evidence(person(http).subject_id), PER_PAGE).get_page(http.GET.get("page"))
    shown = list(page.object_list)
    texts = _numbered(wordings_of(one.entry for one in shown), [one.entry for one in shown])
    return render(
        http,
        "accounts/consents_history.html",
        {"page_obj": page, "rows": [_row(one, texts) for one in shown], "texts": texts.values(), "now": clock.now()},
    )


def save_answers(http: HttpRequest, version: PolicyVersion, language: str) -> None:
    """Record the answers of a sent form and say what was saved. Raises NotAllowed."""
    user, now = person(http), clock.now()
    answers = read_answers(http.POST)
    if not answers:
        messages.info(http, _("You chose nothing, so nothing was saved. Silence is never taken as consent."))
        return
    written = record_answers(
        subject_id=user.subject_id,
        answers=answers,
        version=version,
        language=language,
        method=Method.SIGN_UP if "welcome" in http.GET else Method.ACCOUNT,
        evidence=evidence_of(http),
        by=user,
        now=now,
    )
    if not written:
        messages.info(http, _("You had given these answers before. Nothing changed."))
        return
    asked = question_by_key(version, language)
    messages.success(http, _words(answers, {key: question.heading for key, question in asked.items()}))
    if any(answer.granted and asked[answer.key].about_devices for answer in answers):
        note_this_device(http, now=now, from_page=False)


def page_language() -> str:
    """The language in which questions are put on this page."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


@dataclass(frozen=True)
class _Text:
    """A wording with the number it has on this page."""

    number: int
    wording: ConsentWording

    @property
    def hash(self) -> str:
        """The hash by which the ledger names the text."""
        return bytes(self.wording.hash).hex()


def _numbered(found: dict[bytes, ConsentWording], entries: Sequence[LedgerEntry]) -> dict[bytes, _Text]:
    order = dict.fromkeys(bytes(entry.wording_hash) for entry in entries)
    return {hash_: _Text(number, found[hash_]) for number, hash_ in enumerate(order, start=1) if hash_ in found}


def _row(one: Shown, texts: dict[bytes, _Text]) -> dict[str, object]:
    text = texts.get(bytes(one.entry.wording_hash))
    return {
        "entry": one.entry,
        "evidence": one.evidence,
        "text": text,
        "title": text.wording.title if text else one.entry.purpose,
    }


def _words(answers: Sequence[Answer], headings: dict[ConsentKey, str]) -> str:
    count = len(answers)
    head = ngettext("%(count)s answer saved.", "%(count)s answers saved.", count) % {"count": count}
    granted = [headings[answer.key] for answer in answers if answer.granted]
    refused = [headings[answer.key] for answer in answers if not answer.granted]
    return f"{head} {saved_words(granted, refused)}"


def _page(
    http: HttpRequest, version: PolicyVersion, language: str, *, chosen: dict[str, str] | None = None
) -> HttpResponse:
    page = consent_page(
        subject_id=person(http).subject_id, version=version, language=language, at=clock.now(), chosen=chosen
    )
    context = {
        "page": page,
        "without_asking": without_asking(version, language),
        "welcome": "welcome" in http.GET and page.open_count > 0,
        "note_device": wants_facts(http, page.given),
    }
    return render(http, "accounts/consents.html", context, status=422 if chosen is not None else 200)
