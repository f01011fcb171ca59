"""Django's settings, from the typed environment."""

from pathlib import Path
from typing import Any

import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu.entity import Queue
from pydantic import ValidationError

from market.config import backends
from market.config.environment import Environment

try:
    env = Environment().with_local_servers()
    MISSING_SETTINGS = env.missing()
    env = env.with_secret_key()
except ValidationError as error:
    lines = [f"  {'.'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors()]
    raise ImproperlyConfigured("The environment is not usable:\n" + "\n".join(lines)) from None

SECRET_KEY = env.secret_key
SECRET_KEY_FALLBACKS = env.secret_key_fallbacks
DEBUG = env.debug
DEMO = env.demo
ALLOWED_HOSTS = env.allowed_hosts
TRUSTED_PROXIES = env.trusted_proxies
DATA_DIR = Path(env.data_dir)
AUDIT_DIR = DATA_DIR / "audit"
NAMESPACE = env.namespace
MARKET_NAME = env.market_name
MARKET_CODE = env.market_code
HOME_REGION = env.home_region
PUBLIC_URL = env.public_url.rstrip("/")
REDIS_URL = env.redis_url
ELASTICSEARCH_URL = env.elasticsearch_url
STRIPE_API_BASE = env.stripe_api_base
STRIPE_SECRET_KEY = env.stripe_secret_key
STRIPE_WEBHOOK_SECRET = env.stripe_webhook_secret
STRIPE_PAYMENT_METHODS = env.stripe_payment_methods
METRICS_TOKEN = env.metrics_token
CLAMD_URL = env.clamd_url
AUDIT_KEY = env.audit_key
AUDIT_HASH = env.audit_hash
AUDIT_HEAD_SECONDS = env.audit_head_seconds
AUDIT_HEADS_TO = env.audit_heads_to

INSTALLED_APPS = [
    "market.config",
    "contracts.monitoring",
    "contracts.audit",
    "contracts.reports",
    "contracts.turnover",
    "contracts.registration",
    "contracts.payments",
    "contracts.agreements",
    "matching.brokerage",
    "matching.matches",
    "listings.exchange",
    "listings.imports",
    "listings.catalog",
    "search.saved",
    "search.find",
    "search.index",
    "market.pages",
    "market.notices",
    "market.accounts",
    "market.reference",
    "market.kernel",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_fsm",
    "django_htmx",
    "ninja",
]

MIDDLEWARE = [
    "market.kernel.proxies.ProxyMiddleware",
    "market.kernel.middleware.RequestIdMiddleware",
    "market.kernel.middleware.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "market.accounts.middleware.ActorMiddleware",
    "market.kernel.middleware.NoStoreMiddleware",
    "market.kernel.middleware.ExportMiddleware",
    "market.kernel.middleware.GuardMiddleware",
    "market.pages.rendering.ProblemMiddleware",
]

ROOT_URLCONF = "market.config.urls"
WSGI_APPLICATION = "market.config.wsgi.application"
PROBLEM_PAGE = "market.pages.rendering.problem_page"
CSRF_FAILURE_VIEW = "market.kernel.http.expired_form"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "market.pages.loader.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "market.pages.templatetags.marks"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "market.pages.context.portal",
            ],
        },
    }
]


DATABASES = {"default": backends.database(env.database_url, namespace=NAMESPACE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL or "redis://127.0.0.1:1",
        "KEY_PREFIX": NAMESPACE,
    },
    # Pages of papers as pictures: too large for Valkey, at most some 100 MB, and any of them can be drawn anew.
    "drawn_pages": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "drawn_pages",
        "TIMEOUT": 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "market.accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "market.accounts.passwords.GuessableValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "market.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "market.accounts.adapters.EvenSignupForm",
    "login": "market.accounts.adapters.TidyLoginForm",
    "add_email": "market.accounts.adapters.TidyAddEmailForm",
    "reset_password": "market.accounts.adapters.TidyResetPasswordForm",
}
# A session alone changes neither e-mail nor password, and the old address is told of what was changed.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
PASSWORD_RESET_TIMEOUT = 3 * 3600
MFA_ADAPTER = "market.accounts.adapters.MFAAdapter"
MFA_FORMS = {"add_webauthn": "market.accounts.adapters.KeyNameForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.secure
MFA_TOTP_TOLERANCE = 1  # a phone whose clock is half a minute off
MFA_ROLES = env.roles_with_second_factor
SESSION_IDLE_MINUTES = env.session_idle_minutes
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if env.secure else "http"
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    # For no file that a field keeps without saying where.
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": backends.private_files(env),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
MAX_BODY_BYTES = 21 * 1024 * 1024  # a file of the largest size and the form around it
WEB_THREADS = env.web_threads

if env.secure:
    # No other host below the domain can set these.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.secure
SECURE_SSL_REDIRECT = env.secure
SECURE_HSTS_SECONDS = 31_536_000 if env.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.hsts_subdomains
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.secure else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

RATE_LIMIT = env.rate_limit
RATE_LIMITS = {
    # Of one person or key.
    "read": "1200/minute",
    "write": "240/minute",
    # Of one address, which may be a whole city's: apart, so that none of them shuts out another.
    "anonymous_read": "6000/minute",
    "anonymous_write": "600/minute",
    "sign_in": "600/minute",
}
# A city behind one address signs in; an account is guessed at a few times. Whoever names an address, with an account or
# without, has mail sent to it: at most so many a day, so that nobody is pestered.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "300/m/ip,5/5m/key",
    "signup": "60/m/ip",
    "reset_password": "120/m/ip,5/m/key,20/d/key",
    "reset_password_from_key": "120/m/ip",
    "confirm_email": "1/180s/key,20/d/key",
}

