"""The layout is a contract: sizes, names, and the signature of every write."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "privacy_portal accounts complaints dsr_requests cases consent outbound personal_data policies audit core"
).split()
LONGEST_FILE = 400
DUMPING_GROUNDS = {"utils", "helpers", "common", "misc"}

# Services nobody asked for: the portal itself acts, and says so in the entry.
ACTS_AS_THE_SYSTEM: dict[str, str] = {
    "accounts.services.closing.remove_unverified": "a periodic job",
    "cases.services.emptying.empty_case": "a periodic job",
    "dsr_requests.services.forgetting.forget_copy_holds": "a periodic job",
    "dsr_requests.services.forgetting.forget_paused_addresses": "a periodic job",
    "personal_data.services.key_sweep.remove_orphan_keys": "a periodic job",
    "personal_data.services.importing.check_batch": "the worker's turn of an import somebody opened",
    "personal_data.services.packaging.expire_due": "a periodic job",
    "personal_data.services.retention_work.finish": "a run works by itself, whoever began it",
    "personal_data.services.retention_work.give_up": "a run works by itself, whoever began it",
    "personal_data.services.ordering.sweep_late": "a periodic job",
    "personal_data.services.order_names.forget_names": "a periodic job",
    "cases.services.reminding.mark_case": "a periodic job",
    "cases.services.assigning.auto_assign": "follows from a case coming in or its address being proved",
    "cases.services.assigning.release_all_of": "follows from deactivating a member of staff",
    "audit.services.recording.actor_reference": "writes nothing",
}


def source_files() -> list[Path]:
    found = []
    for package in (*PACKAGES, "benchmarks"):
        for suffix in ("py", "css", "js"):
            found += (ROOT / package).rglob(f"*.{suffix}")
    found += (ROOT / "templates").rglob("*.html")
    return [path for path in found if not {"migrations", "vendor"} & set(path.parts)]


def test_there_are_files_to_look_at() -> None:
    assert len(source_files()) > 100


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_a_dumping_ground(path: Path) -> None:
    assert path.stem not in DUMPING_GROUNDS


def public_services() -> list[tuple[str, object]]:
    found = []
    for package in PACKAGES[1:]:
        folder = ROOT / package / "services"
        if not folder.is_dir():
            continue
        for module in pkgutil.iter_modules([str(folder)]):
            loaded = importlib.import_module(f"{package}.services.{module.name}")
            for name, function in inspect.getmembers(loaded, inspect.isfunction):
                if not name.startswith("_") and function.__module__ == loaded.__name__:
                    found.append((f"{loaded.__name__}.{name}", function))
    return found


def test_every_write_names_its_moment_and_its_actor_by_keyword() -> None:
    """Who acts is `by`, when is `now`; neither is guessed inside, and neither is taken for something else."""
    services = public_services()
    assert len(services) > 50
    wrong = []
    for name, function in services:
        parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
        source = inspect.getsource(function)  # type: ignore[arg-type]
        records = "record(" in source or " note(" in source
        if records and not {"by", "now"} <= parameters.keys():
            wrong.append(name)
        if any(parameters[key].kind is not inspect.Parameter.KEYWORD_ONLY for key in {"by", "now"} & parameters.keys()):
            wrong.append(name)
    assert "\n".join(sorted(set(wrong) - ACTS_AS_THE_SYSTEM.keys())) == ""
