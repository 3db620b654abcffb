"""A passkey without a finger: Chromium's virtual authenticator. Browsers allow it on `localhost`, not on 127.0.0.1."""

from tests.journeys.walk import Walk

_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(walk: Walk) -> None:
    """Give the browser window a device that says yes by itself."""
    session = walk.page.context.new_cdp_session(walk.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})


def make_passkey(walk: Walk) -> None:
    """Add a passkey to the account signed in."""
    plug_in(walk)
    walk.go("auth/security/passkeys/add/")
    walk.fill(name="Laptop")
    walk.act("passkey-add")
