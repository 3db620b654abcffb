"""Stops a start with keys that are not those of this installation, before anything is written with them."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from personal_data import key_checks

_NAMES = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def check_keys() -> None:
    """Compare, and note what is used for the first time. Raises ImproperlyConfigured naming every key that does not
    fit.

    A keys database that does not answer stops nothing here: readiness says so, and asks again.
    """
    try:
        with psycopg.connect(**_address()) as connection, connection.cursor() as cursor:
            found = key_checks.faults(cursor)
            if not found:
                key_checks.note(cursor)
    except psycopg.OperationalError:
        return
    if found:
        raise ImproperlyConfigured(" ".join(found))


def _address() -> dict[str, Any]:
    database = settings.DATABASES["keys"]
    options = {key: value for key, value in database["OPTIONS"].items() if key.startswith(("ssl", "connect_"))}
    return {name: database[key] for key, name in _NAMES.items() if database.get(key)} | options
