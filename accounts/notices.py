"""The mails about signing in: which template of `templates/notices/` stands for which event of the sign-in library."""

NOTICE_OF = {
    "account/email/email_confirmation_signup": "address-code",
    "account/email/email_confirmation": "address-code",
    "account/email/account_already_exists": "account-exists",
    "account/email/unknown_account": "account-unknown",
    "account/email/password_reset_code": "reset-code",
    "account/email/password_reset": "password-changed",
    "account/email/password_changed": "password-changed",
    "account/email/password_set": "password-changed",
    "account/email/email_changed": "address-changed",
    "account/email/email_deleted": "address-changed",
    "mfa/email/totp_activated": "factor-changed",
    "mfa/email/totp_deactivated": "factor-changed",
    "mfa/email/webauthn_added": "factor-changed",
    "mfa/email/webauthn_removed": "factor-changed",
    "mfa/email/recovery_codes_generated": "factor-changed",
    "accounts/new_browser": "new-browser",
}

STAFF_INVITATION = "staff-invitation"
RECOVERY_ASKED = "recovery-asked"
RECOVERY_DONE = "recovery-done"
ACCOUNT_DEACTIVATED = "account-deactivated"
ACCOUNT_ERASED = "account-erased"
ERASURE_BEGINS = "erasure-begins"
DATA_ERASED = "data-erased"
DATA_IMPORTED = "data-imported"
RETENTION_WARNING = "retention-warning"

ALL = (
    *dict.fromkeys(NOTICE_OF.values()),
    STAFF_INVITATION,
    RECOVERY_ASKED,
    RECOVERY_DONE,
    ACCOUNT_DEACTIVATED,
    ACCOUNT_ERASED,
    ERASURE_BEGINS,
    DATA_ERASED,
    DATA_IMPORTED,
    RETENTION_WARNING,
)
