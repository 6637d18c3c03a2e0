"""All settings. Safe for production by default; the environment decides the rest (`config/env.py`)."""

from pathlib import Path
from typing import Any

from celery.schedules import schedule
from django.core.exceptions import ImproperlyConfigured

from config import env, logging
from config.passkey_place import passkey_place
from config.plugged_in import *  # noqa: F403  # each name is a setting
from config.schedule import SCHEDULE, TASK_MODULES

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_local()

# --- Where we run -------------------------------------------------------------------------------------------------
LOCAL = env.flag("PARLEY_LOCAL", default=False)  # set by `manage.py up` and by the tests, never in production
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.words("SECRET_KEY_FALLBACKS")
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]

# --- Parts --------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "config",
    "tenancy",
    "accounts",
    "django_otp_webauthn",  # after accounts: its models ask for the user model while ours are being read
    "texting",
    "compliance",
    "portal",
    "retention",
]

MIDDLEWARE = [
    "config.middleware.Trace",
    "config.middleware.ProviderRequests",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.SessionCookie",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActingMember",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False  # a redirect would throw away a provider's POST

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["config.ui", "template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "config.context.frame",
            ],
        },
    }
]

# --- Data ---------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL"), "keys": env.database("KEYS_DATABASE_URL")}
DATABASE_ROUTERS = ["tenancy.routers.KeysRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},  # it keeps doorbells only: silence is an answer
    }
}

SPOOL_DIR = env.text("SPOOL_DIR", default="")  # a folder of this machine: providers' answers while the database is away
PDF_FONT_DIR = env.text("PDF_FONT_DIR", default="/usr/share/fonts/truetype/dejavu")  # Debian: fonts-dejavu-core

# --- Keys (SECURITY: outside the database) ------------------------------------------------------------------------
ROOT_KEY = env.key("ROOT_KEY")  # 32 bytes, base64: wraps every organization's key
AUDIT_SIGNING_KEY = env.key("AUDIT_SIGNING_KEY")  # 32-byte Ed25519 seed, base64: signs the log's checkpoints
AUDIT_OLD_PUBLIC_KEYS = env.words("AUDIT_OLD_PUBLIC_KEYS")  # base64: keys that signed checkpoints earlier
AUDIT_CHECKPOINT_DIR = env.text(
    "AUDIT_CHECKPOINT_DIR", default=""
)  # a folder that the database's administrator cannot write
# --- Backups (`retention/backups`) ---------------------------------------------------------------------------------
BACKUP_KEY = env.key("BACKUP_KEY")  # 32 bytes, base64: seals backups; kept outside every database and every backup
BACKUP_DATABASE_URL = env.secret("BACKUP_DATABASE_URL")  # both as a role that reads every row and writes none
BACKUP_KEYS_DATABASE_URL = env.secret("BACKUP_KEYS_DATABASE_URL")
BACKUP_KEEP_DAYS = env.number("BACKUP_KEEP_DAYS", default=35, minimum=1, maximum=3650)  # the main database's copies
RETENTION_DRILL_SERVER = "config.embedded.throw_away.server"  # where a restore is tried, unless another is named
POSTGRES_PROGRAMS = env.text("POSTGRES_PROGRAMS", default="")  # a folder with pg_dump and pg_restore; empty: looked for