EMAIL_BACKEND = "market.kernel.mailbox.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.default_from_email or backends.NOBODY
if env.email_url:
    globals().update(backends.mail(env.email_url, sender=env.default_from_email))
SERVER_EMAIL = DEFAULT_FROM_EMAIL

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "events"
# Without -Q a worker serves both; a larger deployment gives the long jobs workers of their own.
CELERY_TASK_QUEUES = (Queue("events"), Queue("jobs"))
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{NAMESPACE}:", "visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {
    "market.kernel.tasks.run_job": {"queue": "jobs"},
    "search.index.tasks.sweep_index": {"queue": "jobs"},
    "search.index.tasks.renew_index": {"queue": "jobs"},
    "search.index.tasks.encode_*": {"queue": "jobs"},
    "matching.matches.tasks.*": {"queue": "jobs"},
    "listings.catalog.tasks.*": {"queue": "jobs"},
    "contracts.monitoring.tasks.*": {"queue": "jobs"},
    "contracts.payments.tasks.follow_up_checkouts": {"queue": "jobs"},
    "contracts.turnover.tasks.*": {"queue": "jobs"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "resume-stalled-jobs": {"task": "market.kernel.tasks.resume_stalled_jobs", "schedule": 30.0},
    "prune": {"task": "market.kernel.tasks.prune", "schedule": 3600.0},
    "mail-audit-head": {"task": "market.kernel.tasks.mail_audit_head", "schedule": crontab(minute="50", hour="7")},
    # Eight o'clock is when digests are due; the other hours make up for an eight o'clock that was missed.
    "tell-saved-searches": {"task": "search.saved.tasks.tell_saved_searches", "schedule": crontab(minute="0")},
    "expire-listings": {"task": "listings.catalog.tasks.expire_listings", "schedule": crontab(minute="5", hour="0")},
    "encode-missing": {"task": "search.index.tasks.encode_missing", "schedule": crontab(minute="40", hour="2")},
    "settle-turnover": {"task": "contracts.turnover.tasks.settle_sums", "schedule": crontab(minute="15", hour="0")},
    "renew-index": {"task": "search.index.tasks.renew_index", "schedule": crontab(minute="*/10")},
    "sweep-index": {"task": "search.index.tasks.sweep_index", "schedule": crontab(minute="10", hour="4")},
    "match-due": {"task": "matching.matches.tasks.match_due", "schedule": 60.0},
    "tell-of-matches": {"task": "matching.matches.tasks.tell_of_matches", "schedule": crontab(minute="30")},
    "match-everything": {"task": "matching.matches.tasks.match_everything", "schedule": crontab(minute="20", hour="3")},
    "warn-of-misses": {"task": "contracts.monitoring.tasks.warn_of_misses", "schedule": crontab(minute="30", hour="8")},
    "follow-up-checkouts": {"task": "contracts.payments.tasks.follow_up_checkouts", "schedule": 600.0},
    # The 5th is the day; the days after make up for a 5th that was missed, since a month has its draft once.
    "draft-last-month": {
        "task": "contracts.reports.tasks.draft_last_month",
        "schedule": crontab(minute="0", hour="8", day_of_month="5-28"),
    },
    "prune-saved-search-hits": {
        "task": "search.saved.tasks.prune_saved_search_hits",
        "schedule": crontab(minute="30", hour="3"),
    },
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "filters": {"routes": {"()": "market.kernel.logs.RouteInsteadOfPath"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["routes"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "elastic_transport": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        # A refused request has its line from RequestIdMiddleware; Django's comes after the request's id is gone.
        "django.request": {"level": "ERROR"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LANGUAGE_COOKIE_SAMESITE = "Lax"
