"""The programs of the background jobs: `python -m privacy_portal.jobs worker` and `python -m privacy_portal.jobs beat`.

The library's own command line is not used: with the shell it brings along it takes 10 MB in each program that lasts.
Beat only rings, and does without the library altogether.
"""

import sys


def worker() -> int:
    """Does what is rung for until asked to stop."""
    from privacy_portal.celery import app

    program = app.Worker(loglevel="WARNING", quiet=True, without_gossip=True, without_mingle=True)
    program.start()
    return int(program.exitcode or 0)


def beat() -> int:
    """Rings until asked to stop."""
    from privacy_portal import beat as program

    program.run()
    return 0


PROGRAMS = {"worker": worker, "beat": beat}

if __name__ == "__main__":
    chosen = PROGRAMS.get(" ".join(sys.argv[1:]))
    sys.exit(chosen() if chosen else f"usage: python -m privacy_portal.jobs {'|'.join(PROGRAMS)}")
