"""`migrate` for both databases at once, as the owner of the tables; the application's rights are given afterwards."""

from typing import Any

from django.core.management import CommandParser, call_command
from django.core.management.commands import migrate
from django.db import connections

from privacy_portal.database_roles import as_owner, gather_no_statistics, grant_application_rights
from privacy_portal.key_checks import check_keys


class Command(migrate.Command):
    help = "Brings both databases (or the one named with --database) to the present schema, as the owner of the tables."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        """Without asking the databases: their tables may not be there yet."""
        kwargs: Any = super().get_check_kwargs(options)
        return {**kwargs, "databases": []}

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs Django's own command per database; reads nothing but the migration files."""
        check_keys()
        named = options.pop("database")
        reads_only = options["plan"] or options["check_unapplied"]
        for alias in [named] if named else list(connections):
            with as_owner(alias):
                super().handle(*args, database=alias, **options)
                if reads_only:
                    continue
                if alias == "default":
                    call_command("createcachetable", database=alias, verbosity=0)
                grant_application_rights(alias)
                gather_no_statistics(alias)
        if not reads_only:
            check_keys()
