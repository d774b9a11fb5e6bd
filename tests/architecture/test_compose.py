"""What docker-compose.yml promises: who is reached from outside, what may be there many times."""

from __future__ import annotations

import re

import pytest
import yaml

from foundation.http.parsers import MAX_JSON
from foundation.http.problems import MAX_URL
from learnings.rest.v1.imports import MAX_UPLOAD
from tests.architecture.sources import ROOT

NGINX = {name: (ROOT / "deploy/nginx" / name).read_text() for name in ("nginx.conf", "nexus.conf")}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def directive(name):
    """The arguments of a directive that stands once in the proxy's configuration."""
    (found,) = re.findall(rf"^\s*{name} ([^;]+);", "\n".join(NGINX.values()), re.MULTILINE)
    return found


def test_only_the_proxy_is_reached_from_outside_and_only_from_this_machine(services):
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["127.0.0.1:${PORT:-8000}:8080"]}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_what_is_scaled_has_no_name_port_or_limit_of_its_own(services, name):
    assert services[name].keys().isdisjoint({"container_name", "hostname", "ports", "deploy"})


def test_one_proxy_is_believed(services):
    assert services["web"]["environment"]["NEXUS_NUM_PROXIES"] == "${NEXUS_NUM_PROXIES:-1}"


def test_migrations_run_once_and_before_whoever_needs_them(services):
    assert services["migrate"]["restart"] == "no"
    waiting = {
        name
        for name, service in services.items()
        if service.get("depends_on", {}).get("migrate", {}).get("condition")
        == "service_completed_successfully"
    }
    assert waiting == {"web", "worker", "beat"}


def test_each_service_that_lasts_has_bounded_memory(services):
    assert [name for name, it in services.items() if "mem_limit" not in it] == ["migrate"]


def test_every_file_that_is_mounted_is_there(services):
    tls = yaml.safe_load((ROOT / "docker-compose.tls.yml").read_text())["services"]["proxy"]
    mounted = services["proxy"]["volumes"] + tls["volumes"]
    ours = [volume.partition(":")[0] for volume in mounted if volume.startswith("./")]
    assert len(ours) == 3
    assert all((ROOT / path).is_file() for path in ours)


def test_the_proxy_asks_the_web_servers_where_they_are(services):
    command = (ROOT / "Dockerfile").read_text()
    assert '"--port", "8000"' in command
    assert directive("server web:8000") == "resolve max_fails=0"
    assert directive("resolver").startswith("127.0.0.11 ")  # Docker's own


def test_the_proxy_takes_bodies_as_large_as_the_hub_does():
    default, imports = re.findall(r"client_max_body_size (\d+)m;", NGINX["nexus.conf"])
    assert int(default) * 1024**2 == MAX_JSON
    assert int(imports) * 1024**2 == MAX_UPLOAD


def test_the_hub_itself_refuses_addresses_that_are_too_long():
    kilobytes = int(directive("large_client_header_buffers").split()[1].removesuffix("k"))
    assert kilobytes * 1024 > MAX_URL


def test_the_proxy_caches_nothing_and_repeats_no_write():
    assert directive("proxy_cache") == "off"
    assert directive("proxy_next_upstream") == "error timeout"  # nor `non_idempotent`, nor any 5xx


def test_a_stopping_web_server_has_the_time_that_it_takes(services):
    (seconds,) = re.findall(r'"--workers-kill-timeout", "(\d+)"', (ROOT / "Dockerfile").read_text())
    assert int(services["web"]["stop_grace_period"].removesuffix("s")) > int(seconds)
