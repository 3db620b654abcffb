"""Data-subject requests."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DsrRequestsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "dsr_requests"
    verbose_name = _("Requests")

    def ready(self) -> None:
        from cases.clock import time_with
        from cases.describing import CaseWords, describe_with
        from cases.enums import MarkCode
        from cases.kinds import count_with
        from cases.phrases import say_with
        from cases.services.emptying import unknown_sender
        from cases.services.reminding import end_with, remind_with
        from cases.services.verifying import when_proved
        from dsr_requests import package_parts
        from dsr_requests.counting import FACTS
        from dsr_requests.models import Snapshot
        from dsr_requests.periods import PERIODS
        from dsr_requests.person_part import part_of
        from dsr_requests.phrases import FOR_PERSON, FOR_STAFF, LOOKS, reason_of, staff_reason_of
        from dsr_requests.selectors import describe
        from dsr_requests.selectors_holding import is_copy_held
        from dsr_requests.selectors_identity import is_erasure_held
        from dsr_requests.services import forgetting
        from dsr_requests.services.contact_care import tell_old_contact
        from dsr_requests.services.ending_unidentified import end_unidentified, remind
        from dsr_requests.services.fulfilling import erase_again
        from dsr_requests.services.identifying import identify_by_proved_address
        from dsr_requests.services.snapshots import sealing_context
        from dsr_requests.services.telling_on import copy_is_made, erasure_is_over, recipient_confirmed, tell_of_late
        from dsr_requests.staff_wording import request_told
        from personal_data.basis_words import tell_basis_with
        from personal_data.holders import when_contact_changes
        from personal_data.own_records import sweep_records
        from personal_data.package_sections import ground_words_from
        from personal_data.services.erasing import hold_while, when_over
        from personal_data.services.ordering import when_confirmed, when_late
        from personal_data.services.packaging import hold_back_while, when_made
        from personal_data.services.replay_erasing import begin_again_with
        from personal_data.wrapped import WrappedColumn, also_wrapped

        describe_with("request", CaseWords(describe, more=part_of, reason=reason_of, staff_reason=staff_reason_of))
        say_with(person=FOR_PERSON, staff=FOR_STAFF, looks=LOOKS)
        time_with("request", PERIODS)
        unknown_sender("request", forgetting.NEVER_KNOWN)
        sweep_records("dsr_requests.identity_files", forgetting.forget_identity_files, [forgetting.IDENTITY_FILES])
        sweep_records("dsr_requests.paused_addresses", forgetting.forget_paused_addresses, [forgetting.PAUSES])
        sweep_records("dsr_requests.copy_holds", forgetting.forget_copy_holds, [forgetting.COPY_HOLDS])
        count_with("request", FACTS)
        package_parts.register()
        snapshot_of = WrappedColumn(
            Snapshot,
            "sealed",
            lambda kept: sealing_context(kept.case_id),
            target=lambda kept: f"request:{kept.case_id}",
        )
        also_wrapped(snapshot_of)
        ground_words_from(package_parts.ground_words)
        tell_basis_with("request", request_told)
        when_proved("request", identify_by_proved_address)
        remind_with("request", remind)
        end_with("request", MarkCode.ADDRESS_END, end_unidentified)
        when_contact_changes(tell_old_contact)
        when_over(erasure_is_over)
        begin_again_with("request", erase_again)
        hold_while(is_erasure_held)
        when_made(copy_is_made)
        hold_back_while(is_copy_held)
        when_confirmed(recipient_confirmed)
        when_late(tell_of_late)
