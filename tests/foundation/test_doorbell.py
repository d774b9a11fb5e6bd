"""Ringing: quick when the broker answers, quicker when it does not."""

import os
import time

import pytest

from foundation import doorbell
from foundation.doorbell import NoBroker, ring, ring_confirmed
from tests.brokers import broker, delete, waiting
from tests.own_time import own_time
from tests.together import together
from tests.wires import Wire, closed_port, frozen_port

SEND = doorbell._send  # before the suite's own fixture catches rings
URLS = ["amqp://guest:guest@127.0.0.1:{}//", "redis://127.0.0.1:{}/9"]
PORTS = {"amqp": 5672, "redis": 6379}
QUEUE = f"nexus-test-{os.getpid()}"


@pytest.fixture(autouse=True)
def _really_send(monkeypatch, rings):
    monkeypatch.setattr(doorbell, "_send", SEND)


@pytest.fixture(params=URLS, ids=["rabbitmq", "redis"])
def wire(request):
    """Rings go over this wire to a real broker, into a queue that nobody reads."""
    port = PORTS[request.param.partition(":")[0]]
    wire = Wire(port)
    wire.url = request.param.format(wire.port)
    with broker(wire.url, queue=QUEUE):
        yield wire
    wire.close()
    delete(request.param.format(port), QUEUE)


class TestNobodyAnswers:
    @pytest.mark.parametrize("url", URLS, ids=["rabbitmq", "redis"])
    @pytest.mark.parametrize("nobody", [closed_port, frozen_port])
    def test_a_ring_costs_less_than_half_a_second_and_the_next_nothing(self, url, nobody):
        with nobody() as port, broker(url.format(port)):
            started = own_time()
            ring("nexus.nothing", {})
            first = own_time() - started
            for _ in range(100):
                ring("nexus.nothing", {})
            rest = own_time() - started - first

        assert first < 0.5
        assert rest < 0.05

    @pytest.mark.parametrize("url", URLS, ids=["rabbitmq", "redis"])
    @pytest.mark.parametrize("nobody", [closed_port, frozen_port])
    def test_a_ring_to_be_confirmed_is_refused(self, url, nobody, monkeypatch):
        monkeypatch.setattr(doorbell, "CONFIRM_TIMEOUT", 0.3)
        with nobody() as port, broker(url.format(port)):
            started = own_time()

            with pytest.raises(NoBroker):
                ring_confirmed("nexus.nothing", {})

        assert own_time() - started < 1

    def test_after_the_silence_the_bell_is_tried_again(self, monkeypatch, caplog):
        monkeypatch.setattr(doorbell, "SILENCE", 0.05)
        with closed_port() as port, broker(f"amqp://127.0.0.1:{port}//"):
            ring("nexus.nothing", {})
            time.sleep(0.06)
            ring("nexus.nothing", {})

        assert caplog.text.count("the sweep will find it") == 2

    def test_a_confirmed_ring_ends_the_silence(self):
        doorbell.breaker.open()

        with broker("memory://"):
            ring_confirmed("nexus.nothing", {})

        assert not doorbell.breaker.is_open


def test_a_thousand_rings_within_the_process_arrive():
    with broker("memory://", queue=QUEUE):
        for _ in range(500):
            ring("nexus.nothing", {})
            ring_confirmed("nexus.nothing", {})

        assert waiting("memory://", QUEUE) == 1000


@pytest.mark.services
class TestABroker:
    def test_a_thousand_rings_take_one_connection_and_arrive(self, wire):
        for _ in range(1000):
            ring("nexus.nothing", {"a": 1})

        assert wire.connections <= 2  # Redis' client keeps a second one
        assert _arrived(wire.url, 1000)

    @pytest.mark.django_db(transaction=True)  # the threads' runner connects to the database
    def test_threads_do_not_share_a_line(self, wire):
        def ring_on() -> None:
            for _ in range(50):
                ring_confirmed("nexus.nothing", {})
            doorbell.lines.drop_all()

        assert together(*[ring_on] * 4) == [None] * 4

        assert not doorbell.breaker.is_open
        assert _arrived(wire.url, 200)

    def test_a_broker_that_hung_up_costs_a_connection_but_no_ring(self, wire):
        ring("nexus.nothing", {})
        assert _arrived(wire.url, 1)

        wire.hang_up()
        time.sleep(0.05)
        ring("nexus.nothing", {})
        ring_confirmed("nexus.nothing", {})

        assert not doorbell.breaker.is_open
        assert _arrived(wire.url, 3)

    def test_a_broker_that_froze_after_the_last_ring_confirms_nothing(self, wire, monkeypatch):
        monkeypatch.setattr(doorbell, "CONFIRM_TIMEOUT", 0.3)
        ring_confirmed("nexus.nothing", {})

        wire.freeze()
        started = own_time()
        with pytest.raises(NoBroker):
            ring_confirmed("nexus.nothing", {})

        assert own_time() - started < 1

    def test_a_broker_that_froze_after_the_last_ring_delays_nobody(self, wire):
        ring("nexus.nothing", {})

        wire.freeze()
        started = own_time()
        for _ in range(20):
            ring("nexus.nothing", {})

        assert own_time() - started < 0.5

    @pytest.mark.parametrize("url", URLS, ids=["rabbitmq", "redis"])
    @pytest.mark.parametrize("answers", range(8))
    def test_a_broker_that_freezes_at_any_moment_of_the_first_ring_delays_nobody(
        self, url, answers
    ):
        real = url.format(PORTS[url.partition(":")[0]])
        wire = Wire(PORTS[url.partition(":")[0]], freeze_after=answers)
        started = own_time()

        with broker(url.format(wire.port), queue=QUEUE):
            ring("nexus.nothing", {})
            took = own_time() - started
            wire.close()

        delete(real, QUEUE)
        assert took < 0.5

    def test_a_forked_child_rings_over_a_line_of_its_own(self, wire):
        ring("nexus.nothing", {})
        opened = wire.connections

        child = os.fork()
        if child == 0:  # no pytest in here: leave at once, whatever happens
            try:
                ring("nexus.nothing", {})
            finally:
                os._exit(doorbell.breaker.is_open)
        assert os.waitpid(child, 0)[1] == 0
        ring("nexus.nothing", {})

        assert wire.connections > opened
        assert _arrived(wire.url, 3)


def _arrived(url: str, count: int) -> bool:
    """Whether this many messages come to lie in the queue within two seconds."""
    deadline = time.monotonic() + 2
    while (there := waiting(url, QUEUE)) != count and time.monotonic() < deadline:
        time.sleep(0.02)
    assert there == count
    return True


def test_a_muffled_bell_rings_nobody_and_rings_again_afterwards(monkeypatch):
    rung = []
    monkeypatch.setattr(doorbell, "_send", lambda task, message, **_options: rung.append(message))
    with doorbell.muffled():
        doorbell.ring("some.task", {"number": 1})
    doorbell.ring("some.task", {"number": 2})
    assert rung == [{"number": 2}]
