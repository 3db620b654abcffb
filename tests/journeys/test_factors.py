"""A second factor, a passkey, and a session that ends in the middle of a form."""

from playwright.sync_api import expect

from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.one_time import app_code
from tests.journeys.passkeys import make_passkey
from tests.journeys.walk import PASSWORD
from tests.journeys.world import add_app, begin_sign_in, confirm


def test_an_app_guards_the_sign_in(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "vi", phone=True)
    account = walk.sign_up(walk.new_address("an-toan"))
    secret = add_app(walk, account)
    walk.page.context.clear_cookies()
    begin_sign_in(walk, account)
    walk.fill(code="000000")
    walk.act("factor-show")
    walk.is_refused("code")
    walk.fill(code=app_code(secret, steps=1))
    walk.act("factor-show")
    walk.go("account/")


def test_a_passkey_signs_in_without_a_password(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "en", host="localhost")
    account = walk.sign_up(walk.new_address("khoa"))
    confirm(walk, account)
    make_passkey(walk)
    assert "/passkeys/add/" not in walk.page.url
    walk.sign_out()
    walk.go("auth/login/")
    button = walk.page.locator('[data-action="passkey-sign-in"]')
    expect(button).to_be_visible()
    walk.press(button)
    walk.go("account/")


def test_on_an_address_of_numbers_the_passkey_button_leads_to_the_name(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "vi")
    walk.go("auth/login/")
    link = walk.page.locator('main a[href^="http://localhost:"]')
    assert str(link.get_attribute("href")).startswith(portal.url.replace("127.0.0.1", "localhost"))


def test_a_form_sent_after_the_session_ended_is_kept(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "vi")
    account = walk.sign_up(walk.new_address())
    walk.go("account/data/full-name/")
    walk.fill(value="Ngô Thị Mận")
    walk.page.context.clear_cookies(name="session")
    walk.act("value-save")
    assert "/auth/login/" in walk.page.url
    walk.fill(login=account.email, password=account.password)
    walk.act("session-start")
    walk.act("form-resend")
    walk.go("account/data/")
    walk.sees("Ngô Thị Mận")


def test_a_form_sent_twice_acts_once(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "en")
    walk.sign_up(walk.new_address())
    walk.go("account/requests/new/copy/")
    walk.fill(password=PASSWORD)
    with walk.page.expect_navigation(url="**/track/received/"):
        walk.page.locator('[data-action="request-send"]').dblclick()
    walk.look()
    reference = walk.reference()
    walk.go("account/requests/")
    links = walk.page.locator('main a[href*="/account/requests/YC-"]')
    assert {str(link.get_attribute("href")).split("/")[-2] for link in links.all()} == {reference}


def test_an_unknown_page_says_so_in_the_persons_language(walk_on: OpenWalk, portal: Installation) -> None:
    for language in ("vi", "en"):
        walk = walk_on(portal, language, phone=True)
        answer = walk.page.goto(f"/{language}/khong-co/")
        assert answer is not None
        assert answer.status == 404
        walk.examine()
