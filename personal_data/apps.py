"""Who and what is held."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonalDataConfig(AppConfig):
    name = "personal_data"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from audit.services import recording
        from personal_data import checks, keys  # noqa: F401  registers the system checks

        recording.use_note_keys(
            seal=keys.seal_evidence, unseal=keys.unseal_evidence, unseal_many=keys.unseal_evidence_many
        )
