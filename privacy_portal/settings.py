"""Settings: one file, read from the environment. Every name is listed in `.env.example`; each may also be given as
NAME_FILE.
"""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from privacy_portal import embedded, secrets_store

BASE_DIR = Path(__file__).resolve().parent.parent
env = secrets_store.Environment()

# --- what this installation is -------------------------------------------------------------------------------------
PORT = env.int("PORT", default=8000)
PORTAL_HOME = Path(env.str("PORTAL_HOME", default=str(BASE_DIR / "var"))).resolve()
PORTAL_REGISTER_FILE = Path(
    env.str("PORTAL_REGISTER_FILE", default="") or PORTAL_HOME / "register" / "erasures.register"
).resolve()
PORTAL_BACKUP_DAYS = env.whole("PORTAL_BACKUP_DAYS", default=35, least=1, most=3660)
PORTAL_KEYS_BACKUP_DAYS = env.whole("PORTAL_KEYS_BACKUP_DAYS", default=7, least=1, most=366)
PORTAL_POLICY = env.str("PORTAL_POLICY", default="clever-group")
PORTAL_PACKS_DIR = env.str("PORTAL_PACKS_DIR", default="")
PORTAL_DEMO = env.bool("PORTAL_DEMO", default=False)
PORTAL_URL = env.str("PORTAL_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
PORTAL_CLOCK_OFFSET = env.int("PORTAL_CLOCK_OFFSET", default=0) if PORTAL_DEMO else 0
PORTAL_STYLEGUIDE = env.bool("PORTAL_STYLEGUIDE", default=False)
DEBUG = env.bool("DJANGO_DEBUG", default=False)

# --- secrets: demo makes its own once, elsewhere a missing one stops the start by name -----------------------------
_secrets = secrets_store.Secrets(env, home=PORTAL_HOME, create=PORTAL_DEMO)
SECRET_KEY = _secrets.text("DJANGO_SECRET_KEY")
PORTAL_KEYS = _secrets.keyring("PORTAL_KEYS")
PORTAL_INDEX_KEY = _secrets.key("PORTAL_INDEX_KEY")
PORTAL_ALIAS_KEY = _secrets.key("PORTAL_ALIAS_KEY")
PORTAL_REGISTER_KEY = _secrets.key("PORTAL_REGISTER_KEY")
PORTAL_SEAL_KEY = _secrets.key("PORTAL_SEAL_KEY")

# --- applications, in the order of the import line ---------------------------------------------------------------
INSTALLED_APPS = [
    "privacy_portal.apps.PortalConfig",
    "accounts.apps.AccountsConfig",
    "complaints.apps.ComplaintsConfig",
    "dsr_requests.apps.DsrRequestsConfig",
    "cases.apps.CasesConfig",
    "consent.apps.ConsentConfig",
    "outbound.apps.OutboundConfig",
    "personal_data.apps.PersonalDataConfig",
    "policies.apps.PoliciesConfig",
    "audit.apps.AuditConfig",
    "core.apps.CoreConfig",
    "privacy_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
]

MIDDLEWARE = [
    # The headers of every answer come first: static files and refusals of the middlewares below carry them too.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "privacy_portal.middleware.PersonalPagesMiddleware",
    "privacy_portal.middleware.ReadToTheEndMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "privacy_portal.restored.RestoredMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "privacy_portal.middleware.StaffLanguageMiddleware",
    "privacy_portal.middleware.NoNullMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ReauthenticationMiddleware",
]

ROOT_URLCONF = "privacy_portal.urls"
WSGI_APPLICATION = "privacy_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "policies.context.policy",
                "privacy_portal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- databases and broker: real servers of our own when no address is given -----------------------------------------
_databases = embedded.database_settings(env, home=PORTAL_HOME)
DATABASES = {"default": _databases.data, "keys": _databases.keys}
DATABASE_OWNERS = {"default": _databases.data_owner, "keys": _databases.keys_owner}
DATABASE_APP_ROLE = _databases.app_role
DATABASE_ROUTERS = ["personal_data.routers.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = embedded.redis_url(env, home=PORTAL_HOME)
EMBEDDED_POSTGRES = embedded.is_embedded(env)
EMBEDDED_VALKEY = not env.str("REDIS_URL", default="")

CACHES = {
    # Sign-in throttles stand in PostgreSQL, so that losing the broker does not reopen them.
    # Keys hold network addresses, so they are hashed; and a flood of keys must not push throttles out.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "privacy_portal_cache",
        "KEY_FUNCTION": "accounts.throttle_keys.hashed_key",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
}
SESSION_ENGINE = "accounts.sessions"
# Longer than a sign-in lasts (accounts.session_limits): whose session has just ended should still be known.
SESSION_COOKIE_AGE = int(timedelta(hours=24).total_seconds())
SESSION_SAVE_EVERY_REQUEST = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- people -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"
CSRF_FAILURE_VIEW = "accounts.views.sign_in.csrf_failure"

# --- signing in (django-allauth) ------------------------------------------------------------------------------------
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 8}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("PORTAL_BEHIND_PROXY", default=False) else 0
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_DISPLAY = "accounts.sealed_address.user_display"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmAddressForm",
    "confirm_password_reset_code": "accounts.forms.ConfirmResetForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "signup": "40/m/ip",
    "confirm_email": "3/m/key,10/h/key",
    "reset_password": "20/m/ip,5/5m/key,20/d/key",
}
MFA_ADAPTER = "accounts.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "accounts.forms.FactorForm",
    "reauthenticate": "accounts.forms.ConfirmFactorForm",
    "activate_totp": "accounts.forms.ActivateAppForm",
    "deactivate_totp": "accounts.forms.RemoveAppForm",
    "generate_recovery_codes": "accounts.forms.NewRecoveryCodesForm",
}

