"""What requests and complaints share."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import package_parts
        from cases.people import kept_from, named_case
        from cases.services.assigning import release_all_of, release_all_of_many
        from cases.services.codes import CODES, remove_old
        from cases.services.digesting import DIGESTS, forget_digests
        from cases.services.emptying import CASES, empty_over, has_words_left
        from cases.services.open_mark import mark_people
        from personal_data.own_records import sweep_records
        from personal_data.selectors_holds import use_cases
        from personal_data.services import erasing
        from personal_data.services.evidence import keep_evidence_while, notes_go_with
        from personal_data.services.merging import when_joined
        from personal_data.services.replay_erasing import before_many_go

        erasing.before_rows_go(release_all_of)
        before_many_go(release_all_of_many)
        sweep_records("cases.empty", empty_over, [CASES])
        sweep_records("cases.codes", remove_old, [CODES])
        sweep_records("cases.digests", forget_digests, [DIGESTS])
        keep_evidence_while(has_words_left)
        notes_go_with(("complaint", "request"))
        use_cases(named_case, kept_from)
        when_joined(mark_people)
        package_parts.register()
