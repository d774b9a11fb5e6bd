"""`manage.py up`, from outside: a process, its output, its exit code and its HTTP answers."""

import signal
import socket
import sqlite3
import time
from pathlib import Path

import pytest

from nexus import demonstration
from nexus.management.commands.up import _listening
from tests.nexus.running import Hub

README = (
    "# A week\n\n### Challenge 1: The port was taken\n\n**Problem:** 98.\n\n**Solution:** Ask ss."
)


# One process with demo data is enough.
pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub with demo data, shared by the tests that only talk to it."""
    running = Hub(tmp_path_factory.mktemp("up") / "var", demo=True, anew=True)
    try:
        yield running.wait_until_it_serves()
    finally:
        running.end()


@pytest.fixture
def start(tmp_path):
    """`start()` is one more run over the same data folder, without demo data."""
    running = []

    def run(**options) -> Hub:
        running.append(Hub(tmp_path / "var", demo=False, **options))
        return running[-1]

    yield run
    for one in running:
        one.end()


def rows_of(folder: Path, table: str) -> int:
    database = sqlite3.connect(folder / "nexus.sqlite3")
    try:
        return database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    finally:
        database.close()


def test_it_prints_where_everything_is(hub):
    for path in ("/", "/swagger/", "/redoc/", "/admin/", "/api/v1/", "/readyz"):
        assert f"http://127.0.0.1:{hub.port}{path} " in hub.output
    assert "SQLite" in hub.output
    assert "in memory, with the worker in this process" in hub.output


def test_it_prints_accounts_that_can_log_in(hub):
    for account in demonstration.ACCOUNTS:
        assert account.email in hub.output
        assert hub.log_in(account.email, demonstration.PASSWORD)
    assert demonstration.PASSWORD in hub.output


def test_it_answers_that_every_part_is_ready(hub):
    answer = hub.ask("/readyz")

    assert answer.status == 200
    assert answer.json["status"] == "ok"


def test_an_upload_is_worked_off_within_two_seconds(hub):
    token = hub.log_in(demonstration.LEARNER.email, demonstration.PASSWORD)
    _wait_for_an_idle_worker(hub)

    accepted = hub.ask("/api/v1/imports/", body={"document": "w.md", "text": README}, token=token)
    address = accepted.headers["Location"]
    began = time.monotonic()
    while (run := hub.ask(address, token=token).json)["status"] in {"QUEUED", "RUNNING"}:
        assert time.monotonic() - began < 2
        time.sleep(0.02)

    assert accepted.status == 202
    assert run["status"] == "DONE", run
    assert run["report"]["created"] == 2


def _wait_for_an_idle_worker(hub: Hub) -> None:
    # The demo leaves some hundred notifications and e-mails to deliver.
    deadline = time.monotonic() + 60
    while "nexus_outbox_owed 0.0" not in hub.ask("/metrics").body.decode():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_no_answer_waits_for_the_client_to_acknowledge_its_first_packet():
    with _listening("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address), listener.accept()[0] as kept:
            assert kept.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    "path",
    [
        "/static/nexus/pages.css",
        "/static/unfold/css/styles.css",
        "/static/drf-yasg/swagger-ui-dist/swagger-ui-bundle.js",
    ],
)
def test_static_files_are_served_without_having_been_collected(hub, path):
    answer = hub.ask(path)

    assert answer.status == 200
    assert len(answer.body) > 1000


def test_an_unknown_api_address_is_a_problem_even_while_debugging(hub):
    answer = hub.ask("/api/v1/nowhere/")

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == "not_found"


@pytest.mark.skipif(not Path("/proc").exists(), reason="no /proc to count open files in")
def test_requests_leave_no_open_files_or_threads_behind(hub):
    folder = Path(f"/proc/{hub.process.pid}")

    def open_now() -> tuple[int, int]:
        return len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir()))

    hub.ask("/readyz")
    files, threads = open_now()
    for _ in range(100):
        hub.ask("/readyz")

    assert open_now()[0] < files + 5
    assert open_now()[1] < threads + 5


def test_its_log_tells_of_no_trouble(hub):
    hub.ask("/")
    hub.ask("/static/nexus/pages.css")

    assert "Traceback" not in hub.output
    assert "WARNING" not in hub.output
    assert "Warning:" not in hub.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_soon_and_quietly(start, number):
    hub = start().wait_until_it_serves()
    hub.ask("/")

    code, seconds = hub.stop(number)

    assert code == 0
    assert seconds < 5  # within 3 on a machine that does nothing else
    assert "Traceback" not in hub.output


def test_a_second_run_keeps_the_data(start):
    first = start().wait_until_it_serves()
    person = {"email": "kept@example.org", "password": "a long enough one", "display_name": "Kim"}
    answer = first.ask("/api/v1/auth/register/", body={**person, "track": "BACKEND"})
    assert answer.status == 201, answer.body
    first.stop()

    second = start().wait_until_it_serves()

    assert second.log_in("kept@example.org", "a long enough one")


def test_a_second_run_with_demo_data_changes_nothing(hub, tmp_path):
    tables = ("accounts_user", "learnings_learning", "learnings_importrun", "foundation_promise")
    before = [rows_of(hub.data_dir, table) for table in tables]

    again = Hub(hub.data_dir, demo=True)
    try:
        again.wait_until_it_serves().stop()
    finally:
        again.end()

    assert [rows_of(hub.data_dir, table) for table in tables] == before


def test_without_demo_data_nobody_has_an_account(start):
    hub = start(anew=True).wait_until_it_serves()

    assert "nexus.demo" not in hub.output
    assert rows_of(hub.data_dir, "accounts_user") == 0


def test_a_taken_port_is_said_before_anything_is_touched(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        hub = start(port=taken.getsockname()[1], anew=True)
        code = hub.process.wait(timeout=30)

    assert code == 1
    assert f"port {hub.port}" in hub.output
    assert "--port" in hub.output
    assert "Traceback" not in hub.output
    assert not (hub.data_dir / "nexus.sqlite3").exists()
