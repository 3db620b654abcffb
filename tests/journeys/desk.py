"""Two colleagues at the staff desk: an agent, who speaks Vietnamese, and the officer, who speaks English."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, expect

from tests.journeys.browser import Watch, open_window
from tests.journeys.installation import Installation
from tests.journeys.waiting import eventually
from tests.journeys.walk import Walk

ORDERS = '.case-side a[href*="/recipienttask/"]'


class Desk:
    """Both windows on one installation, signed in once."""

    def __init__(self, browser: Browser, portal: Installation) -> None:
        self._watches: list[Watch] = []
        self._browser, self._portal = browser, portal
        self.agent = Colleague(self._sign_in("agent", "vi"))
        self.officer = Colleague(self._sign_in("dpo", "en"))

    def _sign_in(self, role: str, language: str) -> Walk:
        page, watch = open_window(self._browser, self._portal.url, language=language)
        self._watches.append(watch)
        walk = Walk(page, self._portal, language=language)
        walk.sign_in(self._portal.sign_in(role))
        return walk

    def check(self) -> None:
        """Fails with whatever a browser complained about."""
        for watch in self._watches:
            watch.check()

    def close(self) -> None:
        for one in (self.agent, self.officer):
            one.walk.page.context.close()


class Colleague:
    """One of the staff, in front of one request after another."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.case = ""

    def opens(self, reference: str, *, known: bool = True) -> None:
        """Find a request in the queue, or among those of which it is not established yet who asks."""
        among = "" if known else "&list=unverified"
        self.walk.go_staff(f"dsr_requests/request/?q={reference}{among}")
        self.walk.press(self.walk.page.get_by_role("link", name=reference).first)
        self.case = urlsplit(self.walk.page.url).path

    def takes(self, reference: str, *, known: bool = True) -> None:
        """Find a request and take it."""
        self.opens(reference, known=known)
        self.walk.act("case-take")
        self._is_told()

    def decides(self, verdict: str, *, ground: str = "", words: str = "") -> None:
        """What the person will read is shown first, with what would run."""
        walk = self.walk
        walk.stay(self.case)
        walk.examine()
        walk.shoot("desk-request")
        form = self._unfolded("request-decide")
        form.locator(f'[name="verdict"][value="{verdict}"]').check()
        if ground:
            form.locator('[name="ground"]').select_option(ground)
        if words:
            walk.fill_in(form, words=words)
        walk.act("request-decide", within=form)
        walk.examine()
        walk.shoot("desk-request-preview")
        walk.act("request-decide-send")
        self._is_told()

    def seconds(self, reference: str) -> None:
        """A colleague's decision, from the list of what waits."""
        walk = self.walk
        walk.go_staff("dsr_requests/decision/")
        walk.examine()
        walk.press(walk.page.get_by_role("link", name=reference).first)
        walk.examine()
        walk.shoot("desk-decision")
        walk.act("decision-second")
        self._is_told()

    def corrects(self, field: str) -> None:
        """One value, as proposed."""
        form = self._unfolded("correction-decide")
        form.locator('[name="field"]').select_option(field)
        form.locator('[name="verdict"][value="accept"]').check()
        self.walk.act("correction-decide", within=form)
        self._is_told()

    def accepts_the_mandate(self, kind: str, *, until: str = "") -> None:
        """Every file is opened first."""
        walk = self.walk
        walk.stay(self.case)
        for link in walk.page.locator('main a[href*="/evidence/"]').all():
            assert walk.page.request.get(str(link.get_attribute("href"))).status == 200
        form = self._unfolded("mandate-accept")
        form.locator(f'[name="scope"][value="{kind}"]').check()
        if until:
            walk.fill_in(form, valid_until=until)
        walk.act("mandate-accept", within=form)
        self._is_told()

    def calls(self, reason: str) -> tuple[str, str]:
        """The number held on the person, and the code to read out."""
        walk = self.walk
        form = self._unfolded("identity-call")
        walk.fill_in(form, reason=reason)
        walk.act("identity-call", within=form)
        walk.examine()
        number, code = walk.page.locator(".called dd").all_inner_texts()
        return number, code

    def waits_for_orders(self) -> None:
        """Load the request again until recipients are told."""

        def there() -> bool | None:
            self.walk.stay(self.case)
            return self.walk.page.locator(ORDERS).count() > 0 or None

        eventually(there, seconds=120, what="orders")

    def confirms_orders(self, words: str) -> int:
        """What each recipient answered is written down; how many there were."""
        walk = self.walk
        walk.stay(self.case)
        links = [str(one.get_attribute("href")) for one in walk.page.locator(ORDERS).all()]
        for number, link in enumerate(links):
            walk.stay(link)
            if not number:
                walk.examine()
                walk.shoot("desk-order")
            walk.act("order-told")
            walk.fill(words=words)
            walk.act("order-confirm")
            self._is_told()
        return len(links)

    def _is_told(self) -> None:
        """The desk says that it was done."""
        expect(self.walk.page.locator(".messagelist .success")).to_be_visible()

    def _unfolded(self, action: str) -> Locator:
        return self.walk.opens_details(action)
