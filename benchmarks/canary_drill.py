"""Nothing of the erased is left anywhere, at full size: a thousand people with values of their own in every field,
file, complaint and message live in an installation and are erased by the page, by a request, by retention and by a
disposal.

Then tables are rewritten and the log is switched twice, and the databases' files with their log, dumps, the broker's
memory, files, letters and everything printed are searched for each value in every shape. Prints what was found and
exits 1 when anything of the erased can be read, or anything of the living stands in clear where it should not.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.ops.canary import Canaries, canaries
from tests.ops.canary_marks import MARKS, WORDS, Search

PEOPLE = int(os.environ.get("PORTAL_DRILL_PEOPLE", "1000"))
SHARES = {"page": 0.3, "request": 0.2, "retention": 0.25, "disposal": 0.24}
TOLD = 40


def main() -> None:
    """The drill once."""
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the embedded servers may run as another account
        with canaries(folder) as world:
            wrong = _drill(world)
    print(f"{PEOPLE} people, {len(wrong)} places in which something can be read that should not be")
    sys.exit(1 if wrong else 0)


def _drill(world: Canaries) -> list[str]:
    numbers = {road: max(1, round(PEOPLE * share)) for road, share in SHARES.items()}
    numbers["living"] = max(1, PEOPLE - sum(numbers.values()))
    began = time.monotonic()
    world.make(numbers)
    _say(began, f"{len(world.people)} people live: {numbers}; {len(world.blobs)} files of those to be erased")
    began = time.monotonic()
    world.erase()
    _say(began, f"all but the living are erased; retention: {world.retained}")
    began = time.monotonic()
    world.rewrite()
    planted = world.up.home / "planted"
    planted.write_text(f"{WORDS} 0000", encoding="utf-8")
    hits = world.found()
    planted.unlink()
    seen = [told for told in world.wrong(hits) if told.startswith("planted: ")]
    wrong = [told for told in world.wrong(hits) if not told.startswith("planted: ")]
    _say(
        began,
        f"searched for {len(MARKS)} marks in {len(Search().forms)} shapes; the planted one was found: {bool(seen)}",
    )
    places = Counter(hit.place.partition("/")[0] for hit in hits if hit.place != "planted")
    print(f"hits that may be, the living and the last letters: {dict(places)}", flush=True)
    left = world.process.ask("left", world.gone())
    print(f"of the erased a key could still open: {left or 'nothing'}", flush=True)
    for told in wrong[:TOLD]:
        print(f"WRONG {told}", flush=True)
    return [*wrong, *left, *([] if seen else ["the planted mark was not found"])]


def _say(began: float, words: str) -> None:
    print(f"{time.monotonic() - began:6.0f} s  {words}", flush=True)


if __name__ == "__main__":
    main()
