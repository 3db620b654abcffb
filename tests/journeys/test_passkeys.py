"""Passkeys, with the browser's make-believe authenticator: set up, signed in with, shown as the second step."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import path_of, watched
from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.walk import PASSWORD, Walk

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_passkey_opens_the_account(browser: Browser, portal: Installation, language: str) -> None:
    # Browsers refuse passkeys on an IP address; the portal answers at the name of the machine as well.
    origin = portal.url.replace("127.0.0.1", "localhost")
    with watched(browser, origin, language=language) as page:
        walk = Walk(page, portal, language=language)
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        account = walk.sign_up(walk.new_address())

        walk.go("auth/security/passkeys/add/")
        walk.fill(password=PASSWORD)
        walk.act("self-confirm")
        walk.fill(name="Laptop")
        walk.act("passkey-add")
        assert path_of(page).endswith("/auth/security/codes/")
        walk.go("auth/security/passkeys/")
        walk.sees("Laptop")
        walk.sign_out()

        walk.go("auth/login/")
        walk.act("passkey-sign-in")
        assert path_of(page) == f"/{language}/account/"
        walk.sign_out()

        walk.sign_in(account)
        assert path_of(page).endswith("/auth/factor/")
        walk.act("passkey-show")
        assert path_of(page) == f"/{language}/account/"


def test_on_an_ip_address_the_button_leads_to_the_name_of_the_machine(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "en")
    walk.go("auth/login/")
    port = portal.url.rpartition(":")[2]
    link = walk.page.locator(f'a[href="http://localhost:{port}/en/auth/login/"]')
    expect(link).to_be_visible()
    assert walk.page.locator("form[data-passkey]").count() == 0
