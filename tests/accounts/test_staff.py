"""Staff: one role each, invited by mail, shut out at once, let back by two others, never without a second factor."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.enums import Role
from accounts.errors import AlreadyApproved, LastAdministrator, MayNotApproveRecovery, MayNotManageStaff, OwnAccount
from accounts.models import FactorRecovery, FactorRecoveryApproval, StaffInvitation, User
from accounts.services import inviting, recovering, staffing
from audit.models import AuditEntry
from core import clock
from core.actors import SYSTEM
from tests.accounts.conftest import ADDRESS, PASSWORD, Mail

pytestmark = pytest.mark.django_db

Staff = Callable[..., User]
SignIn = Callable[..., Client]
Mails = Callable[[], list[Mail]]


@pytest.fixture
def strict(settings: object) -> None:
    """As outside the demo: staff need a second factor."""
    settings.PORTAL_DEMO = False  # type: ignore[attr-defined]


def give_app(user: User) -> str:
    """Set up an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


# --- the door of the staff desk -------------------------------------------------------------------------------------


def test_the_staff_desk_has_no_door_of_its_own(client: Client) -> None:
    assert client.get("/staff/")["Location"] == "/staff/login/?next=/staff/"
    assert re.fullmatch(r"/(vi|en)/auth/login/\?next=%2Fstaff%2F", client.get("/staff/login/?next=/staff/")["Location"])
    answer = client.post("/staff/login/", {"username": ADDRESS, "password": PASSWORD})
    assert answer.status_code == 302 and "/auth/login/" in answer["Location"]


def test_a_person_is_not_staff(client: Client, person: User, sign_in: SignIn) -> None:
    sign_in()
    assert client.get("/staff/", follow=True).status_code == 403


@pytest.mark.usefixtures("strict")
def test_without_a_second_factor_staff_are_led_to_setting_one_up(client: Client, staff: Staff, sign_in: SignIn) -> None:
    staff("agent")
    sign_in(address="agent@example.com")
    page = client.get("/staff/", follow=True, HTTP_ACCEPT_LANGUAGE="en")
    assert page.redirect_chain[-1][0].endswith("/auth/security/")
    assert "second factor" in page.content.decode()


