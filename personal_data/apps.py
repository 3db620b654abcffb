"""Who and what is held."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonalDataConfig(AppConfig):
    name = "personal_data"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from audit.services import recording
        from personal_data import checks, keys, package_held  # noqa: F401  registers the system checks
        from personal_data.services.erasing import before_start
        from personal_data.services.merging import end_with_the_kept

        before_start(end_with_the_kept)
        recording.use_note_keys(
            seal=keys.seal_evidence, unseal=keys.unseal_evidence, unseal_many=keys.unseal_evidence_many
        )
        package_held.register()
