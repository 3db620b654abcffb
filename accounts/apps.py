"""People who sign in.

The one place where signals are used: the sign-in library announces by signal what it did, and its address rows must
not be saved without their sealed twin.
"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts and staff")

    def ready(self) -> None:
        from allauth.account import signals as at_the_door
        from allauth.account.models import EmailAddress
        from allauth.mfa import signals as factors
        from django.contrib.auth.signals import user_logged_out
        from django.db.models.signals import post_migrate, post_save, pre_delete, pre_save

        from accounts import (
            address_rows,
            agent_scope,
            erasure_hook,
            package_parts,
            role_groups,
            sign_in_record,
            wrapped_here,
        )
        from accounts.models import User
        from accounts.sealed_address import address_of_subject
        from accounts.selectors import known_by_sign_in
        from accounts.services import closing, ending, forgetting
        from accounts.services.warning import POST
        from accounts.sign_in_holders import SIGN_INS
        from accounts.staff_letters import write_to_staff
        from outbound.addresses import use_address_book
        from personal_data.holders import use_sign_ins
        from personal_data.import_known import also_known_by_address
        from personal_data.own_records import show_records, sweep_records
        from personal_data.permissions import responsible_when
        from personal_data.services.erasing import before_rows_go, before_start, when_done
        from personal_data.services.replay_erasing import before_many_go
        from personal_data.services.warning import warn_with
        from personal_data.sign_in_address import use_sign_in_address
        from personal_data.staff_telling import tell_staff_with

        for model in (EmailAddress, User):
            pre_save.connect(
                address_rows.refuse_plain_address, sender=model, dispatch_uid="accounts.refuse_plain_address"
            )
        post_save.connect(address_rows.seal_address, sender=EmailAddress, dispatch_uid="accounts.seal_address")
        pre_delete.connect(address_rows.drop_address, sender=EmailAddress, dispatch_uid="accounts.drop_address")
        post_migrate.connect(role_groups.write_roles, sender=self, dispatch_uid="accounts.write_roles")

        use_address_book(address_of_subject)
        warn_with(POST)
        also_known_by_address(known_by_sign_in)
        use_sign_in_address(address_of_subject)
        use_sign_ins(SIGN_INS)
        before_start(erasure_hook.shut_when_it_starts)
        before_many_go(erasure_hook.shut_many_before_they_go)
        before_rows_go(erasure_hook.shut_before_rows_go)
        when_done(erasure_hook.tell_it_is_done)
        responsible_when(agent_scope.has_a_case_of)
        tell_staff_with(write_to_staff)
        sweep_records("accounts.desk_log", forgetting.forget_desk_log, [forgetting.DESK_LOG])
        sweep_records("accounts.invitations", forgetting.forget_invitations, [forgetting.INVITATIONS])
        sweep_records("accounts.recoveries", forgetting.forget_recoveries, [forgetting.RECOVERIES])
        sweep_records("accounts.throttles", forgetting.forget_throttles, [forgetting.THROTTLES])
        sweep_records("accounts.unproved", closing.remove_unverified, [closing.UNPROVED])
        show_records("accounts.sweep_sessions", [ending.SESSIONS])
        package_parts.register()
        wrapped_here.register()

        at_the_door.user_logged_in.connect(sign_in_record.on_signed_in, dispatch_uid="accounts.on_signed_in")
        user_logged_out.connect(sign_in_record.on_signed_out, dispatch_uid="accounts.on_signed_out")
        for signal in (at_the_door.password_changed, at_the_door.password_set, at_the_door.password_reset):
            signal.connect(sign_in_record.on_password_changed, dispatch_uid="accounts.on_password_changed")
        for signal in (at_the_door.email_verification_code_rejected, at_the_door.password_reset_code_rejected):
            signal.connect(sign_in_record.on_code_refused, dispatch_uid="accounts.on_code_refused")
        at_the_door.email_confirmed.connect(
            sign_in_record.on_address_verified, dispatch_uid="accounts.on_address_verified"
        )
        at_the_door.email_changed.connect(sign_in_record.on_address_changed, dispatch_uid="accounts.on_address_changed")
        factors.authenticator_added.connect(sign_in_record.on_factor_added, dispatch_uid="accounts.on_factor_added")
        factors.authenticator_reset.connect(sign_in_record.on_factor_added, dispatch_uid="accounts.on_factor_reset")
        factors.authenticator_removed.connect(
            sign_in_record.on_factor_removed, dispatch_uid="accounts.on_factor_removed"
        )
        factors.authentication_failed.connect(
            sign_in_record.on_factor_refused, dispatch_uid="accounts.on_factor_refused"
        )
