"""How to come to pages that no link leads to, and which routes are no pages at all.

Each route is reached by a link, or stands in one of these lists. One that is in none of them fails `test_routes`.
"""

import re
from urllib.parse import urlsplit

from tests.journeys.waiting import eventually
from tests.journeys.walk import PASSWORD, Walk
from tests.journeys.world import Arrive, World, begin_sign_in

# --- pages one has to know the address of: who opens them, and the address ------------------------------------------

DIRECT = {
    "account/data/delete/": ("person", "/vi/account/data/delete/?field=full-name&field=phone"),
    "auth/address/check/": ("person", "/vi/auth/address/check/"),
    "auth/factor/confirm/": ("guarded", "/vi/auth/factor/confirm/"),
    "auth/inactive/": ("guest", "/vi/auth/inactive/"),
    "auth/logout/": ("person", "/vi/auth/logout/"),
    "auth/reauthenticate/": ("person", "/vi/auth/reauthenticate/"),
    "auth/security/passkeys/confirm/": ("keyed", "/vi/auth/security/passkeys/confirm/"),
    "auth/signup/representative/": ("guest", "/vi/auth/signup/representative/"),
    "styleguide/": ("guest", "/vi/styleguide/"),
}
# Beside a page of the staff desk that a link leads to: the route, who opens it, the known route, and what is replaced.
COLLEAGUE = "staff/accounts/user/<path:object_id>/change/"
BESIDE = {
    "staff/accounts/user/<uuid:user_id>/let-in/": ("dpo", COLLEAGUE, "change/", "let-in/"),
    "staff/accounts/user/<uuid:user_id>/reactivate/": ("admin", COLLEAGUE, "change/", "reactivate/"),
}

# --- no pages: what GET answers instead, and why ---------------------------------------------------------------------

