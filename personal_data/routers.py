"""Which rows stand in which database."""

from typing import Any

from django.db.models import Model

KEYS_DATABASE = "keys"
_KEY_MODELS = frozenset({"subjectkey", "keycheck"})


class KeysRouter:
    """Wrapped keys stand in the second database, which never enters the data dump; everything else in the first."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return KEYS_DATABASE if _holds_keys(model._meta.app_label, model._meta.model_name) else "default"

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return _holds_keys(one._meta.app_label, one._meta.model_name) == _holds_keys(
            other._meta.app_label, other._meta.model_name
        )

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        if model_name is None:
            return hints.get("database", "default") == db
        return (db == KEYS_DATABASE) == _holds_keys(app_label, model_name)


def _holds_keys(app_label: str, model_name: str | None) -> bool:
    return app_label == "personal_data" and model_name in _KEY_MODELS
