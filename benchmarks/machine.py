"""What a benchmark needs of this machine, and what to say of it beside the figures."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import psycopg
import redis
from redis.exceptions import RedisError

from benchmarks.stage import Places

MILLION: Final = 1_000_000  # rows; made only when asked for, which takes some minutes
PACKAGES: Final = (
    "django", "djangorestframework", "djangorestframework-simplejwt", "granian", "psycopg",
    "redis", "hiredis",
)  # fmt: skip


def missing(places: Places) -> list[str]:
    """What is not here, each with how to get it. Empty: a run can begin."""
    found = []
    if shutil.which("wrk") is None:
        found.append("wrk, which makes the load: apt install wrk")
    try:
        with psycopg.connect(places.postgres, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        if row != (True,):
            found.append("the right to make databases, for this PostgreSQL user")
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0]
        found.append(f"PostgreSQL, where the data goes: --postgres URL or DATABASE_URL ({said})")
    try:
        with redis.Redis.from_url(places.redis, socket_connect_timeout=3) as client:
            client.ping()
    except (RedisError, OSError) as error:
        found.append(f"Redis, where pages are kept: --redis URL ({error})")
    return found


def described(places: Places) -> dict[str, Any]:
    """Processor, memory and versions. No addresses and no names."""
    with psycopg.connect(places.postgres) as connection:
        postgres = connection.info.server_version // 10000
    with redis.Redis.from_url(places.redis) as client:
        info: Any = client.info("server")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "postgresql": str(postgres),
        "redis": info["redis_version"],
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "commit": _commit(),
    }


def sizes(places: Places, asked: Sequence[int]) -> tuple[int, ...]:
    """The sizes asked for, and a million where a database of it was made before."""
    with psycopg.connect(places.postgres) as connection:
        made = connection.execute(
            "SELECT count(*) FROM pg_database WHERE datname = %s", [f"nexus_bench_{MILLION}"]
        ).fetchone()
    return tuple(sorted({*asked, MILLION})) if made == (1,) else tuple(asked)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _commit() -> str:
    root = Path(__file__).parent
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return asked.stdout.strip()
