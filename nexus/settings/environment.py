"""The one place where Nexus reads its environment.

Every variable is a field of `Environment`; `.env.example` describes the same names, and a test
compares the two. Nothing else in the project may touch `os.environ`.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
GITHUB_HOSTS = ["github.com", "raw.githubusercontent.com", "api.github.com"]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What a deployment may set. Field names are the variables' names in lower case."""

    database_url: str  # empty: SQLite under nexus_data_dir
    redis_url: str  # empty: a file-based cache under nexus_data_dir
    celery_broker_url: str  # empty: in memory, within one process
    email_url: str  # empty: messages are written as files under nexus_data_dir
    nexus_data_dir: Path
    nexus_secret_key: str
    nexus_allowed_hosts: list[str]
    nexus_cors_origins: list[str]
    nexus_csrf_trusted_origins: list[str]
    nexus_metrics_allow: list[str]
    nexus_num_proxies: int
    nexus_rate_limits: dict[str, tuple[int, int]]  # quota and seconds by a limit's name
    nexus_source_hosts: list[str]
    nexus_cache: str  # which shared answers are kept: all, fragments or none
    nexus_fast_lane: bool
    nexus_statement_timeout: float  # seconds; 0: none
    nexus_https: bool
    nexus_public_read: bool
    nexus_demo: bool
    nexus_toolbar: bool
    nexus_base_url: str
    nexus_frontend_url: str  # empty: links in e-mails lead to the hub's own pages
    nexus_from_email: str
    nexus_log_level: str
    port: int

    @classmethod
    def read(cls) -> Self:
        """Read `.env` beside `manage.py`, if there, then the process environment over it.

        Raises:
            ImproperlyConfigured: a value is not of its variable's type.
        """
        env = environ.Env()
        env.read_env(ROOT / ".env")
        try:
            return cls(
                database_url=env.str("DATABASE_URL", default=""),
                redis_url=env.str("REDIS_URL", default=""),
                celery_broker_url=env.str("CELERY_BROKER_URL", default=""),
                email_url=env.str("EMAIL_URL", default=""),
                nexus_data_dir=Path(env.str("NEXUS_DATA_DIR", default=str(ROOT / "var"))).resolve(),
                nexus_secret_key=env.str("NEXUS_SECRET_KEY", default=""),
                nexus_allowed_hosts=env.list("NEXUS_ALLOWED_HOSTS", default=[]),
                nexus_cors_origins=env.list("NEXUS_CORS_ORIGINS", default=[]),
                nexus_csrf_trusted_origins=env.list("NEXUS_CSRF_TRUSTED_ORIGINS", default=[]),
                nexus_metrics_allow=env.list("NEXUS_METRICS_ALLOW", default=["127.0.0.1", "::1"]),
                nexus_num_proxies=env.int("NEXUS_NUM_PROXIES", default=0),
                nexus_rate_limits=_rates(env.list("NEXUS_RATE_LIMITS", default=[])),
                nexus_source_hosts=env.list("NEXUS_SOURCE_HOSTS", default=GITHUB_HOSTS),
                nexus_cache=_one_of(
                    "all", "fragments", "none", given=env.str("NEXUS_CACHE", default="all")
                ),
                nexus_fast_lane=env.bool("NEXUS_FAST_LANE", default=True),
                nexus_statement_timeout=_seconds(env.str("NEXUS_STATEMENT_TIMEOUT", default="5")),
                nexus_https=env.bool("NEXUS_HTTPS", default=True),
                nexus_public_read=env.bool("NEXUS_PUBLIC_READ", default=False),
                nexus_demo=env.bool("NEXUS_DEMO", default=False),
                nexus_toolbar=env.bool("NEXUS_TOOLBAR", default=False),
                nexus_base_url=env.str("NEXUS_BASE_URL", default="").rstrip("/"),
                nexus_frontend_url=env.str("NEXUS_FRONTEND_URL", default="").rstrip("/"),
                nexus_from_email=env.str("NEXUS_FROM_EMAIL", default="Nexus <nexus@localhost>"),
                nexus_log_level=env.str("NEXUS_LOG_LEVEL", default="INFO"),
                port=env.int("PORT", default=8000),
            )
        except ValueError as error:
            raise ImproperlyConfigured(
                f"A variable has a value of the wrong type: {error}"
            ) from error

    def require(self, *names: str) -> None:
        """Refuse to go on while one of these variables is empty.

        Raises:
            ImproperlyConfigured: names every variable that is missing, not only the first.
        """
        missing = [name.upper() for name in names if not getattr(self, name)]
        if missing:
            raise ImproperlyConfigured(f"Set {', '.join(missing)}: see .env.example.")

    def rate_limits(self, usual: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        """The `usual` rates, and over them the given ones.

        Raises:
            ImproperlyConfigured: a given name is not among the usual ones.
        """
        if unknown := sorted(self.nexus_rate_limits.keys() - usual.keys()):
            raise ImproperlyConfigured(
                f"NEXUS_RATE_LIMITS names {', '.join(unknown)}. Known: {', '.join(usual)}."
            )
        return {**usual, **self.nexus_rate_limits}

    def kept_secret_key(self) -> str:
        """The given secret key, or one made on first use and kept in the data folder.

        A key that changed at every start would log everybody out; one written in the source
        would be everybody's.
        """
        if self.nexus_secret_key:
            return self.nexus_secret_key
        kept = self.nexus_data_dir / "secret_key"
        self.nexus_data_dir.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            # Written aside and moved into place whole, unless another process was first: nobody
            # may read half a key, and nobody may keep one that is not the file's.
            mine = kept.with_name(f"{kept.name}.{secrets.token_hex(8)}")
            mine.touch(mode=0o600)
            mine.write_text(secrets.token_urlsafe(64))
            with contextlib.suppress(FileExistsError):
                kept.hardlink_to(mine)
            mine.unlink()
        return kept.read_text()


def _one_of(*known: str, given: str) -> str:
    if given not in known:
        raise ValueError(f"{given!r} is none of {', '.join(known)}")
    return given


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text, re.ASCII):
        raise ValueError(f"NEXUS_STATEMENT_TIMEOUT: {text!r} is no number of seconds such as 5")
    return float(text)


_RATE = re.compile(r"([a-z-]+)=([1-9][0-9]{0,8})/(second|minute|hour|day)", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 24 * 3600}


def _rates(given: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Quota and seconds by name, from texts such as `user=600/minute`."""
    rates: dict[str, tuple[int, int]] = {}
    for text in filter(None, map(str.strip, given)):
        found = _RATE.fullmatch(text)
        if found is None:
            raise ValueError(f"NEXUS_RATE_LIMITS: {text!r} is no rate such as user=600/minute")
        name, quota, unit = found.groups()
        if name in rates:
            raise ValueError(f"NEXUS_RATE_LIMITS: {name} stands there twice")
        rates[name] = (int(quota), _SECONDS[unit])
    return rates
