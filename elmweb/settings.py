"""Settings: the same code embedded and in production, told apart by the environment.

Embedded (the default) needs nothing: database, key and broker live in the data
directory. With ELMWEB_ENV=production everything that keeps visitors safe must be
given, and the settings refuse to load without it.

| variable | meaning |
|---|---|
| ELMWEB_ENV | `embedded` (default) or `production` |
| ELMWEB_DATA_DIR | database, key, broker socket, rendered pictures; default `data/` |
| ELMWEB_SECRET_KEY, ELMWEB_ALLOWED_HOSTS | required in production |
| ELMWEB_DATABASE_URL | `postgresql://...`; required in production |
| REDIS_URL | `redis://...` or `unix:///path`; required in production |
| ELMWEB_BASE_URL | how links begin, e.g. `https://walkers.example`; required in production |
| ELMWEB_OPEN_CONTROL | whether everyone may pause and cancel; embedded 1, production 0 |
| ELMWEB_TRUST_PROXY | whether X-Forwarded-* come from our own proxy; default 0 |
| ELM_MODELS | where models made here are kept; default `models/` in the data directory |
| ELMWEB_INSTRUCT_ENDPOINT, ELMWEB_INSTRUCT_MODEL | a chat endpoint for runs, and its model |
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from elmweb import environment as env

ENVIRONMENT = env.text("ELMWEB_ENV", "embedded")
if ENVIRONMENT not in ("embedded", "production"):
    raise env.refuse(f"ELMWEB_ENV is {ENVIRONMENT!r}; write embedded or production.")
PRODUCTION = ENVIRONMENT == "production"

BASE_DIR = env.ROOT
DATA_DIR = env.data_directory()
DEBUG = False
BASE_URL = env.text("ELMWEB_BASE_URL")  # empty: links begin as the visitor's request did

if PRODUCTION:
    SECRET_KEY = env.required("ELMWEB_SECRET_KEY", "a secret of at least 50 random characters")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
        raise env.refuse("ELMWEB_SECRET_KEY is too short; make it 50 random characters or more.")
    env.required("ELMWEB_ALLOWED_HOSTS", "the host names that visitors use, comma-separated")
    ALLOWED_HOSTS = env.words("ELMWEB_ALLOWED_HOSTS")
    if "*" in ALLOWED_HOSTS:
        raise env.refuse("ELMWEB_ALLOWED_HOSTS must name the hosts; * accepts a forged one.")
    env.required("ELMWEB_DATABASE_URL", "the PostgreSQL database, postgresql://user:...@host/name")
    env.required("REDIS_URL", "the broker, for example redis://redis:6379/0")
    env.required("ELMWEB_BASE_URL", "how links begin, for example https://walkers.example")
    if not BASE_URL.startswith("https://"):
        raise env.refuse("ELMWEB_BASE_URL must begin with https://, or sessions can be stolen.")
    CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(BASE_URL))]
else:
    SECRET_KEY = env.text("ELMWEB_SECRET_KEY") or env.embedded_secret_key(DATA_DIR)
    ALLOWED_HOSTS = env.words("ELMWEB_ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]

# --- Application -------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_vite",
    "elmweb",
    "elmweb.runs",
    "elmweb.walkers",
    "elmweb.archives",
    "elmweb.training",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a run's page is 195 kB, 40 kB compressed
    "elmweb.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "elmweb.urls"
ASGI_APPLICATION = "elmweb.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Storage -----------------------------------------------------------------

DATABASES = {"default": env.database(env.text("ELMWEB_DATABASE_URL"), DATA_DIR)}
REDIS_URL = env.broker(env.text("REDIS_URL"), DATA_DIR)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if PRODUCTION
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"

STATIC_URL = "/static/"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
# Embedded: served from where they were built. Production: from `collectstatic`.
WHITENOISE_USE_FINDERS = not PRODUCTION
STATIC_ROOT = (env.text("ELMWEB_STATIC_ROOT") or BASE_DIR / "static") if PRODUCTION else None
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_-]{8,12}\..+$"  # Vite's hashed names
DJANGO_VITE = {"default": {"manifest_path": FRONTEND_DIST / "manifest.json"}}

# --- Broker: Celery and Channels ----------------------------------------------

CHANNEL_LAYERS = {
    "default": {
        # The pubsub layer reconnects when the broker restarts; the core one drops every socket.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL}], "prefix": "elmweb"},
    }
}
CELERY_BROKER_URL = env.celery_broker(REDIS_URL)
# A worker that is killed gives its tasks back at once (acks_late, reject_on_worker_lost); one
# that vanished with its machine after the visibility timeout. Tasks may come twice: see
# `elmweb.runs.services`.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,  # seconds; longer than most tasks take
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "priority",  # a worker's queues are asked in the order given
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the broker comes back; so do the workers
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "simulation"
CELERY_TASK_ROUTES = {
    "elmweb.runs.tasks.mutate_batch": {"queue": "mutation"},
    "elmweb.runs.tasks.evaluate_batch": {"queue": "simulation"},
    "elmweb.runs.tasks.sweep": {"queue": "mutation"},
    "elmweb.walkers.tasks.preview_seed": {"queue": "interactive"},
    "elmweb.training.tasks.train": {"queue": "training"},
}
CELERY_TASK_TIME_LIMIT = 600  # seconds; a worker's child that hangs so long is replaced
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- The runs ------------------------------------------------------------------

OPEN_CONTROL = env.flag("ELMWEB_OPEN_CONTROL", not PRODUCTION)
BATCH_LEASE = timedelta(seconds=env.number("ELMWEB_BATCH_LEASE", 30))
BATCH_ATTEMPTS = 5  # a batch that killed this many workers is counted as failed
SWEEP_SECONDS = env.number("ELMWEB_SWEEP_SECONDS", 2)
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "elmweb.runs.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    }
}
MIN_FREE_DISK = int(env.number("ELMWEB_MIN_FREE_MB", 100) * 2**20)  # bytes; below it runs pause
MAX_EVALUATIONS = int(env.number("ELMWEB_MAX_EVALUATIONS", 200_000 if PRODUCTION else 10_000_000))
MAX_PROGRAM_BYTES = 64 * 1024  # of a submitted seed
# One visitor's submissions and new runs a minute; 0: no limit.
SUBMISSIONS_A_MINUTE = int(env.number("ELMWEB_SUBMISSIONS_A_MINUTE", 12 if PRODUCTION else 0))

# --- Language models -------------------------------------------------------------

MODELS_DIR = env.models_directory(DATA_DIR)
INSTRUCT_ENDPOINT, INSTRUCT_MODEL = env.instruct_endpoint()
INSTRUCT_MAX_REQUESTS = int(env.number("ELMWEB_INSTRUCT_MAX_REQUESTS", 10_000))  # of one run

# --- Safety --------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 2**20  # bytes; more is answered with 400 before a view runs
TRUST_PROXY = env.flag("ELMWEB_TRUST_PROXY", False)
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "elmweb.pages.forged"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.flag("ELMWEB_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("ELMWEB_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