BY_FORM_ONLY = 405
NO_PAGE = {
    "account/consents/withdraw/": (BY_FORM_ONLY, "one press on the page of consents"),
    "account/complaints/<str:reference>/accept/": (BY_FORM_ONLY, "one press on the page of a complaint"),
    "account/complaints/<str:reference>/reopen/": (404, "no answered complaint here; test_complaints walks there"),
    "account/data/<slug:field>/confirm/": (BY_FORM_ONLY, "one press on the page of data"),
    "account/data/<slug:field>/show/": (BY_FORM_ONLY, "one press on the page of data"),
    "account/devices/<uuid:device_id>/delete/": (BY_FORM_ONLY, "one press on the page of devices"),
    "account/devices/delete/": (BY_FORM_ONLY, "one press on the page of devices"),
    "account/devices/note/": (BY_FORM_ONLY, "sent by the page's script"),
    "account/erase/progress/<str:token>/certificate.pdf": (404, "a file; no deletion has this link"),
    "account/erase/progress/<str:token>/cancel/": (BY_FORM_ONLY, "one press on the page of a deletion"),
    "account/limits/<int:limit_id>/end/": (404, "no restriction here; tests/accounts/pages ends one"),
    "account/known/accept/": (BY_FORM_ONLY, "one press on the page of what was held before"),
    "account/known/not-me/": (BY_FORM_ONLY, "one press on the page of what was held before"),
    "account/requests/<str:reference>/call-off/": (BY_FORM_ONLY, "one press on the page of a request"),
    "account/requests/<str:reference>/copy/code/": (404, "no such request; test_requests fetches a copy by code"),
    "account/requests/<str:reference>/copy/": (404, "no such request; test_requests fetches a copy by code"),
    "account/requests/<str:reference>/correction/": (BY_FORM_ONLY, "one press on the page of a request"),
    "account/requests/<str:reference>/files/<uuid:file_id>/": (404, "no request here came with a file"),
    "account/security/": (302, "an old address of sign-in and security"),
    "auth/invitation/<str:token>/": (302, "takes the token out of the address line"),
    "auth/passkey/": (302, "JSON for the passkey button; leads on who is signed in"),
    "auth/security/sessions/<int:session_id>/end/": (BY_FORM_ONLY, "one press on the list of sessions"),
    "complaints/case/accept/": (BY_FORM_ONLY, "one press on the page of a complaint"),
    "complaints/case/reopen/": (302, "a case no code opened is looked up first; test_complaints walks there"),
    "complaints/case/withdraw/": (302, "a case no code opened is looked up first; test_complaints walks there"),
    "requests/case/call-off/": (BY_FORM_ONLY, "one press on the page of a request"),
    "requests/case/correction/": (BY_FORM_ONLY, "one press on the page of a request"),
    "requests/case/identity/alone/": (BY_FORM_ONLY, "one press on the page that asks who it is"),
    "healthz": (200, "JSON"),
    "readyz": (200, "JSON"),
    "staff/(?P<url>.*)$": (404, "what no other page of the desk answers"),
    "staff/autocomplete/": (403, "JSON, which no form of the desk uses"),
    "staff/language/": (302, "the switch in the corner of every page of the desk; without a form it changes nothing"),
    "staff/login/": (302, "there is one door"),
    "staff/dsr_requests/copyhold/<path:object_id>/change/": (
        404,
        "no copy is held back here; dsr_requests/test_copy_holds_desk has one",
    ),
    "staff/dsr_requests/copyhold/<path:object_id>/history/": (302, "as above"),
    "staff/dsr_requests/request/<int:pk>/evidence/<uuid:file_id>/": (302, "a file; test_requests_carried opens one"),
    "staff/dsr_requests/request/<int:pk>/hand-over/": (302, "only for who cannot fetch it; dsr_requests has one"),
    "staff/dsr_requests/request/<int:pk>/files/<uuid:attachment_id>/": (302, "no request here came with a file"),
    "staff/logout/": (BY_FORM_ONLY, "one press"),
    "staff/password_change/": (302, "passwords are changed where everyone changes theirs"),
    "staff/personal_data/disposal/<path:object_id>/change/": (
        404,
        "no decided deletion here; personal_data/test_retention_desk has one",
    ),
    "staff/personal_data/disposal/<path:object_id>/history/": (302, "as above"),
    "staff/personal_data/keptbylaw/<path:object_id>/change/": (
        404,
        "nobody was erased of whom the law keeps something; accounts/pages/test_kept_by_law has one",
    ),
    "staff/personal_data/keptbylaw/<path:object_id>/history/": (302, "as above"),
    "staff/personal_data/legalhold/<path:object_id>/change/": (
        404,
        "no legal hold here; personal_data/test_retention_desk has one",
    ),
    "staff/personal_data/legalhold/<path:object_id>/history/": (302, "as above"),
    "staff/personal_data/purposestate/<path:object_id>/change/": (404, "the list says all there is to say"),
    "staff/personal_data/purposestate/<path:object_id>/history/": (
        403,
        "as above; purposes are not an administrator's",
    ),
    "staff/personal_data/retentionrun/<path:object_id>/change/": (
        404,
        "no run here; personal_data/test_retention_desk has one",
    ),
    "staff/personal_data/retentionrun/<path:object_id>/history/": (302, "as above"),
    "staff/personal_data/retentionrun/begin/": (BY_FORM_ONLY, "one press above the list of runs"),
    "staff/personal_data/retentionrun/stops/<int:pk>/approve/": (BY_FORM_ONLY, "one press on the page of a run"),
    "staff/personal_data/retentionrun/stops/<int:pk>/drop/": (BY_FORM_ONLY, "one press on the page of a run"),
    "staff/personal_data/uselimit/<path:object_id>/change/": (
        404,
        "no limit here; personal_data/test_orders_desk has one",
    ),
    "staff/personal_data/uselimit/<path:object_id>/history/": (302, "as above"),
    "staff/r/<path:content_type_id>/<path:object_id>/": (404, "no model has a page outside the desk"),
    "track/case/files/<uuid:file_id>/": (302, "a case no code opened is looked up first"),
    "track/case/close/": (BY_FORM_ONLY, "one press on the page of a case"),
    "track/received/resend/": (BY_FORM_ONLY, "one press on the page after sending"),
}
# All by form: the actions of a case, and what hangs on a list.
CASE_ACTION = re.compile(
    r"^staff/\w+/\w+/(?:<(?:int|uuid):pk>/[\w-]+|take/<int:pk>|search|export|bulk-assign|bulk-triage)/$"
)
HISTORY = re.compile(r"^staff/\w+/\w+/<path:object_id>/history/$")  # beside the page of the row
SHORT = re.compile(r"^staff/\w+/\w+/<path:object_id>/$")  # leads on to the page of the row
NOT_OFFERED = re.compile(r"^staff/\w+/\w+/(?:add|<path:object_id>/delete)/$")  # unless a link leads there
ARGUMENT = re.compile(r"<(\w+):\w+>")
MADE_UP = {
    "int": "1",
    "path": "1",
    "slug": "phone",
    "str": "KN-26-7KQM-X3WP",
    "uuid": "7b0f6f0e-5f5c-4d6b-9b83-0c7c7b0a6f11",
}


