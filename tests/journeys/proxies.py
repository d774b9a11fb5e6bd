"""The proxy of docker-compose.yml for tests: this machine's nginx in front of given web servers."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.journeys.people import ask
from tests.nexus.running import ROOT, free_port

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
NO_NGINX = "no nginx: install nginx-light (.ci/run does so where there is apt)"
CONFIGURATION = ROOT / "deploy" / "nginx"
PATIENCE = 20  # seconds


@contextlib.contextmanager
def proxy(folder: Path, webs: Sequence[str]) -> Iterator[str]:
    """Run nginx with the committed configuration; yields its address.

    Three things differ from a container: where it listens, where its files are, and that the web
    servers stand there by address, because only Docker can be asked which containers there are.
    """
    port, inner_port = free_port(), free_port()
    servers = "\n".join(f"server {urlsplit(web).netloc} max_fails=0;" for web in webs)
    replaced = {
        "server web:8000 resolve max_fails=0;": servers,
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "listen 127.0.0.1:8081;": f"listen 127.0.0.1:{inner_port};",
    }
    text = (CONFIGURATION / "nginx.conf").read_text(encoding="utf-8")
    for committed, here in replaced.items():
        assert text.count(committed) == 1, committed
        text = text.replace(committed, here)
    (folder / "nginx.conf").write_text(text.replace(" /tmp/", f" {folder}/"), encoding="utf-8")
    shutil.copy(CONFIGURATION / "nexus.conf", folder)
    with _running(folder):
        address = f"http://127.0.0.1:{port}"
        _wait_until_alive(f"http://127.0.0.1:{inner_port}", folder)
        yield address


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[None]:
    assert NGINX is not None
    command = [NGINX, "-e", "stderr", "-c", str(folder / "nginx.conf")]
    if os.getuid() == 0:
        command += ["-g", "user root;"]  # the folder of a test is closed to everybody else
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_until_alive(address: str, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError):
            if ask(address, "GET", "/").status == 200:
                return
        assert time.monotonic() < deadline, (folder / "nginx.log").read_text()
        time.sleep(0.05)
