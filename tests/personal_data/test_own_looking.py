"""The portal's own records before they go: counted by the queries of the jobs, on the page and by the command."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.translation import override

from accounts.enums import Role
from core import clock
from core.actors import SYSTEM
from core.classification import Way
from core.models import SweepState
from core.sweeps import run_sweep
from personal_data import own_records
from personal_data.enums import RunKind
from personal_data.models import DataSubject, DueNotice, RetentionTick
from personal_data.registry import declarations
from personal_data.retention_rules import rules_digest
from personal_data.services import evidence, own_looking
from personal_data.services.announcing import register_path
from personal_data.services.own_looking import OwnLine, preview_own
from personal_data.services.retention import begin_run
from policies import selectors
from policies.models import PolicyVersion
from policies.pack import pack_from_document
from tests.harness.ages import ages_at
from tests.personal_data.test_orders_desk import browser_of, colleague, text_of
from tests.personal_data.test_own_records import erased, years_on  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
HORIZONS = (0, 7, 30)


def line(kind: str, now: datetime) -> OwnLine:
    with override("en"):
        (found,) = [one for one in preview_own(now=now, horizons=HORIZONS).lines if one.kind == kind]
    return found


def notice(subject: DataSubject, now: datetime, *, ago: int) -> None:
    DueNotice.objects.create(subject=subject, notice="retention-7", due_at=now - timedelta(days=ago))


def test_every_job_that_removes_something_is_shown(policy: PolicyVersion) -> None:
    """But the engine itself, whose lines stand above, and work that ends with what it is for."""
    ways = {one.retention.sweep: one.retention.way for one in declarations() if one.retention}
    ways |= {store.keep.sweep: store.keep.way for store in own_records.STORES}
    wanted = {job for job, way in ways.items() if job and way not in (Way.FIELD, Way.WORK)}
    wanted |= own_records.known_sweeps() - own_records.BESIDE_OTHER_WORK
    kinds = list(own_records.known_kinds())
    assert {job for job, _kind in kinds} == wanted
    assert len({kind.code for _job, kind in kinds}) == len(kinds)


def test_it_tells_how_many_there_are_and_how_many_go_when(subject: DataSubject, now: datetime) -> None:
    for ago in (91, 85, 70, 0):
        notice(subject, now, ago=ago)
    found = line("notices", now)
    assert (found.held, found.goes, found.job) == (4, {0: 1, 7: 2, 30: 3}, "personal_data.notices")
    assert found.kept == "90 days after their day"
    own_records.run_own_records(now=now)
    assert (line("notices", now).held, line("notices", now).goes[0]) == (3, 0), "what was counted is what went"


def test_proof_is_counted_by_the_query_that_ends_it(erased: DataSubject, now: datetime) -> None:  # noqa: F811
    kinds = {kind.code: kind for _job, kind in own_records.known_kinds()}
    before, after = ages_at(years_on(now, -1)), ages_at(years_on(now))
    for code, sweep in (("notes", evidence.remove_old_notes), ("evidence", evidence.end_evidence)):
        over = kinds[code].over
        assert [own_looking._number(over(one)) for one in (before, after)] == [0, 1]
        assert sweep(after) == 1 and own_looking._number(over(after)) == 0


def test_what_the_policy_is_silent_on_stays_and_says_so(subject: DataSubject, now: datetime) -> None:
    version = selectors.latest_version()
    assert version is not None
    stored = PolicyVersion.objects.get(pk=version.pk).document
    stored["toml"].pop("own_records")
    kind = {kind.code: kind for _job, kind in own_records.known_kinds()}["notices"]
    silent = own_records.Ages(now + timedelta(days=4000), pack_from_document(stored))
    notice(subject, now, ago=91)
    with override("en"):
        found = own_looking._line("personal_data.notices", kind, silent, HORIZONS)
    assert found.goes == {0: 0, 7: 0, 30: 0} and found.kept == "The policy gives no period: they stay"


def test_a_register_nobody_can_read_has_no_figure(erased: DataSubject, now: datetime) -> None:  # noqa: F811
    found = line("register", now)
    assert found.held and found.goes == {0: 0, 7: 0, 30: 0}
    register_path().write_bytes(b"nothing of the kind\n")
    assert line("register", now).held is None and line("register", now).goes[0] is None


def test_it_says_that_nothing_goes_while_the_fuse_is_out(subject: DataSubject, now: datetime) -> None:
    notice(subject, now, ago=91)
    pack = ages_at(now).pack
    tick = RetentionTick.objects.create(pk=1, last_at=now, rules_digest=rules_digest(pack))
    assert not preview_own(now=now, horizons=HORIZONS).waits
    tick.rules_digest = bytes(32)
    tick.save()
    assert preview_own(now=now, horizons=HORIZONS).waits and line("notices", now).goes[0] == 1


def test_the_job_leaves_its_figures(subject: DataSubject, now: datetime) -> None:
    assert preview_own(now=now, horizons=HORIZONS).last_at is None
    notice(subject, clock.now(), ago=91)
    run_sweep(own_looking.JOB, own_records.run_own_records)
    found = preview_own(now=now, horizons=HORIZONS)
    assert found.last_done == 1 and found.last_at is not None and not found.failure
    with pytest.raises(ZeroDivisionError):
        run_sweep(own_looking.JOB, lambda now: 1 // 0)
    assert preview_own(now=now, horizons=HORIZONS).failure == "ZeroDivisionError"
    assert SweepState.objects.get().last_done == 1, "of the last one that succeeded"


def test_the_page_and_the_command_tell_them(subject: DataSubject, now: datetime) -> None:
    notice(subject, clock.now(), ago=91)
    run_sweep(own_looking.JOB, own_records.run_own_records)
    page = text_of(browser_of(colleague(Role.DPO, now, "truc")), "/staff/personal_data/retentionrun/preview/")
    assert "Notices of what was due" in page and "90 days after their day" in page and "1 record went." in page
    out = StringIO()
    call_command("retention", "--dry-run", "--json", stdout=out)
    empty, full = page.split("of which there is nothing now")[::-1]
    assert "Retention runs: 3 years after" in empty and 'scope="row">Retention runs' not in full
    begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=now)
    page = text_of(browser_of(colleague(Role.DPO, now, "lan")), "/staff/personal_data/retentionrun/preview/")
    assert 'scope="row">Retention runs' in page, "also one that is not over"
    own = json.loads(out.getvalue())["own_records"]
    assert own["last_done"] == 1 and {"kind", "held", "goes", "kept"} < set(own["lines"][0])
    out = StringIO()
    call_command("retention", "--dry-run", "--language", "en", stdout=out)
    assert "Notices of what was due (90 days after their day): 0; today 0" in out.getvalue()