# --- languages and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "privacy_portal.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
STATUTORY_TIME_ZONE = "Asia/Ho_Chi_Minh"

# --- files -------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
FILES_ROOT = PORTAL_HOME / "files"  # what people sent and are handed, sealed
STATIC_ROOT = Path(env.str("PORTAL_STATIC_ROOT", default=str(PORTAL_HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "privacy_portal" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# The largest file a pack may ask for, and a little for the form around it.
PORTAL_UPLOAD_MAX_BYTES = 51 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["core.uploads.BoundedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
# Well above what any form takes: whoever chooses a few too many is told beside the field, with nothing typed lost.
DATA_UPLOAD_MAX_NUMBER_FILES = 40

# --- what a browser may do -----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
_https = PORTAL_URL.startswith("https://")
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[PORTAL_URL] if _https else [])
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("PORTAL_BEHIND_PROXY", default=False) else None
)
# Retention: the share of people or entries in percent that a run deletes by itself, and how long it rests, in seconds
# for each second of work.
PORTAL_RETENTION_MAX_SHARE = env.whole("PORTAL_RETENTION_MAX_SHARE", default=5, least=0, most=100)
PORTAL_RETENTION_PAUSE = env.measure("PORTAL_RETENTION_PAUSE", default=3.0, least=0, most=100)
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, where there is no TLS
SECURE_HSTS_SECONDS = int(timedelta(days=730).total_seconds()) if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _https
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- mail ---------------------------------------------------------------------------------------------------------
_email = env.email_url("EMAIL_URL", default="consolemail://") if env.str("EMAIL_URL", default="") else {}
EMAIL_DELIVERY = "smtp" if _email else "folder"
EMAIL_HOST = _email.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _email.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("PORTAL_FROM_EMAIL", default="portal@localhost")

# --- logs: ids and codes only -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "privacy_portal.logs.Reticent",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {
        "not_about_readiness": {"()": "privacy_portal.logs.NotAboutReadiness"},
        "routes_not_addresses": {"()": "privacy_portal.logs.RoutesNotAddresses"},
        "task_failures": {"()": "privacy_portal.logs.TaskFailures"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["not_about_readiness", "routes_not_addresses", "task_failures"],
        },
    },
    "root": {"handlers": ["console"], "level": env.str("PORTAL_LOG_LEVEL", default="INFO")},
    "loggers": {"celery": {"level": "WARNING"}},  # a line per task is no news
}
