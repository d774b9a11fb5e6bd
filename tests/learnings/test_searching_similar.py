"""Whether a pasted error or a paraphrase leads to the challenge that somebody had before."""

# ruff: noqa: E501 - messages stand as they were printed

import pytest

from learnings.searching import similar_to
from learnings.searching.noise import MOST_WORDS, significant
from tests.factories.learnings import ChallengeFactory
from tests.own_time import own_time

CHALLENGES = {
    "cors": ("CORS blocks requests from the React app", "Access to fetch at the API from origin http://localhost:3000 has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present."),
    "port": ("Port 5432 is already in use", "docker compose up says: Bind for 0.0.0.0:5432 failed: port is already allocated. A PostgreSQL of the system was running."),
    "refused": ("Web container cannot reach PostgreSQL", "psycopg2.OperationalError: could not connect to server: Connection refused. Is the server running on host \"localhost\" and accepting TCP/IP connections on port 5432? Inside of Docker, localhost is the container."),
    "settings": ("ImproperlyConfigured: settings are not configured", "django.core.exceptions.ImproperlyConfigured: Requested setting INSTALLED_APPS, but settings are not configured. You must define DJANGO_SETTINGS_MODULE."),
    "conflict": ("Conflicting migrations after a merge", "Two branches each added a migration 0005: CommandError: Conflicting migrations detected; multiple leaf nodes in the migration graph."),
    "undefined": ("Cannot read properties of undefined (reading 'map')", "The list is rendered before the data has been fetched, TypeError in React."),
    "jwt": ("JWT expires while a form is filled in", "The access token lasts five minutes, so the post answers 401 Unauthorized: token_not_valid."),
    "nplus": ("The list of orders runs hundreds of queries", "For every order Django fetched its customer: N+1. select_related was missing."),
    "migratecol": ("Column does not exist after deploying", "django.db.utils.ProgrammingError: column users_user.phone does not exist. Migrations were not applied in production."),
    "celery": ("Celery tasks never run", "The task stays PENDING. The worker listened to another queue than the one that delay() sends to."),
    "kombu": ("Worker cannot connect to RabbitMQ", "kombu.exceptions.OperationalError: [Errno 111] Connection refused, amqp://guest@127.0.0.1:5672//"),
    "redis": ("Cached page shows old prices", "Redis kept the page for an hour after the product had changed."),
    "static": ("Static files are 404 in production", "With DEBUG=False the admin has no CSS: collectstatic was missing, and whitenoise."),
    "circular": ("Circular import between models", "ImportError: cannot import name 'Order' from partially initialized module 'shop.models' (most likely due to a circular import)"),
    "secret": ("A secret key was pushed to GitHub", "The .env file was committed. Rotated the key and rewrote the history."),
    "conflictgit": ("Merge conflict in package-lock.json", "Both branches had installed packages. git checkout --theirs and npm install."),
    "tz": ("Dates are off by one day", "Naive datetimes were compared with aware ones: TypeError: can't compare offset-naive and offset-aware datetimes. USE_TZ."),
    "upload": ("Uploads over one megabyte are refused", "nginx answers 413 Request Entity Too Large. client_max_body_size was at its default."),
    "gateway": ("502 Bad Gateway from nginx", "connect() failed (111: Connection refused) while connecting to upstream: gunicorn bound to 127.0.0.1 inside of its container."),
    "unique": ("Two sign-ups with the same e-mail at once", "django.db.utils.IntegrityError: duplicate key value violates unique constraint \"users_user_email_key\""),
    "deadlock": ("Deadlock detected while transferring money", "psycopg.errors.DeadlockDetected: two transactions locked the accounts in different order. Sorting by id before select_for_update helped."),
    "memory": ("The import is killed", "A CSV of two gigabytes was read at once, exit code 137: out of memory. Reading it in chunks with iterator()."),
    "csrf": ("Forbidden (403) CSRF verification failed", "Behind the proxy the origin was http, CSRF_TRUSTED_ORIGINS lacked the host."),
    "venv": ("ModuleNotFoundError although the package is installed", "ModuleNotFoundError: No module named 'rest_framework'. pip had installed into another interpreter than the virtual environment's."),
    "hooks": ("Too many re-renders", "React limits the number of renders to prevent an infinite loop: setState was called in the body of the component."),
    "ssh": ("Permission denied (publickey) on git push", "git@github.com: Permission denied (publickey). The key was not added to the agent."),
    "async": ("SynchronousOnlyOperation in an async view", "django.core.exceptions.SynchronousOnlyOperation: You cannot call this from an async context - use a thread or sync_to_async."),
    "json": ("Object of type Decimal is not JSON serializable", "TypeError when the price was put into the session."),
    "index": ("Search over a million products is slow", "LIKE '%word%' scans the whole table; a GIN index with full-text search brought it from 3 s to 20 ms."),
    "pagination": ("Infinite scroll shows rows twice", "New rows arrived between two pages of an offset. Cursors ended it."),
}  # fmt: skip

