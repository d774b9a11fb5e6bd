"""The proxy in front of the web servers: what it passes on, what it refuses, whom it protects.

Slow clients trickle a byte a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.journeys.people import JSON, ask
from tests.journeys.proxies import NGINX, NO_NGINX, proxy
from tests.nexus.running import ROOT, embedded, free_port

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(NGINX is None, reason=NO_NGINX),
]
CROWD = 80  # slow clients; a web server here has four threads
BOUND = 5.0  # seconds for somebody else's answer meanwhile; a blocked server never answers
PATIENCE = 60  # seconds
HEADS = {
    "heads": "GET /healthz HTTP/1.1\r\nX-Slow: ",
    "bodies": (
        "POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: {JSON}\r\nContent-Length: 10000\r\n\r\n{{"
    ),
}


class Web:
    """A web server on the embedded parts. Nothing that is asked here needs its tables."""

    def __init__(self, folder):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._log = folder / f"web-{self.port}.log"
        self.start()

    def start(self):
        program = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        threads = ["--port", str(self.port), "--blocking-threads", "4"]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*program, *threads, "nexus.wsgi:application"],
                cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
                env=embedded(NEXUS_DATA_DIR=str(self._folder / "data"), NEXUS_NUM_PROXIES="1"),
            )  # fmt: skip

    def wait_until_it_serves(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError):
                if ask(self.address, "GET", "/healthz").status == 200:
                    return
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def webs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("webs")
    made = [Web(folder), Web(folder)]
    try:
        for web in made:
            web.wait_until_it_serves()
        yield made
    finally:
        for web in made:
            web.end()


@pytest.fixture(scope="module")
def door(webs, tmp_path_factory):
    with proxy(tmp_path_factory.mktemp("nginx"), [web.address for web in webs]) as address:
        yield address


@contextlib.contextmanager
def slow_clients(address, head):
    """A crowd of connections that begin a request and go on with a byte a second."""
    port, over = urlsplit(address).port, threading.Event()
    ends = [socket.create_connection(("127.0.0.1", port)) for _ in range(CROWD)]

    def trickle():
        while not over.wait(1):
            for end in ends:
                with contextlib.suppress(OSError):
                    end.sendall(b"a")

    for end in ends:
        end.sendall(head.encode())
    trickling = threading.Thread(target=trickle)
    trickling.start()
    try:
        time.sleep(1.2)  # all have sent two bytes by now
        yield
    finally:
        over.set()
        trickling.join()
        for end in ends:
            end.close()


def send_a_body(address):
    """Seconds until somebody else who sends a body has an answer."""
    began = time.monotonic()
    body = json.dumps({"refresh": "not a token"}).encode()
    assert (
        ask(address, "POST", "/api/v1/auth/token/refresh/", body, Content_Type=JSON).status == 401
    )
    return time.monotonic() - began


@pytest.mark.parametrize("what", HEADS)
def test_slow_clients_keep_nobody_waiting_behind_the_proxy(door, what):
    with slow_clients(door, HEADS[what]):
        assert max(send_a_body(door) for _ in range(5)) < BOUND


def test_slow_heads_keep_nobody_waiting_at_a_web_server(webs):
    with slow_clients(webs[0].address, HEADS["heads"]):
        assert max(send_a_body(webs[0].address) for _ in range(5)) < BOUND


def test_requests_arrive_under_the_names_that_they_were_sent_with(door):
    known = ask(door, "GET", "/healthz", X_Request_ID="one-of-mine", Host="localhost:8000")
    assert (known.status, known.headers["x-request-id"]) == (200, "one-of-mine")
    unknown = ask(door, "GET", "/api/v1/", Host="elsewhere.example.org")
    assert (unknown.status, unknown.json["code"]) == (400, "unknown_host")


def test_a_harmful_name_of_a_request_is_replaced(door):
    answer = ask(door, "GET", "/healthz", X_Request_ID="it's <mine>")
    assert len(answer.headers["x-request-id"]) == 32


def test_addresses_that_a_client_makes_up_share_its_limit(door):
    left = {
        ask(door, "GET", "/api/v1/none/", X_Forwarded_For=f"10.0.0.{number}").headers["ratelimit"]
        for number in range(6)
    }
    assert len(left) > 1  # each was counted with the one before


@pytest.mark.parametrize(
    ("path", "size", "status", "code"),
    [
        ("/api/v1/auth/token/", 1_100_000, 413, "too_large"),
        ("/api/v1/imports/", 4_200_000, 413, "too_large"),
        (f"/api/v1/{'a' * 5000}", 0, 414, "uri_too_long"),  # by the hub
        (f"/api/v1/{'a' * 9000}", 0, 414, "uri_too_long"),
    ],
)
def test_what_is_too_large_is_a_problem_whoever_refuses_it(door, path, size, status, code):
    body = b'"' + b"a" * size + b'"'
    answer = ask(door, "POST", path, body, Content_Type=JSON)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_head_that_nobody_understands_is_a_problem(door):
    answer = ask(door, "GET", "/healthz", X_Long="a" * 9000)
    assert (answer.status, answer.json["code"]) == (400, "bad_request")
    assert answer.json["instance"] == "/"  # nobody knows which address it was meant for


def test_numbers_for_prometheus_are_not_told_through_the_proxy(door):
    assert ask(door, "GET", "/metrics").status == 404


@contextlib.contextmanager
def asked_all_the_time(door):
    """Four clients who ask on and on; yields the statuses of their answers."""
    over, statuses = threading.Event(), []

    def keep_asking():
        while not over.is_set():
            statuses.append(ask(door, "GET", "/healthz").status)
            time.sleep(0.02)

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(keep_asking) for _ in range(4)]
        try:
            yield statuses
        finally:
            over.set()
    for future in asking:
        future.result()


def test_no_request_fails_while_one_server_after_the_other_is_replaced(webs, door):
    with asked_all_the_time(door) as statuses:
        for web in webs:
            web.stop()
            web.start()
            web.wait_until_it_serves()
    assert len(statuses) > 50
    assert set(statuses) == {200}


def test_without_any_web_server_the_answer_is_a_problem_to_try_again(tmp_path):
    with proxy(tmp_path, [f"http://127.0.0.1:{free_port()}"]) as door:
        answer = ask(door, "GET", "/api/v1/challenges/", X_Request_ID="mine")
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert (answer.headers["retry-after"], answer.json["request_id"]) == ("5", "mine")
    assert answer.json["instance"] == "/api/v1/challenges/"
