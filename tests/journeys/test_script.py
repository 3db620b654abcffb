"""The comforts of portal.js, each alone on a page made for it. Every page also works without them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

SCRIPTS = Path(settings.BASE_DIR) / "privacy_portal" / "static" / "js"


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    """An empty page on this computer that may use the clipboard."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html><body></body>", content_type="text/html"))
    page.goto("http://localhost/")
    yield page
    context.close()


def shown(page: Page, body: str, script: str = "portal.js") -> Page:
    page.evaluate("html => { document.body.innerHTML = html; }", body)
    page.add_script_tag(content=(SCRIPTS / script).read_text())
    return page


def test_the_list_of_mistakes_takes_the_focus_before_a_heading_does(blank: Page) -> None:
    body = '<h1 tabindex="-1" data-focus>A</h1><div class="error-summary" tabindex="-1" data-focus id="s"></div>'
    assert shown(blank, body).evaluate("document.activeElement.id") == "s"


def test_a_mistake_leads_to_its_field(blank: Page) -> None:
    body = '<div class="error-summary"><a href="#x">Name</a></div><div class="field"><input id="x"></div>'
    shown(blank, body).click("a")
    assert blank.evaluate("document.activeElement.id") == "x"


def test_a_reference_is_copied(blank: Page) -> None:
    shown(blank, '<button hidden data-copy="KN-1" data-copied="Copied"><span>Copy</span></button>').click("button")
    assert blank.evaluate("navigator.clipboard.readText()") == "KN-1"
    assert blank.inner_text("button") == "Copied"


def test_a_password_is_shown_and_never_sent_as_plain_text(blank: Page) -> None:
    body = '<form><div data-password data-show="Show" data-hide="Hide"><input type="password" id="p"></div></form>'
    shown(blank, body).click("text=Show")
    assert blank.get_attribute("#p", "type") == "text"
    assert blank.get_attribute("button", "aria-pressed") == "true"
    blank.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
    blank.evaluate("document.forms[0].requestSubmit()")
    assert blank.get_attribute("#p", "type") == "password"


def test_a_code_is_pasted_without_blanks(blank: Page) -> None:
    shown(blank, '<input autocomplete="one-time-code" id="c">').focus("#c")
    blank.evaluate("navigator.clipboard.writeText(' 123 456\\n')")
    blank.keyboard.press("Control+V")
    assert blank.input_value("#c") == "123456"


def test_two_presses_send_one_form(blank: Page) -> None:
    shown(blank, "<form><button>Send</button></form>")
    blank.evaluate(
        """window.sent = 0;
        window.addEventListener('submit', e => { if (!e.defaultPrevented) window.sent += 1; e.preventDefault(); });"""
    )
    blank.evaluate("document.forms[0].requestSubmit(); document.forms[0].requestSubmit();")
    assert blank.evaluate("window.sent") == 1


def test_a_form_that_another_script_held_back_is_still_sent(blank: Page) -> None:
    """A passkey is asked for first; the form goes once it is there."""
    shown(blank, "<form><button>Sign in</button></form>")
    blank.evaluate(
        """window.sent = 0;
        document.forms[0].addEventListener('submit', e => e.preventDefault(), { once: true });
        window.addEventListener('submit', e => { if (!e.defaultPrevented) window.sent += 1; e.preventDefault(); });
        document.forms[0].requestSubmit(); document.forms[0].requestSubmit();"""
    )
    assert blank.evaluate("window.sent") == 1


def test_a_file_that_is_too_large_is_said_before_it_is_sent(blank: Page) -> None:
    body = '<form><input type="file" id="f" data-max-bytes="3" data-too-large="Too large"></form>'
    shown(blank, body).set_input_files("#f", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"four"})
    assert blank.evaluate("document.getElementById('f').validationMessage") == "Too large"
    blank.set_input_files("#f", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"abc"})
    assert blank.evaluate("document.getElementById('f').validationMessage") == ""


def test_escape_closes_a_menu_and_returns_to_its_button(blank: Page) -> None:
    body = '<details class="menu" open><summary id="m">Account</summary><a href="#a" id="l">One</a></details>'
    shown(blank, body).focus("#l")
    blank.keyboard.press("Escape")
    assert blank.get_attribute("details", "open") is None
    assert blank.evaluate("document.activeElement.id") == "m"


def test_progress_follows_what_the_server_says(blank: Page) -> None:
    answer = '{"text": "Two of three", "done": 2, "total": 3, "finished": false}'
    blank.route("**/state", lambda route: route.fulfill(body=answer, content_type="application/json"))
    body = '<div data-poll="/state"><p data-poll-text>One of three</p><progress max="3" value="1"></progress></div>'
    shown(blank, body).wait_for_selector("text=Two of three")
    assert blank.evaluate("document.querySelector('progress').value") == 2


def test_device_facts_fill_only_the_form_that_asks_for_them(blank: Page) -> None:
    fields = '<input data-device="screen" id="{0}"><input data-device="unknown" id="{0}-other">'
    body = f"<form data-device-facts>{fields.format('asked')}</form><form>{fields.format('other')}</form>"
    shown(blank, body, "device.js")
    assert "x" in blank.input_value("#asked")
    assert [blank.input_value(f"#{name}") for name in ("asked-other", "other", "other-other")] == ["", "", ""]


@pytest.mark.parametrize("name", ["portal.js", "device.js"])
def test_scripts_keep_nothing_in_the_browser(name: str) -> None:
    text = (SCRIPTS / name).read_text()
    assert [word for word in ("localStorage", "sessionStorage", "indexedDB", "document.cookie") if word in text] == []