QUERIES = {
    "refused": """Traceback (most recent call last):
  File "/home/lena/projects/shop/.venv/lib/python3.11/site-packages/django/db/backends/base/base.py", line 275, in ensure_connection
    self.connect()
  File "/home/lena/projects/shop/.venv/lib/python3.11/site-packages/psycopg2/__init__.py", line 122, in connect
    conn = _connect(dsn, connection_factory=connection_factory, **kwasync)
django.db.utils.OperationalError: could not connect to server: Connection refused
	Is the server running on host "localhost" (127.0.0.1) and accepting
	TCP/IP connections on port 5432?""",
    "undefined": """Uncaught TypeError: Cannot read properties of undefined (reading 'map')
    at ProductList (http://localhost:3000/static/js/bundle.js:412:21)
    at renderWithHooks (react-dom.development.js:14985:18)
    at mountIndeterminateComponent (react-dom.development.js:17811:13)""",
    "settings": "2026-03-01 10:22:31,123 ERROR django.core.exceptions.ImproperlyConfigured: Requested setting DATABASES, but settings are not configured. You must either define the environment variable DJANGO_SETTINGS_MODULE or call settings.configure()",
    "cors": "Access to XMLHttpRequest at 'http://127.0.0.1:8000/api/v1/orders/' from origin 'http://localhost:5173' has been blocked by CORS policy",
    "circular": "ImportError: cannot import name 'Invoice' from partially initialized module 'billing.models' (most likely due to a circular import) (/app/billing/models.py)",
    "unique": "IntegrityError: duplicate key value violates unique constraint \"accounts_customer_email_key\" DETAIL: Key (email)=(lena@example.org) already exists. request_id=0b9ffb2e-3c25-4b42-9f0e-6dd5a0ba32a3",
    "port": "Error response from daemon: driver failed programming external connectivity on endpoint shop-db-1 (9f86d081884c7d659a2feaa0c55ad015): Bind for 0.0.0.0:5432 failed: port is already allocated",
    "nplus": "my list of orders fires hundreds of queries, one for each customer",
    "celery": "celery task stays pending forever and the worker does nothing",
    "static": "admin has no css in production, static files not found 404",
    "conflict": "CommandError: Conflicting migrations detected; multiple leaf nodes in the migration graph: (0007_alter_price, 0007_product_sku in shop). To fix them run 'python manage.py makemigrations --merge'",
    "tz": "can't compare offset-naive and offset-aware datetimes",
    "pagination": "scrolling shows the same rows twice when new ones arrive",
    "upload": "413 Request Entity Too Large when I upload a picture",
    "kombu": "[2026-03-01 09:00:12,345: ERROR/MainProcess] consumer: Cannot connect to amqp://guest:**@127.0.0.1:5672//: [Errno 111] Connection refused. Trying again in 2.00 seconds... (1/100)",
    "json": "TypeError: Object of type Decimal is not JSON serializable at 0x7f3a1c2b9d30",
}  # fmt: skip

UNRELATED = [
    "How do I bake a sourdough bread without an oven?",
    "kubectl rollout restart evicts pods although the disruption budget forbids it",
    "RuntimeError: CUDA out of bounds in tensor kernel",
    "segmentation fault in libfoo.so at 0xdeadbeef",
]


@pytest.fixture
def challenges(db):
    return {
        name: ChallengeFactory(title=title, problem=problem, published=True)
        for name, (title, problem) in CHALLENGES.items()
    }


def test_errors_and_paraphrases_lead_to_the_challenge_first(challenges):
    names = {challenge.pk: name for name, challenge in challenges.items()}

    found = {}
    for wanted, text in QUERIES.items():
        results = similar_to(text, limit=3).results
        found[wanted] = [(names[match.challenge.pk], match.score) for match in results]

    wrong = {name: found[name] for name in QUERIES if not found[name] or found[name][0][0] != name}
    assert wrong == {}


@pytest.mark.usefixtures("challenges")
@pytest.mark.parametrize("text", UNRELATED)
def test_nothing_is_found_rather_than_something_unlike(text):
    assert [match.challenge.title for match in similar_to(text, limit=3).results] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ValueError at 0x7f3a1c2b9d30", ["valueerror"]),
        ("request 0b9ffb2e-3c25-4b42-9f0e-6dd5a0ba32a3 refused", ["request", "refused"]),
        ("2026-03-01T10:22:31.123Z refused at 10:22:31", ["refused"]),
        ("/usr/lib/python3.11/site-packages/django/db/utils.py:91", ["utils", "py"]),
        ("C:\\Users\\Lena\\shop\\views.py, line 12, column 3", ["views", "py"]),
        ('  File "/app/x.py", line 3, in main\n    main()\nKeyError: price', ["keyerror", "price"]),
        ("    at render (bundle.js:412:21)\nTypeError: map", ["typeerror", "map"]),
        ("connect ECONNREFUSED 127.0.0.1:5432", ["connect", "econnrefused", "5432"]),
        ("GET http://localhost:3000/api/orders/17 404", ["get", "localhost", "3000", "404"]),
        ("\x1b[31mfatal\x1b[0m: commit 9fceb02d0ae598e9", ["fatal", "commit"]),
        ("TCP/IP and/or HTTP", ["tcp", "ip", "http"]),
        ("column users_user.phone", ["column", "users", "user", "phone"]),
        ("", []),
    ],
)
def test_what_differs_from_run_to_run_is_left_out(text, left):
    assert significant(text) == left


def test_a_long_text_keeps_what_is_typical():
    typical = [f"word{letter}" for letter in "abcdefghijklmnopqrstuvwx"]

    assert len(typical) == MOST_WORDS
    assert significant("error failed exception " + " ".join(typical)) == typical


@pytest.mark.parametrize(
    "text", ["/" * 4000, "a/" * 2000, "0" * 4000, "at " * 1300, "File \"" * 600, "a" * 4000, "[" * 4000, "1.1." * 1000, "::" * 2000, "\n    at" * 500, "deadbeef" * 500]
)  # fmt: skip
def test_no_text_takes_long(text):
    began = own_time()
    significant(text)

    assert own_time() - began < 0.5