def made_up_path(pattern: str) -> str:
    """An address that leads to a route, with arguments that name nothing."""
    plain = re.sub(r"\(\?P<app_label>(\w+).*?\)\$", r"\1/", pattern).replace("(?P<url>.*)$", "nowhere/")
    path = ARGUMENT.sub(lambda found: MADE_UP[found[1]], plain)
    bare = path.startswith("staff/") or path in ("healthz", "readyz")
    return f"/{path}" if bare else f"/vi/{path}"


# --- pages in the middle of something --------------------------------------------------------------------------------


def _prove_an_address(world: World, walk: Walk) -> None:
    walk.go("auth/signup/")
    walk.choose("age", "ADULT")
    walk.fill(email=walk.new_address(), password1=PASSWORD)
    walk.act("account-create")


def _reset(world: World, walk: Walk) -> None:
    walk.go("auth/password/reset/")
    walk.fill(email=walk.new_address())
    walk.act("password-reset-ask")


def _prove_the_reset(world: World, walk: Walk) -> None:
    address = world.portal.sign_in("person_en").email
    before = walk.mailbox.names(address)
    walk.go("auth/password/reset/")
    walk.fill(email=address)
    walk.act("password-reset-ask")
    walk.fill(code=walk.mailbox.next_code(address, after=before))
    walk.act("password-reset-code")


def _begin_to_sign_in(world: World, walk: Walk) -> None:
    assert world.colleague is not None
    begin_sign_in(walk, world.colleague)


def _follow_the_invitation(world: World, walk: Walk) -> None:
    walk.stay(urlsplit(world.invitation).path)


def _find_what_was_held(world: World, walk: Walk) -> None:
    walk.sign_up(world.imported)


def _send_a_form_late(world: World, walk: Walk) -> None:
    """A form sent after its session had ended waits behind the sign-in."""
    account = world.portal.sign_in("person")
    walk.sign_in(account)
    walk.go("account/data/full-name/")
    walk.fill(value="Nguyễn Thị Nhiên")
    walk.page.context.clear_cookies(name="session")
    walk.act("value-save")
    walk.fill(login=account.email, password=account.password)
    walk.act("session-start")


def _send(world: World, walk: Walk) -> None:
    _ask_for_a_copy(walk, walk.new_address())


def _ask_for_a_code(world: World, walk: Walk) -> None:
    walk.go("track/")
    walk.fill(reference="KN-26-7KQM-X3WP", address=walk.new_address())
    walk.act("case-look-up")


def _open_a_case(world: World, walk: Walk) -> None:
    address = walk.new_address()
    _ask_for_a_copy(walk, address)
    reference = walk.reference()
    walk.mailbox.next_code(address)
    before = walk.mailbox.names(address)
    walk.go("track/")
    walk.fill(reference=reference, address=address)
    walk.act("case-look-up")
    walk.fill(code=walk.mailbox.next_code(address, after=before))
    walk.act("case-open")


def _erase(world: World, walk: Walk) -> None:
    walk.sign_up(walk.new_address())
    walk.go("account/erase/")
    walk.tick("understood")
    walk.fill(password=PASSWORD)
    walk.act("account-erase")


def _open_the_certificate(world: World, walk: Walk) -> None:
    _erase(world, walk)
    progress = urlsplit(walk.page.url).path
    walk.until_erased(progress)
    walk.stay(f"{progress}certificate/")


