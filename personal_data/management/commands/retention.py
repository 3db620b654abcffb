"""Show what the retention rules let go, or run them now."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import clock
from core.actors import SYSTEM
from core.errors import NotAllowed
from core.templatetags.portal import moment
from personal_data.enums import RunKind, RunState
from personal_data.erasure_words import label_of
from personal_data.errors_register import RegisterRefused
from personal_data.errors_runs import RunFailed
from personal_data.held_words import held_back_lines
from personal_data.models import RetentionRun
from personal_data.retention_words import words_beside_policy
from personal_data.services.own_looking import preview_own
from personal_data.services.replaying import follow_register
from personal_data.services.retention import begin_run, continue_run, preview_everything

HORIZONS = (0, 7, 30)
OPEN = (RunState.RUNNING, RunState.STOPPED)


class Command(BaseCommand):
    help = (
        "Run the retention rules now, going on with a run that is open. With --dry-run show what goes today, in 7 and "
        "in 30 days, and what is held back. Fails when the run stopped for two people, or could not go on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only show what would go; changes nothing")
        parser.add_argument("--language", choices=("vi", "en"), default="vi", help="language of the messages")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["language"]):
            report = _preview() if options["dry_run"] else _run()
            if options["json"]:
                self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2, default=datetime.isoformat))
            else:
                self.stdout.write("\n".join(_told(report)))
        if not report["ok"]:
            raise SystemExit(1)


def _preview() -> dict[str, Any]:
    now = clock.now()
    days = {days: [asdict(line) for line in preview_everything(now=now, horizon_days=days)] for days in HORIZONS}
    return {"ok": True, "days": days, "own_records": asdict(preview_own(now=now, horizons=HORIZONS))}


def _run() -> dict[str, Any]:
    try:
        # No gate stands before a command; one beside a damaged register, or behind it, deletes nothing.
        follow_register(now=clock.now())
        open_run = RetentionRun.objects.filter(state__in=OPEN).first()
        run = open_run or begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
        if run.state == RunState.RUNNING:
            continue_run(run_id=run.pk, now=clock.now(), longest=None)
    except RegisterRefused as refused:
        words = _("The erasure register is refused (%(fault)s). Nothing was done; see docs/runbooks/restore.md.")
        return {"ok": False, "error": str(refused), "message": words % {"fault": refused}}
    except RunFailed as failure:
        return {"ok": False, "error": "failed", "message": _("The run could not go on: %(why)s") % {"why": failure}}
    except NotAllowed as refusal:
        return {"ok": False, "error": refusal.code, "message": str(refusal.message)}
    run.refresh_from_db()
    return {
        "ok": run.state == RunState.DONE,
        "run": str(run.pk),
        "state": run.state,
        "message": str(run.get_state_display()),
        "items": run.items_gone,
        "people": run.people_gone,
        "stops": [{"reason": stop.reason, "figures": stop.figures} for stop in run.stops.all()],
        "lines": [
            {"rule": line.rule, "target": line.target, "gone": line.gone, "held_back": line.held_back}
            for line in run.lines.all()
        ],
    }


def _told(report: dict[str, Any]) -> list[str]:
    if "days" in report:
        people = [words for days, lines in report["days"].items() for words in _day_told(days, lines)]
        return [*people, *_own_told(report["own_records"])]
    lines = [str(report["message"])]
    if "run" in report:
        figures = {"items": report["items"], "people": report["people"]}
        lines.append(_("Entries deleted: %(items)d. People erased: %(people)d.") % figures)
        lines += [f"  {stop['reason']} {json.dumps(stop['figures'])}" for stop in report["stops"]]
        lines += [
            f"  {_rule(line['rule'])} · {label_of(line['target'])}: {line['gone']}{_held(line['held_back'])}"
            for line in report["lines"]
        ]
    return lines


def _day_told(days: int, lines: list[dict[str, Any]]) -> list[str]:
    head = _("Goes within %(days)d days:") % {"days": days} if days else _("Goes today:")
    told = [
        _("  %(rule)s · %(table)s: people %(people)d, entries %(items)d")
        % {
            "rule": _rule(line["rule"]),
            "table": label_of(line["target"]),
            "people": line["people"],
            "items": line["items"],
        }
        + _held(line["held_back"])
        + (f" ({', '.join(line['samples'])})" if line["samples"] else "")
        for line in lines
    ]
    return [head, *(told or [_("  nothing")])]


def _rule(code: str) -> str:
    """A rule of the policy by its code, anything else in words."""
    return words_beside_policy(code) or code


def _own_told(own: dict[str, Any]) -> list[str]:
    told = [_("What the portal writes for its own work:")]
    if own["waits"]:
        told.append(_("  nothing of it goes for now: a run waits for two people, or the clock ran ahead"))
    told += [
        _("  %(what)s (%(kept)s): %(held)s; today %(today)s, in 7 days %(week)s, in 30 days %(month)s")
        % {**line, "held": _number(line["held"]), **dict(zip(("today", "week", "month"), _goes(line), strict=True))}
        for line in own["lines"]
    ]
    last = {"moment": own["last_at"] and moment(own["last_at"]), "count": _number(own["last_done"])}
    return [*told, _("  last run: %(moment)s, records removed: %(count)s") % last] if own["last_at"] else told


def _goes(line: dict[str, Any]) -> list[str]:
    return [_number(line["goes"][ahead]) for ahead in HORIZONS]


def _number(number: int | None) -> str:
    return _("not known") if number is None else str(number)


def _held(held_back: dict[str, int]) -> str:
    told = "; ".join(held_back_lines(held_back))
    return _("; held back: %(reasons)s") % {"reasons": told} if told else ""
