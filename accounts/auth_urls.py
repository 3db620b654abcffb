"""Addresses below `auth/`. The names are those of the sign-in library, which looks its pages up by them."""

from allauth.account import views as account_views
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path

from accounts.views import security, sign_in, staffing

urlpatterns = [
    path("login/", sign_in.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("signup/", sign_in.signup, name="account_signup"),
    path("signup/representative/", sign_in.representative, name="account_representative"),
    path("confirm-email/", sign_in.confirm_address, name="account_email_verification_sent"),
    path("resume/", sign_in.resume, name="account_resume"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account_views.password_change, name="account_change_password"),
    path("password/reset/", sign_in.ask_reset, name="account_reset_password"),
    path("password/reset/confirm/", sign_in.confirm_reset, name="account_confirm_password_reset_code"),
    path("password/reset/complete/", sign_in.complete_reset, name="account_complete_password_reset"),
    path("address/", security.address, name="account_email"),
    path("address/check/", security.address_check, name="account_address_check"),
    path("security/", security.security, name="account_security"),
    path("security/", security.security, name="mfa_index"),
    path("security/sessions/", security.sessions, name="usersessions_list"),
    path("security/sessions/<int:session_id>/end/", security.session_end, name="account_session_end"),
    path("factor/", sign_in.factor, name="mfa_authenticate"),
    path("factor/lost/", staffing.factor_lost, name="account_factor_lost"),
    path("factor/confirm/", factor_views.reauthenticate, name="mfa_reauthenticate"),
    path("security/app/add/", app_views.activate_totp, name="mfa_activate_totp"),
    path("security/app/remove/", app_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", recovery_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("security/codes/download/", recovery_views.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("security/passkeys/", passkey_views.list_webauthn, name="mfa_list_webauthn"),
    path("security/passkeys/add/", security.add_passkey, name="mfa_add_webauthn"),
    path("security/passkeys/confirm/", passkey_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("security/passkeys/<int:pk>/remove/", passkey_views.remove_webauthn, name="mfa_remove_webauthn"),
    path("security/passkeys/<int:pk>/edit/", passkey_views.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkey/", passkey_views.login_webauthn, name="mfa_login_webauthn"),
    path("invitation/", staffing.invitation, name="account_invitation"),
    path("invitation/<str:token>/", staffing.invitation_link, name="account_invitation_link"),
]