def _ask_for_a_copy(walk: Walk, address: str) -> None:
    walk.go("requests/new/copy/")
    walk.fill(address=address)
    walk.act("request-send")


def _open_a_request(world: World, walk: Walk) -> None:
    """A guest who has just confirmed the address may open the request."""
    address = walk.new_address()
    _ask_for_a_copy(walk, address)
    walk.fill(code=walk.mailbox.next_code(address))
    walk.act("address-verify")


def _ask_for_an_identity_code(world: World, walk: Walk) -> None:
    _open_a_request(world, walk)
    walk.go("requests/case/identity/")
    walk.choose("method", "CODE_MAIL")
    walk.fill(contact=walk.new_address())
    walk.act("identity-begin")


def _ask_for_a_child(walk: Walk, path: str, **address: str) -> None:
    walk.go(f"{path}?for=other")
    walk.choose("mandate_kind", "PARENT")
    walk.tick("child_is_seven")
    walk.fill(mandate_name="Trần Văn Cha", person_name="Trần Thị Con", person_contact="con@example.com", **address)
    walk.act("request-send")


def _open_as_a_parent(world: World, walk: Walk) -> None:
    address = walk.new_address()
    _ask_for_a_child(walk, "requests/new/copy/", address=address)
    walk.fill(code=walk.mailbox.next_code(address))
    walk.act("address-verify")


def _as_a_parent_with_an_account(page: str) -> Arrive:
    def arrive(world: World, walk: Walk) -> None:
        walk.sign_up(walk.new_address())
        _ask_for_a_child(walk, "account/requests/new/copy/")
        walk.go(f"account/requests/{walk.reference()}/{page}/")

    return arrive


def _prove_it_in_the_account(world: World, walk: Walk) -> None:
    """What our staff proposed to the demo's person, who has not shown the password for it."""
    walk.sign_in(world.portal.sign_in("person"))
    walk.go("account/requests/")
    newest = walk.page.locator('main a[href*="/account/requests/YC-"]').first.get_attribute("href")
    walk.stay(f"{newest}identity/")


def _fetch_a_copy(world: World, walk: Walk) -> None:
    """Nothing else is held on the guest, so the portal makes the copy by itself."""
    _open_a_request(world, walk)
    walk.go("requests/case/identity/")
    walk.act("identity-alone")

    def ready() -> bool | None:
        walk.page.goto(f"/{walk.language}/track/case/")
        return walk.page.locator('main a[href$="/requests/case/copy/"]').count() > 0 or None

    eventually(ready, seconds=120, what="copy")


def _ask_for_the_code_of_a_copy(world: World, walk: Walk) -> None:
    _fetch_a_copy(world, walk)
    walk.go("requests/case/copy/")
    walk.act("copy-code")


# The route, and how to get to where it shows something. Its page can then be opened in either language.
IN_THE_MIDDLE: dict[str, Arrive] = {
    "account/erase/progress/<str:token>/": _erase,
    "account/erase/progress/<str:token>/certificate/": _open_the_certificate,
    "account/known/": _find_what_was_held,
    "auth/confirm-email/": _prove_an_address,
    "auth/factor/": _begin_to_sign_in,
    "auth/factor/lost/": _begin_to_sign_in,
    "auth/invitation/": _follow_the_invitation,
    "auth/password/reset/complete/": _prove_the_reset,
    "auth/password/reset/confirm/": _reset,
    "auth/resume/": _send_a_form_late,
    "account/requests/<str:reference>/child/": _as_a_parent_with_an_account("child"),
    "account/requests/<str:reference>/identity/": _prove_it_in_the_account,
    "account/requests/<str:reference>/evidence/": _as_a_parent_with_an_account("evidence"),
    "requests/case/child/": _open_as_a_parent,
    "requests/case/copy/": _fetch_a_copy,
    "requests/case/copy/code/": _ask_for_the_code_of_a_copy,
    "requests/case/evidence/": _open_as_a_parent,
    "requests/case/identity/": _open_a_request,
    "requests/case/identity/code/": _ask_for_an_identity_code,
    "requests/case/take-back/": _open_a_request,
    "track/case/": _open_a_case,
    "track/code/": _ask_for_a_code,
    "track/received/": _send,
}
