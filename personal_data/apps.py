"""Who and what is held."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonalDataConfig(AppConfig):
    name = "personal_data"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from audit.services import recording
        from core.sweeps import close_while, goes_on
        from personal_data import checks, keys, package_held, wrapped_here  # noqa: F401  registers the system checks
        from personal_data.own_records import sweep_records
        from personal_data.services.erasing import before_start
        from personal_data.services.evidence import EVIDENCE, NOTES, end_evidence, remove_old_notes
        from personal_data.services.merging import end_with_the_kept
        from personal_data.services.own_rows import (
            IMPORTS,
            NOTICES,
            PROOF_KINDS,
            remove_imports,
            remove_notices,
            remove_proof,
        )
        from personal_data.services.register_standing import closed
        from personal_data.services.retention_looking import effect_of_rules
        from personal_data.services.setting_apart import SET_APART, end_kept
        from personal_data.services.shortening import FRAMES, shorten_register
        from personal_data.services.undoing import UNAPPLIED, discard_stale
        from policies.effects import tell_effect

        before_start(end_with_the_kept)
        close_while(closed)
        tell_effect(effect_of_rules)
        goes_on("personal_data.replay_register")
        recording.use_note_keys(
            seal=keys.seal_evidence, unseal=keys.unseal_evidence, unseal_many=keys.unseal_evidence_many
        )
        package_held.register()
        sweep_records("personal_data.evidence", end_evidence, [EVIDENCE])
        sweep_records("personal_data.kept_by_law", end_kept, [SET_APART])
        sweep_records("personal_data.register", shorten_register, [FRAMES])
        sweep_records("personal_data.notes", remove_old_notes, [NOTES])
        sweep_records("personal_data.imports", remove_imports, [IMPORTS])
        sweep_records("personal_data.imports_unapplied", discard_stale, [UNAPPLIED])
        sweep_records("personal_data.notices", remove_notices, [NOTICES])
        sweep_records("personal_data.proof", remove_proof, PROOF_KINDS)
        wrapped_here.register()