@pytest.mark.usefixtures("strict")
def test_with_a_second_factor_the_desk_opens(client: Client, staff: Staff) -> None:
    secret = give_app(staff("agent"))
    first = client.post("/en/auth/login/", {"login": "agent@example.com", "password": PASSWORD})
    assert first["Location"] == "/en/auth/factor/"
    assert client.get("/staff/").status_code == 302
    wrong = client.post("/en/auth/factor/", {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    assert client.post("/en/auth/factor/", {"code": code_of(secret)})["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200


@pytest.mark.usefixtures("strict")
def test_a_code_of_the_app_works_once(staff: Staff) -> None:
    secret = give_app(staff("agent"))
    with time_machine.travel(clock.now(), tick=False):
        code = code_of(secret)
        places = []
        for browser in (Client(), Client()):
            browser.post("/en/auth/login/", {"login": "agent@example.com", "password": PASSWORD})
            places.append(browser.post("/en/auth/factor/", {"code": code}).status_code)
    assert places == [302, 200]


@pytest.mark.usefixtures("strict")
def test_a_session_from_before_the_factor_must_show_it(client: Client, staff: Staff, sign_in: SignIn) -> None:
    user = staff("agent")
    sign_in(address="agent@example.com")
    secret = give_app(user)
    led = client.get("/staff/login/?next=/staff/")["Location"]
    assert led.startswith("/") and "factor/confirm" in led
    client.post(led, {"code": code_of(secret)})
    assert client.get("/staff/").status_code == 200


def test_the_demo_does_without_and_says_so(client: Client, staff: Staff, sign_in: SignIn) -> None:
    staff("agent")
    sign_in(address="agent@example.com")
    page = client.get("/staff/", HTTP_ACCEPT_LANGUAGE="en")
    assert page.status_code == 200 and "without a second factor" in page.content.decode()


@pytest.mark.usefixtures("strict")
def test_staff_cannot_take_their_last_factor_away(client: Client, staff: Staff) -> None:
    secret = give_app(staff("agent"))
    client.post("/en/auth/login/", {"login": "agent@example.com", "password": PASSWORD})
    with time_machine.travel(clock.now(), tick=False) as traveller:
        client.post("/en/auth/factor/", {"code": code_of(secret)})
        traveller.shift(60)
        client.post("/en/auth/reauthenticate/", {"password": PASSWORD})
        page = client.get("/en/auth/security/app/remove/").content.decode()
        assert "Add another one before you remove this" in page
        client.post("/en/auth/security/app/remove/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_secrets_of_factors_stand_sealed(staff: Staff) -> None:
    secret = give_app(staff("agent"))
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    codes = next(found for found in Authenticator.objects.all() if found.type == "recovery_codes").wrap()
    assert not any(code in stored for code in codes.get_unused_codes())


# --- roles ----------------------------------------------------------------------------------------------------------


def test_each_role_carries_what_the_table_says(staff: Staff) -> None:
    users = {role: staff(role.value) for role in Role}
    for permission in Permission.objects.select_related("content_type"):
        name = f"{permission.content_type.app_label}.{permission.codename}"
        if users[Role.AUDITOR].has_perm(name):
            assert permission.codename.startswith("view_")
        if permission.content_type.app_label in ("complaints", "personal_data", "consent"):
            assert not users[Role.ADMINISTRATOR].has_perm(name)
    assert users[Role.AGENT].audit_role == "agent" and users[Role.AGENT].has_role("agent", "dpo")
    assert not users[Role.AGENT].has_perm("accounts.view_user")
    assert users[Role.AUDITOR].has_perm("audit.view_auditentry")


def test_the_auditor_only_reads(client: Client, staff: Staff, sign_in: SignIn) -> None:
    staff("auditor")
    other = staff("agent")
    sign_in(address="auditor@example.com")
    assert client.get(f"/staff/accounts/user/{other.pk}/change/").status_code == 200
    assert client.post(f"/staff/accounts/user/{other.pk}/deactivate/").status_code == 403
    assert client.post("/staff/accounts/user/invite/", {"address": "x@example.com"}).status_code == 403
    assert client.post("/staff/logout/").status_code == 302


def test_there_are_no_superusers(staff: Staff) -> None:
    user = staff("administrator")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_superuser=True)
    with pytest.raises(NotImplementedError):
        User.objects.create_superuser("x@example.com", "password")


@pytest.mark.django_db(transaction=True)
def test_no_role_is_given_without_an_entry(staff: Staff) -> None:
    user = staff("agent")
    with pytest.raises(Exception, match="has no audit entry"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user_groups WHERE user_id = %s", [user.pk])
    assert User.objects.get(pk=user.pk).role == "agent"


def test_only_an_administrator_changes_roles_and_never_their_own(staff: Staff) -> None:
    admin, dpo, agent = staff("administrator"), staff("dpo"), staff("agent")
    now = clock.now()
    with pytest.raises(MayNotManageStaff):
        staffing.give_role(user_id=agent.pk, role=Role.DPO, by=dpo, now=now)
    with pytest.raises(OwnAccount):
        staffing.give_role(user_id=admin.pk, role=Role.DPO, by=admin, now=now)
    staffing.give_role(user_id=agent.pk, role=Role.DPO, by=admin, now=now)
    assert User.objects.get(pk=agent.pk).role == "dpo"


def test_the_last_administrator_stays(staff: Staff) -> None:
    admin = staff("administrator")
    with pytest.raises(LastAdministrator):
        staffing.deactivate(user_id=admin.pk, by=SYSTEM, now=clock.now())


# --- coming and going -----------------------------------------------------------------------------------------------


def invite(client: Client, **changes: str) -> str:
    form = {"address": "new@example.com", "staff_name": "Minh", "role": "agent", "language": "en", **changes}
    response = client.post("/staff/accounts/user/invite/", form)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def link_in(mail: Mail) -> str:
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]  # type: ignore[index]


def test_a_colleague_comes_in_by_mail(client: Client, staff: Staff, sign_in: SignIn, mails: Mails) -> None:
    staff("administrator")
    sign_in(address="administrator@example.com")
    invite(client)
    mail = mails()[-1]
    assert (mail.notice, mail.to) == ("staff-invitation", "new@example.com")
    guest = Client()
    assert guest.get(link_in(mail))["Location"] == "/en/auth/invitation/"
    weak = guest.post("/en/auth/invitation/", {"password1": "short"})
    assert "too short" in weak.content.decode()
    assert guest.post("/en/auth/invitation/", {"password1": PASSWORD})["Location"] == "/staff/"
    joined = User.objects.get(staff_name="Minh")
    assert joined.role == "agent"
    invitation = StaffInvitation.objects.get()
    assert invitation.accepted_at and not invitation.sealed_address and not invitation.alias
    again = Client()
    again.get(link_in(mail))
    assert "does not work any more" in again.get("/en/auth/invitation/").content.decode()


def test_an_account_that_exists_joins_by_signing_in(
    client: Client, person: User, staff: Staff, sign_in: SignIn, mails: Mails
) -> None:
    admin = staff("administrator")
    inviting.invite(address=ADDRESS, role=Role.DPO, staff_name="Lan", language="en", by=admin, now=clock.now())
    client.get(link_in(mails()[-1]))
    assert "Sign in with it" in client.get("/en/auth/invitation/").content.decode()
    other = Client()
    other.get(link_in(mails()[-1]))
    sign_in(address="administrator@example.com", using=other)
    assert "another account" in other.post("/en/auth/invitation/", follow=True).content.decode()
    sign_in()
    client.get(link_in(mails()[0]))
    assert client.post("/en/auth/invitation/")["Location"] == "/staff/"
    assert User.objects.get(pk=person.pk).role == "dpo"


def test_a_second_invitation_replaces_the_first_and_old_ones_run_out(staff: Staff, mails: Mails) -> None:
    admin, now = staff("administrator"), clock.now()
    for _ in range(2):
        inviting.invite(address="new@example.com", role=Role.AGENT, staff_name="M", language="en", by=admin, now=now)
    first, second = mails()
    old = Client()
    old.get(link_in(first))
    assert "does not work any more" in old.get("/en/auth/invitation/").content.decode()
    assert inviting.close_stale(now=now + timedelta(days=4)) == 1
    new = Client()
    new.get(link_in(second))
    assert "does not work any more" in new.get("/en/auth/invitation/").content.decode()


def test_whoever_is_shut_out_is_out_with_the_next_click(
    client: Client, staff: Staff, sign_in: SignIn, mails: Mails
) -> None:
    staff("administrator")
    agent = staff("agent")
    there = sign_in(address="agent@example.com", using=Client())
    assert there.get("/staff/").status_code == 200
    sign_in(address="administrator@example.com")
    assert client.get(f"/staff/accounts/user/{agent.pk}/deactivate/").status_code == 200
    client.post(f"/staff/accounts/user/{agent.pk}/deactivate/")
    assert there.get("/staff/").status_code == 302
    assert (
        Client().post("/en/auth/login/", {"login": "agent@example.com", "password": PASSWORD})["Location"]
        == "/en/auth/inactive/"
    )
    assert mails()[-1].notice == "account-deactivated"
    client.post(f"/staff/accounts/user/{agent.pk}/reactivate/")
    assert sign_in(address="agent@example.com", using=Client()).get("/staff/").status_code == 200


def test_the_search_takes_an_address_and_keeps_none(client: Client, staff: Staff, sign_in: SignIn) -> None:
    staff("administrator")
    agent = staff("agent")
    sign_in(address="administrator@example.com")
    page = client.get("/staff/accounts/user/", {"q": "AGENT@example.com"}).content.decode()
    assert str(agent.pk) in page and page.count("/change/") == 1


# --- a lost factor --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("strict")
def test_two_others_let_a_colleague_back_in(staff: Staff, mails: Mails) -> None:
    lost, admin, dpo = staff("agent"), staff("administrator"), staff("dpo")
    give_app(lost)
    browser = Client()
    browser.post("/en/auth/login/", {"login": "agent@example.com", "password": PASSWORD})
    assert "Ask two colleagues" in browser.get("/en/auth/factor/lost/").content.decode()
    browser.post("/en/auth/factor/lost/")
    browser.post("/en/auth/factor/lost/")
    assert "Your request is open" in browser.get("/en/auth/factor/lost/").content.decode()
    assert FactorRecovery.objects.count() == 1 and mails()[-1].notice == "recovery-asked"
    now = clock.now()
    recovering.approve(user_id=lost.pk, by=admin, now=now)
    with pytest.raises(AlreadyApproved):
        recovering.approve(user_id=lost.pk, by=admin, now=now)
    assert Authenticator.objects.filter(user=lost).exists()
    recovering.approve(user_id=lost.pk, by=dpo, now=now)
    assert not Authenticator.objects.filter(user=lost).exists()
    assert mails()[-1].notice == "recovery-done"
    assert AuditEntry.objects.filter(event="recovery.approved").count() == 2


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_who_may_not_approve(staff: Staff, role: str) -> None:
    lost = staff("administrator")
    recovering.ask(user_id=lost.pk, by=lost, now=clock.now())
    with pytest.raises(MayNotApproveRecovery):
        recovering.approve(user_id=lost.pk, by=staff(role), now=clock.now())
    with pytest.raises(MayNotApproveRecovery):
        recovering.approve(user_id=lost.pk, by=lost, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_the_same_word_twice_ones_own_and_one_about_another(staff: Staff) -> None:
    lost, admin, other = staff("agent"), staff("administrator"), staff("dpo")
    now = clock.now()
    recovery = recovering.ask(user_id=lost.pk, by=lost, now=now)
    FactorRecoveryApproval.objects.create(recovery=recovery, about=lost, approver=admin, approved_at=now)
    for about, approver in ((lost, admin), (lost, lost), (other, admin)):
        with pytest.raises(IntegrityError), transaction.atomic():
            FactorRecoveryApproval.objects.create(recovery=recovery, about=about, approver=approver, approved_at=now)


# --- the first administrator ----------------------------------------------------------------------------------------


def test_create_admin_prints_a_password_once_and_it_must_be_changed(client: Client) -> None:
    out = io.StringIO()
    call_command("create_admin", email="root@example.com", json=True, stdout=out)
    answer = json.loads(out.getvalue())
    user = User.objects.get(pk=answer["user"])
    assert answer["ok"] and user.role == "administrator"
    client.post("/en/auth/login/", {"login": "root@example.com", "password": answer["password"]})
    assert client.get("/staff/")["Location"].endswith("/auth/password/change/")
    client.post("/en/auth/password/change/", {"oldpassword": answer["password"], "password1": PASSWORD})
    assert client.get("/staff/").status_code == 200


def test_create_admin_reads_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    call_command("create_admin", email="root@example.com", password_stdin=True, stdout=io.StringIO())
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("email", ["no address", "administrator@example.com"])
def test_create_admin_says_what_is_wrong(staff: Staff, email: str) -> None:
    staff("administrator")
    with pytest.raises(CommandError):
        call_command("create_admin", email=email, stdout=io.StringIO())
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("create_admin", email=email, json=True, stdout=out)
    assert end.value.code == 1 and json.loads(out.getvalue())["ok"] is False
