"""A deletion of everything that stands in the register and was never committed: whoever asked for it gets what they
would have got, once. Whoever comes back with a backup was told already.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from accounts.services.closing import close_account, remove_account
from core.actors import SYSTEM
from dsr_requests.enums import RequestKind
from personal_data import keys
from personal_data.enums import ErasureState, SubjectState
from personal_data.errors import TooLateToCancel
from personal_data.models import DataSubject, ErasureRun, RecipientTask, RegisterHead, RetentionLine, RetentionRun
from personal_data.retention_rules import WHOLE_PERSON
from personal_data.services import erasing, register_standing
from personal_data.services.replaying import follow_register, replay_all
from personal_data.services.retention_people import erase_again
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.cases.fixtures import MEMBER_ADDRESS, Mail, mails_of, queued
from tests.dsr_requests import steps
from tests.dsr_requests.carrying import NAME, PHONE, all_of_it, decided, run, run_of
from tests.personal_data.test_register import lines

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

Replay = Callable[..., object]
BY_ITSELF, BY_COMMAND = follow_register, replay_all


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """No answer of another test is remembered."""
    register_standing.forget()
    yield
    register_standing.forget()


@pytest.fixture
def at_once(policy_in_force: PolicyVersion, tmp_path: Path, now: datetime) -> None:
    """The same policy, in which a deletion begins without cooling off."""
    folder = tmp_path / "clever-group"
    shutil.copytree(settings.BASE_DIR / "policies" / "packs" / "clever-group", folder)
    facts = folder / "policy.toml"
    text = facts.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^cooling_off_hours = \d+$", "cooling_off_hours = 0", text)
    facts.write_text(re.sub(r"(?m)^version = (\d+)$", lambda one: f"version = {int(one[1]) + 1}", text), "utf-8")
    publish(path=folder, by=SYSTEM, now=now, demo=True)


@pytest.fixture
def begun(register_file: Path, now: datetime) -> None:
    """A register that was in use before."""
    follow_register(now=now)


@contextmanager
def crash(register_file: Path) -> Iterator[None]:
    """What is done stands in the register, and the database forgets it."""
    before = len(lines(register_file))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        yield
        raise ZeroDivisionError
    assert len(lines(register_file)) > before


def hold(member: User, now: datetime) -> None:
    steps.hold(member, now=now, full_name=NAME, phone=PHONE)


def last_mails() -> list[Mail]:
    return [mail for mail in queued() if mail.notice in ("account-erased", "data-erased")]


def told_once(run: ErasureRun, notice: str = "account-erased") -> None:
    """One mail to the person, and its link says that it is done."""
    run.refresh_from_db()
    assert run.state == ErasureState.DONE
    (mail,) = last_mails()
    assert (mail.notice, mail.to) == (notice, MEMBER_ADDRESS)
    token = erasing.progress_token(run)
    (link,) = re.findall(rf"https?://[^/\s]+(/\S*{token}\S*)", mail.body)
    page = Client().get(link)
    assert page.status_code == 200
    assert Client().get(link.replace("certificate/", "")).status_code == 200


@pytest.mark.parametrize("replay", [BY_ITSELF, BY_COMMAND])
@pytest.mark.usefixtures("begun", "at_once")
def test_who_deleted_the_account_is_told_once(member: User, register_file: Path, now: datetime, replay: Replay) -> None:
    hold(member, now)
    with crash(register_file):
        close_account(user_id=member.pk, address=MEMBER_ADDRESS, by=member, now=now)
    assert not ErasureRun.objects.exists() and not queued()
    for _turn in range(2):
        replay(now=now)
        erasing.run_due_erasures(now=now)
    told_once(ErasureRun.objects.get())
    assert DataSubject.objects.get(pk=member.subject_id).state == SubjectState.ERASED
    assert "SUPPRESS" in ErasureRun.objects.get().steps.values_list("kind", flat=True)
    assert RecipientTask.objects.filter(sealed_names__isnull=False).exists()
    assert len(lines(register_file)) == 2, "announced once"


@pytest.mark.parametrize("replay", [BY_ITSELF, BY_COMMAND])
@pytest.mark.usefixtures("begun")
def test_a_deletion_that_cooled_off_goes_on_under_its_link(
    member: User, register_file: Path, now: datetime, replay: Replay
) -> None:
    hold(member, now)
    run = close_account(user_id=member.pk, address=MEMBER_ADDRESS, by=member, now=now)
    later = now + timedelta(hours=25)
    with crash(register_file):
        erasing._may_go_on(run, later)
    replay(now=later)
    with pytest.raises(TooLateToCancel):
        erasing.cancel_erasure(run_id=run.pk, by=member, now=later)
    for _turn in range(2):
        erasing.run_due_erasures(now=later)
        replay(now=later)
    assert ErasureRun.objects.get() == run
    told_once(run)
    assert len([one for one in lines(register_file)[1:] if "erased" in str(one["entries"])]) == 1


@pytest.mark.usefixtures("begun")
def test_whoever_was_taken_up_again_before_the_register_is_followed_is_told_once(
    member: User, register_file: Path, now: datetime
) -> None:
    hold(member, now)
    run = close_account(user_id=member.pk, address=MEMBER_ADDRESS, by=member, now=now)
    later = now + timedelta(hours=25)
    with crash(register_file):
        erasing._may_go_on(run, later)
    erasing._may_go_on(run, later)
    assert erasing._try(run.steps.get(kind="SUPPRESS"), later)
    keys.destroy_data_key(member.subject_id)  # killed again, within the next step
    follow_register(now=later)
    erasing.run_due_erasures(now=later)
    told_once(run)


@pytest.mark.usefixtures("begun", "at_once")
def test_an_account_nobody_proved_is_told_nothing(member: User, register_file: Path, now: datetime) -> None:
    with crash(register_file):
        remove_account(user=member, by=SYSTEM, now=now)
    follow_register(now=now)
    assert ErasureRun.objects.get().is_done and not queued()


@pytest.mark.usefixtures("begun", "at_once")
def test_a_request_goes_on_as_it_was_decided(
    member: User, agent: User, dpo: User, register_file: Path, now: datetime
) -> None:
    hold(member, now)
    request = decided(member, all_of_it(RequestKind.DELETE), by=agent, second_by=dpo, now=now)
    # The steps before it are committed one by one; the erasure is the one that is killed.
    with crash(register_file):
        run(request, now=now)
    assert not ErasureRun.objects.exists()
    follow_register(now=now)
    found = run_of(request)
    told_once(found, "data-erased")
    run(request, now=now)
    assert "ERASE" not in [step.kind for step in request.steps.exclude(state="DONE")]
    assert ErasureRun.objects.count() == 1


@pytest.mark.usefixtures("begun", "at_once")
def test_whom_the_retention_erased_is_told_once_and_counted(member: User, register_file: Path, now: datetime) -> None:
    hold(member, now)
    swept = RetentionRun.objects.create(
        kind="NIGHTLY", day=now.date(), as_of=now, begun_by="system", rules_digest=b"", started_at=now
    )
    RetentionLine.objects.create(run=swept, rule=WHOLE_PERSON, target="personal_data.datasubject")
    with crash(register_file):
        erase_again(subject_id=member.subject_id, basis=f"retention:{swept}", now=now)
    for _turn in range(2):
        follow_register(now=now)
    found = ErasureRun.objects.get()
    assert found.basis == f"retention:{swept}"
    told_once(found, "data-erased")
    assert RecipientTask.objects.filter(basis=found.basis).exists()
    swept.refresh_from_db()
    assert (swept.people_gone, swept.lines.get().gone) == (1, 1)


@pytest.mark.parametrize("replay", [BY_ITSELF, BY_COMMAND])
@pytest.mark.usefixtures("begun", "at_once")
def test_whoever_comes_back_with_a_backup_is_not_told_again(member: User, now: datetime, replay: Replay) -> None:
    """The key is in another database, which is not restored: it is gone."""
    hold(member, now)
    backup = dict(RegisterHead.objects.values().get())
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        token = erasing.progress_token(close_account(user_id=member.pk, address=MEMBER_ADDRESS, by=member, now=now))
        raise ZeroDivisionError
    keys.destroy_data_key(member.subject_id)
    RegisterHead.objects.update(**backup)
    register_standing.forget()
    replay(now=now)
    erasing.run_due_erasures(now=now)
    assert DataSubject.objects.get(pk=member.subject_id).state == SubjectState.ERASED
    assert not mails_of("account-erased") and not RecipientTask.objects.exists()
    with override("en"):
        link, proof, pdf = (
            reverse(f"accounts:erase_{name}", kwargs={"token": token})
            for name in ("progress", "certificate", "certificate_pdf")
        )
    text = Client().get(link).content.decode()
    assert "Everything is deleted" in text and "restored from a backup" in text and proof not in text
    assert Client().get(proof)["Location"] == Client().get(pdf)["Location"] == link
    with time_machine.travel(now + erasing.LINK_WORKS + timedelta(hours=1), tick=False):
        assert Client().get(link).status_code == 404
