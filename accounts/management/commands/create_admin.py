"""`manage.py create_admin`: the first administrator, or another one when nobody can get in."""

import getpass
import json
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.enums import Role
from accounts.models import User
from accounts.services.staffing import create_staff
from core import clock
from core.actors import SYSTEM
from core.errors import NotAllowed


class Command(BaseCommand):
    help = (
        "Makes an administrator. The password is asked for at a terminal, read from standard input with "
        "--password-stdin, and otherwise made up and printed once; a made-up one must be changed at the first sign-in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="the address the administrator signs in with")
        parser.add_argument("--name", default="", help="the name colleagues see")
        parser.add_argument(
            "--language", default=settings.LANGUAGE_CODE, choices=[code for code, _ in settings.LANGUAGES]
        )
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits 1 with one line when the address is no address, is taken, or the password is too weak."""
        try:
            self._make(options)
        except CommandError as error:
            if not options["json"]:
                raise
            self.stdout.write(json.dumps({"ok": False, "error": str(error)}))
            sys.exit(1)

    def _make(self, options: dict[str, Any]) -> None:
        try:
            validate_email(options["email"])
            password, made_up = self._password(options)
            validate_password(password, User(email=options["email"], staff_name=options["name"]))
            user = create_staff(
                address=options["email"],
                password=password,
                role=Role.ADMINISTRATOR,
                staff_name=options["name"] or str(Role.ADMINISTRATOR.label),
                language=options["language"],
                by=SYSTEM,
                now=clock.now(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except NotAllowed as refusal:
            raise CommandError(str(refusal.message)) from refusal
        if made_up:
            User.objects.filter(pk=user.pk).update(password_is_temporary=True)
        self._tell(user, password if made_up else None, as_json=options["json"])

    def _password(self, options: dict[str, Any]) -> tuple[str, bool]:
        if options["password_stdin"]:
            return sys.stdin.readline().rstrip("\n"), False
        if sys.stdin.isatty() and not options["json"]:
            return getpass.getpass("Password (at least 10 characters): "), False
        return secrets.token_urlsafe(15), True

    def _tell(self, user: User, made_up: str | None, *, as_json: bool) -> None:
        if as_json:
            answer: dict[str, object] = {"ok": True, "user": str(user.pk)}
            if made_up:
                answer["password"] = made_up
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(f"Administrator made. Sign in at {settings.PORTAL_URL}/ and set up a second factor.")
        if made_up:
            self.stdout.write(f"Password, shown this once and to be changed at the first sign-in: {made_up}")