# --- Sign-in ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS: list[
    str
] = []  # `accounts.signing_in` is the only way in; `authenticate()` must not be another
PASSWORD_HASHERS = ["accounts.passwords.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "accounts.passwords.EasyValidator"},
    {"NAME": "accounts.passwords.OwnWordsValidator"},
]
SELF_SIGN_UP = env.flag("SELF_SIGN_UP")  # whether strangers may make organizations; operators always may
LOGIN_URL = "sign_in"
SESSION_ENGINE = "accounts.sessions"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 7 * 24 * 3600  # seconds; each organization's own limits are shorter (`accounts.session_limits`)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_NAME = "parley_session" if LOCAL else "__Host-parley_session"
CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_NAME = "parley_csrf" if LOCAL else "__Host-parley_csrf"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in a meta tag
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
KNOWN_BROWSER_COOKIE_NAME = "parley_known" if LOCAL else "__Host-parley_known"
SAML_COOKIE_NAME = "parley_saml" if LOCAL else "__Host-saml"
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0, minimum=0, maximum=5)
MESSAGE_STORAGE = (
    "django.contrib.messages.storage.cookie.CookieStorage"  # a notice may name a contact: not in our tables
)
REMEMBERED_COOKIE_NAME = "parley_remembered" if LOCAL else "__Host-parley_remembered"
OTP_TOTP_ISSUER = "Parley"
# Looks up the TXT records that prove an e-mail domain; a local system takes names that no DNS can know as proved.
SSO_TXT_RESOLVER = "accounts.saml.txt_records.local_records" if LOCAL else "accounts.saml.txt_records.records"
OTP_WEBAUTHN_RP_NAME = "Parley"
# A passkey belongs to this host name for ever. Browsers know no passkeys of bare addresses, so on this machine it is
# its name; where neither https nor that name is used there are none, and nobody is offered one.
OTP_WEBAUTHN_RP_ID, OTP_WEBAUTHN_ALLOWED_ORIGINS = passkey_place(PUBLIC_BASE_URL, local=LOCAL)
OTP_WEBAUTHN_CREDENTIAL_MODEL = "accounts.Passkey"
OTP_WEBAUTHN_EXCEPTION_LOGGER_NAME = ""
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False  # of the library's own pages, which have no address here
SILENCED_SYSTEM_CHECKS = ["otp_webauthn.E030"]  # no allowed origin: no passkeys, see above
ACCOUNTS_CODE_SENDERS = ["texting.code_line.CodeLine"]

# --- Browser ------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not LOCAL
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^webhooks/"]  # a redirect would throw away a provider's POST
SECURE_HSTS_SECONDS = 0 if LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never in clear on a disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 26_000_000  # of a whole request; what is larger is not read
DATA_UPLOAD_MAX_NUMBER_FILES = 10

STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = LOCAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if LOCAL else "config.storage.HashedFiles"
    },
}

# --- Words --------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français")]  # French: what customers read
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

LOGGING = logging.configuration(env.text("LOG_LEVEL", default="INFO"), as_json=env.flag("LOG_JSON", default=not LOCAL))
METRICS_TOKEN = env.secret("METRICS_TOKEN")  # who names it may read /metrics; "" means that there is no such page

# --- Mail (`accounts/mail`) ---------------------------------------------------------------------------------------
EMAIL_HOST = env.text("SMTP_HOST", default="")
EMAIL_TLS = env.choice("SMTP_TLS", ("starttls", "tls", "off"), default="starttls")
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_TLS == "starttls", EMAIL_TLS == "tls"
EMAIL_PORT = env.number(
    "SMTP_PORT", default={"starttls": 587, "tls": 465, "off": 25}[EMAIL_TLS], minimum=1, maximum=65535
)
EMAIL_HOST_USER = env.text("SMTP_USER", default="")
EMAIL_HOST_PASSWORD = env.secret("SMTP_PASSWORD")
EMAIL_TIMEOUT = env.number("SMTP_TIMEOUT", default=10, minimum=1, maximum=30)  # seconds, of each step with the server
DEFAULT_FROM_EMAIL = env.mail_sender("MAIL_FROM", default="Parley <parley@localhost>")
MAIL_REPLIES = env.mail_address("MAIL_REPLIES")  # a mailbox that takes replies+anything@ and is read (IMAP_*)
IMAP_HOST = env.text("IMAP_HOST", default="")
IMAP_TLS = env.choice("IMAP_TLS", ("tls", "starttls", "off"), default="tls")
IMAP_PORT = env.number("IMAP_PORT", default=993 if IMAP_TLS == "tls" else 143, minimum=1, maximum=65535)
IMAP_USER = env.text("IMAP_USER", default=MAIL_REPLIES)
IMAP_PASSWORD = env.secret("IMAP_PASSWORD")
IMAP_FOLDER = env.text("IMAP_FOLDER", default="INBOX")
if bool(MAIL_REPLIES) != bool(IMAP_HOST):
    raise ImproperlyConfigured("Set MAIL_REPLIES and IMAP_HOST both, or neither: answers that nobody reads are lost.")
