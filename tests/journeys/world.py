"""The portal as the visit of every route finds it: signed-in windows for each role, and something on every list."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Browser

from tests.journeys.asking import Asker, agrees_to_everything, enters
from tests.journeys.browser import DESKTOP, PHONE, Watch, open_window
from tests.journeys.customers import bring_in
from tests.journeys.installation import BASE, Installation, SignIn, environment, pack_of
from tests.journeys.one_time import app_code
from tests.journeys.passkeys import make_passkey
from tests.journeys.routes import Example, follow_links
from tests.journeys.walk import PASSWORD, Walk

STAFF = ("agent", "dpo", "admin")
ROLES = ("guest", "person", "guarded", "keyed", *STAFF)
THEMES: dict[str, Literal["light", "dark"]] = {"vi": "light", "en": "dark"}
HOSTS = {"keyed": "localhost"}  # browsers allow no passkey on an address of numbers
STARTS = {
    "guest": ["/vi/", "/vi/first-run/"],
    "person": ["/vi/account/", "/vi/auth/security/", "/vi/requests/new/"],
    "guarded": ["/vi/auth/security/"],
    "keyed": ["/vi/auth/security/"],
}
VIEWPORTS = {"vi": PHONE, "en": DESKTOP}


@dataclass
class World:
    """One installation, looked at by everybody."""

    browser: Browser
    portal: Installation
    examples: dict[str, Example] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    invitation: str = ""
    imported: str = ""
    colleague: SignIn | None = None
    accounts: dict[str, SignIn] = field(default_factory=dict)
    _states: dict[str, object] = field(default_factory=dict)
    _windows: dict[tuple[str, str], tuple[Walk, Watch]] = field(default_factory=dict)
    _arrived: dict["Arrive", tuple[Walk, Watch]] = field(default_factory=dict)

    # --- windows ------------------------------------------------------------------------------------------------------

    def window(self, role: str, language: str) -> tuple[Walk, Watch]:
        """The lasting window of a role in a language; signed in once, the password confirmed."""
        key = (role, language)
        if key not in self._windows:
            if role != "guest" and role not in self._states:
                self._sign_in(role)
            kept = {} if role == "guest" else {"storage_state": self._states[role]}
            self._windows[key] = self.new_window(language, host=HOSTS.get(role, "127.0.0.1"), **kept)
            if role in STAFF:
                self._windows[key][0].speak_at_the_desk()
        return self._windows[key]

    def arrived(self, arrive: "Arrive", language: str) -> tuple[Walk, Watch]:
        """The lasting window of somebody in the middle of something, who got there once, turned to a language."""
        if arrive not in self._arrived:
            self._arrived[arrive] = self.new_window("vi")
            arrive(self, self._arrived[arrive][0])
        walk, watch = self._arrived[arrive]
        walk.language, walk.usual = language, VIEWPORTS[language]
        walk.page.emulate_media(color_scheme=THEMES[language])
        return walk, watch

    def new_window(self, language: str, *, host: str = "127.0.0.1", **more: Any) -> tuple[Walk, Watch]:
        """A window of its own. Its watcher is asked by whoever opened it."""
        origin = self.portal.url.replace("127.0.0.1", host)
        more = {"viewport": VIEWPORTS[language], "color_scheme": THEMES[language], **more}
        page, watch = open_window(self.browser, origin, language=language, **more)
        return Walk(page, self.portal, language=language), watch

    def _sign_in(self, role: str) -> None:
        walk, watch = self.new_window("vi", host=HOSTS.get(role, "127.0.0.1"))
        if role in ("guarded", "keyed"):
            account = walk.sign_up(walk.new_address("an-toan"))
            confirm(walk, account)
            add_app(walk, account) if role == "guarded" else make_passkey(walk)
        else:
            account = self.portal.sign_in(role)
            walk.sign_in(account)
            confirm(walk, account)
        self.accounts[role] = account
        self._states[role] = walk.page.context.storage_state()
        watch.check()
        walk.page.context.close()

    # --- things on every list -----------------------------------------------------------------------------------------

    def fill(self) -> None:
        """A second version of the policy, people brought in, invitations, a lost factor, a holiday, requests."""
        self._publish_again()
        admin, _ = self.window("admin", "vi")
        self._bring_people_in(admin.new_address("khach-cu"))
        self._invite(admin, admin.new_address("dong-nghiep"))
        self.invitation = self._invite(admin, address := admin.new_address("dong-nghiep"))
        self._join(address)
        self._invite(admin, admin.new_address("con-cho"))
        admin.go_staff("core/holiday/add/")
        admin.fill(day="2027-09-02", name="Quốc khánh")
        admin.page.locator('[name="reason"]').select_option("STATE")
        for action in ("calendar-look", "calendar-day-set"):
            admin.press(admin.page.locator(f'[data-action="{action}"]'))
        admin.go_staff("cases/assignmentrule/add/")
        admin.page.locator('[name="mode"]').select_option("BY_HAND")
        admin.press(admin.page.locator('input[name="_save"]'))
        self._erase_somebody()
        self._ask_to_stop()
        self._hold_an_address()

    def _ask_to_stop(self) -> None:
        """So that recipients have something to do, and a use is stopped."""
        walk, watch = self.new_window("vi")
        person = Asker(walk, member=True)
        enters(walk, "full-name", "Trần Thị Ngừng")
        agrees_to_everything(walk)
        person.asks("withdraw")
        person.waits_until("#orders-title", what="orders")
        person.asks("object", everything=True)
        watch.check()
        walk.page.context.close()

    def _hold_an_address(self) -> None:
        """On a suspicion about the request that is due first."""
        officer, _ = self.window("dpo", "vi")
        officer.go_staff("dsr_requests/request/")
        officer.press(officer.page.locator("#result_list tbody th a").first)
        form = officer.opens_details("address-pause")
        officer.select("reason", 1, within=form)
        officer.act("address-pause", within=form)

    def _erase_somebody(self) -> None:
        """So that the staff desk has a deletion to show."""
        walk, watch = self.new_window("vi")
        walk.sign_up(walk.new_address())
        walk.go("account/erase/")
        walk.tick("understood")
        walk.fill(password=PASSWORD)
        walk.act("account-erase")
        watch.check()
        walk.page.context.close()

    def _publish_again(self) -> None:
        pack = self.portal.home / "next-pack" / self.portal.policy
        shutil.copytree(pack_of(self.portal), pack)
        for path in pack.glob("*/complaints.md"):
            with path.open("a", encoding="utf-8") as text:
                text.write("\n\nGhi chú. A note.\n")
        command = [sys.executable, "manage.py", "publish_policy", "--path", str(pack)]
        subprocess.run(command, cwd=BASE, env=environment(self.portal), check=True, capture_output=True, timeout=120)

    def _bring_people_in(self, address: str) -> None:
        """Two people who may be one, from the organisation's records; the first signs up later on."""
        self.imported = address
        bring_in(self.portal, [{"full-name": name, "email": address} for name in ("Lý Thị Cũ", "Ly Thi Cu")])

    def _invite(self, admin: Walk, address: str) -> str:
        """Invite a colleague; the link in the mail."""
        admin.go_staff("accounts/user/invite/")
        admin.fill(address=address, staff_name="Đỗ Thị Mới")
        admin.choose("role", "agent")
        admin.act("staff-invite")
        return next(link for link in admin.mailbox.next(address).links if "/invitation/" in link)

    def _join(self, address: str) -> None:
        """The invited person comes in, sets up an app, and asks to be let back in after losing it."""
        walk, watch = self.new_window("vi")
        self.colleague = SignIn("agent", address, PASSWORD)
        walk.stay(self.invitation)
        walk.fill(password1=PASSWORD)
        walk.act("invitation-accept")
        add_app(walk, self.colleague)
        walk.page.context.clear_cookies()
        begin_sign_in(walk, self.colleague)
        walk.go("auth/factor/lost/")
        walk.act("recovery-ask")
        watch.check()
        walk.page.context.close()

    # --- examples -----------------------------------------------------------------------------------------------------

    def explore(self) -> None:
        """Follow links as every role."""
        for role in ROLES:
            walk, _ = self.window(role, "vi")
            starts = STARTS.get(role, ["/staff/"])
            found, broken = follow_links(walk.page.request, role=role, starts=starts, found=self.examples)
            self.examples.update(found)
            self.broken += broken

    def close(self) -> None:
        for walk, _ in (*self._windows.values(), *self._arrived.values()):
            walk.page.context.close()


Arrive = Callable[[World, Walk], None]


def confirm(walk: Walk, account: SignIn) -> None:
    """Show the password once more, as the pages of sign-in ask for."""
    walk.go("auth/address/")
    confirm_if_asked(walk, account)


def confirm_if_asked(walk: Walk, account: SignIn) -> None:
    """Some pages ask for the password again once a few minutes have passed."""
    if "/reauthenticate/" in walk.page.url:
        walk.fill(password=account.password)
        walk.act("self-confirm")


def begin_sign_in(walk: Walk, account: SignIn) -> None:
    """Sign in as far as the second step."""
    walk.go("auth/login/")
    walk.fill(login=account.email, password=account.password)
    walk.act("session-start")
    assert "/auth/factor/" in walk.page.url


def add_app(walk: Walk, account: SignIn) -> str:
    """Set up an authenticator app; its secret."""
    confirm(walk, account)
    walk.go("auth/security/app/add/")
    secret = walk.page.locator("main code").first.inner_text().replace(" ", "")
    walk.fill(code=app_code(secret))
    walk.act("app-add")
    assert "/app/add/" not in walk.page.url
    return secret
