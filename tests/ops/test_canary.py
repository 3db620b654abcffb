"""Nothing of the erased can be read anywhere in an installation, and nothing of the living in clear; at small size."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.canary import Canaries, canaries
from tests.ops.canary_marks import MARKS, WORDS, Search, shapes

EACH = {"page": 4, "request": 4, "retention": 5, "disposal": 5, "living": 2}
PLACED = ("postgres/base/1/left", "media/left", "mail/left.eml", "log/left")


@pytest.mark.parametrize("mark", MARKS)
def test_a_planted_mark_is_found_in_every_shape(mark: str, tmp_path: Path) -> None:
    search = Search()
    for number, (name, form) in enumerate(shapes(mark).items()):
        planted = tmp_path / f"{number}"
        planted.write_bytes(b"\0\1" * 5000 + form + b"\n" * 100)
        found = [hit for hit in search.file(planted, name) if hit.mark == mark]
        assert found and all(form in hit.around for hit in found if len(form) < 60), name


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "other").write_text("Kẹp Bướm và Đồng; 0986 178 177; kepbuom", encoding="utf-8")
    assert list(Search().folder(tmp_path)) == []
    (tmp_path / WORDS).write_bytes(b"x")
    assert [hit.place for hit in Search().folder(tmp_path)] == [f"name of {WORDS}"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaries]:
    folder = tmp_path_factory.mktemp("canary")
    folder.chmod(0o711)
    folder.parent.chmod(0o711)
    with canaries(folder) as found:
        yield found


@pytest.mark.slow
@pytest.mark.xdist_group("installations")
def test_the_erased_are_found_nowhere_and_the_living_nowhere_in_clear(world: Canaries) -> None:
    world.make(EACH)
    before = world.found()
    assert {hit.place.partition("/")[0] for hit in before} >= {"mail", "postgres"}, "it finds what is there"
    world.erase()
    world.rewrite()
    for place in PLACED:
        path = world.up.home / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{WORDS} planted", encoding="utf-8")
    assert {told.partition(": ")[0] for told in world.wrong(world.found())} >= set(PLACED)
    for place in PLACED:
        (world.up.home / place).unlink()
    assert world.wrong(world.found()) == []
    assert world.process.ask("left", world.gone()) == {}