MAILBOX_ENABLED = LOCAL and not EMAIL_HOST  # mails stay on this machine and are read at /mailbox/
EMAIL_BACKEND = (
    "accounts.mail.mailbox.MailboxBackend" if MAILBOX_ENABLED else "django.core.mail.backends.smtp.EmailBackend"
)

# --- Work outside requests (SECURITY 3.5; `config/celery.py` has the rest) -----------------------------------------
CELERY_BEAT_SCHEDULE = dict(SCHEDULE)

# Where a process kills or stops itself, for trying crashes (`tenancy/crash_points.py`).
CRASH_AT = env.text("CRASH_AT", default="") if LOCAL else ""
PAUSE_AT = env.text("PAUSE_AT", default="") if LOCAL else ""

# --- What is plugged in (upward calls stand in `config/plugged_in.py`) ----------------------------------------------
CELERY_IMPORTS = [*TASK_MODULES]
SIMULATOR_ENABLED = LOCAL
if SIMULATOR_ENABLED:
    CELERY_IMPORTS += ["texting.simulator.tasks"]
    CELERY_BEAT_SCHEDULE["run the simulated network"] = {
        "task": "texting.simulator.tasks.run_network",
        "schedule": schedule(1),
    }
TEXTING_PROVIDERS = {
    "twilio": "texting.providers.twilio.TwilioProvider",
    **({"simulator": "texting.providers.simulator.SimulatorProvider"} if SIMULATOR_ENABLED else {}),
}
PORTAL_PAYMENT_PROVIDERS = {
    "stripe": "portal.payments.stripe.adapter.StripePayments",
    **({"simulator": "portal.payments.simulator.SimulatedPayments"} if SIMULATOR_ENABLED else {}),
}
# Another address than the provider's own: an egress proxy, or a stand-in. The operator's choice, never a member's.
PORTAL_PAYMENT_BASE_URLS = {"stripe": env.text("STRIPE_BASE_URL", default="")}
CLAMAV = env.text("CLAMAV", default="")  # tcp://host:3310 or unix:///path: scans files; empty: nothing is scanned
QUARANTINE_DAYS = env.number("QUARANTINE_DAYS", default=14, minimum=1, maximum=90)  # refused webhooks are kept so long
# Another address than the provider's own: an egress proxy, or a stand-in. The operator's choice, never a member's.
TEXTING_PROVIDER_BASE_URLS = {"twilio": env.text("TWILIO_BASE_URL", default="")}
# Campaigns at a time, of all organizations: fewer than there are workers, so that one is free for replies.
SENDING_BULK_TURNS = env.number("SENDING_BULK_TURNS", default=1, minimum=1, maximum=1000)
SENDING_PRICES = env.text("SENDING_PRICES", default="")  # a file like texting/limits/data/prices.json; empty: that one

# --- Addresses that members give us (`tenancy/egress`) ---------------------------------------------------------------
WEBHOOK_LOG_DAYS = env.number("WEBHOOK_LOG_DAYS", default=30, minimum=4, maximum=365)  # more than three days of retries
EGRESS_PROXY = env.text("EGRESS_PROXY", default="")  # http://host:port that takes CONNECT: a second wall
EGRESS_DENIED = env.words("EGRESS_DENIED")  # networks with public numbers that are our own, and never called
EGRESS_LOOPBACK = env.flag("EGRESS_LOOPBACK")  # local only: this machine may be called, at any port
env.only_on_local_systems("EGRESS_LOOPBACK", "EGRESS_CA_FILE", local=LOCAL)
EGRESS_CA_FILE = env.text("EGRESS_CA_FILE", default="")  # local only: a certificate authority for trials

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Parley API",
    "VERSION": "1",
    "DESCRIPTION": "Secure business texting: send texts, read the answers. Errors are problem documents (RFC 9457).",
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": PUBLIC_BASE_URL}],
    "SECURITY": [{"key": []}],
    "APPEND_COMPONENTS": {
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key: parley_live_..."}}
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.closed",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
