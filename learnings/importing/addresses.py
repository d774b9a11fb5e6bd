"""What an address means: which files it may stand for, in which repository, at which commit.

Knows how GitHub writes its addresses and what none may hold. Nothing here opens a connection;
`fetching` does, and checks each address once more.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from foundation.errors import Invalid

MAX_LENGTH: Final = 500  # characters, as many as a row keeps
PORT: Final = 443
GITHUB: Final = "github.com"
RAW: Final = "raw.githubusercontent.com"
API: Final = "api.github.com"
# The names under which a README usually is, the likeliest first.
NAMES: Final = ("README.md", "readme.md", "Readme.md", "README.markdown", "README")

# A name with a dot whose last label begins with a letter: no way of writing an IP address is one,
# be it decimal, octal, hexadecimal or in brackets.
_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_OWNER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_USUAL: Final = frozenset({"", "HEAD", "main", "master"})  # refs
_DOTS: Final = {".", "..", ""}


class AddressRefused(Invalid):
    """An address that is never asked."""

    code = "address_refused"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that an address may stand for: where it is asked for and its path there."""

    url: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address that may be asked. `url` is the same for every way of writing the same place."""

    url: str
    repository: str
    candidates: tuple[Candidate, ...]
    ref: str = ""  # branch, tag or commit; empty where there is none to know

    @property
    def commit(self) -> str:
        """The commit that the address itself names, if it does."""
        return self.ref if COMMIT.fullmatch(self.ref) else ""

    @property
    def home(self) -> str:
        """The repository that a document belongs to, with its branch where that is another one.

        The bare repository, `main` there and a permalink are ways of naming one document; a
        README on a branch is a document of its own, which must not overwrite it.
        """
        if self.commit or self.ref in _USUAL:
            return self.repository
        return f"{self.repository}/tree/{self.ref}"

    @property
    def commit_url(self) -> str:
        """Where GitHub tells, as plain text, which commit `ref` is; empty elsewhere."""
        if not self.ref or self.commit:
            return ""
        return f"https://{API}/repos/{self._slug}/commits/{_quoted(self.ref)}"

    def at_commit(self, path: str, commit: str) -> str:
        """Where GitHub keeps the file as it was at `commit`."""
        return f"https://{RAW}/{self._slug}/{commit}/{_quoted(path)}"

    @property
    def _slug(self) -> str:
        return self.repository.removeprefix(f"https://{GITHUB}/")


def host_of(url: str, *, hosts: Collection[str], query: bool = False) -> str:
    """The host that `url` names, if it may be asked at all.

    Raises:
        AddressRefused: not https, another port, a name or password in it, no name on the list of
            `hosts` (an IP address is never one), signs that no address holds, or a query where
            none is allowed. The sentence says which.
    """
    if any(sign <= " " or sign in '\x7f\\<>"' or not sign.isprintable() for sign in url):
        raise AddressRefused("This address holds signs that no address has.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("This is no address.") from None
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise AddressRefused("An address begins with https://.")
    if "@" in parts.netloc:
        raise AddressRefused("An address may not hold a name or a password.")
    if port not in {None, PORT} or parts.netloc.endswith(":"):
        raise AddressRefused(f"Only port {PORT} is asked.")
    if not _HOST.fullmatch(host):
        raise AddressRefused("An address names its host, not an IP address.")
    if host not in hosts:
        raise AddressRefused(_not_listed(host, hosts))
    if parts.query and not query:
        # It may be a token, and what is saved with an import is shown to curators.
        raise AddressRefused("An address here has no ?query.")
    return host


def parse(text: str, *, hosts: Collection[str]) -> Address:
    """What `text` means: a GitHub repository, a folder or a file there, or a file elsewhere.

    Raises:
        AddressRefused: see `host_of`; or it is of GitHub, and not of a repository or a file.
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        raise AddressRefused(f"An address has 1 to {MAX_LENGTH} characters.")
    address = _parse(text, hosts)
    if len(address.url) > MAX_LENGTH:
        raise AddressRefused("This address is too long.")
    return address


def _parse(text: str, hosts: Collection[str]) -> Address:
    at_github = text.lower().startswith(f"https://{GITHUB}/")
    # What GitHub's own pages put behind `?` and `#` chooses a tab or a line, not a file.
    url = re.split(r"[?#]" if at_github else "#", text, maxsplit=1)[0]
    host = host_of(url, hosts=hosts)
    if host == API:
        raise AddressRefused("Give the address of a repository or of a file, not of the API.")
    readers = {GITHUB: _at_github, RAW: _raw}
    segments = _segments(urlsplit(url).path)
    return readers[host](segments) if host in readers else _elsewhere(host, segments)


def _segments(path: str) -> list[str]:
    try:
        segments = [unquote(part, errors="strict") for part in path.strip("/").split("/")]
    except UnicodeDecodeError:
        segments = []
    if not segments or any(
        part in _DOTS or "/" in part or not part.isprintable() for part in segments
    ):
        raise AddressRefused("The path of this address leads nowhere.")
    return segments


def _at_github(segments: list[str]) -> Address:
    match segments:
        case [owner, name]:
            return _github(owner, name, shape="", rest=["HEAD"])
        case [owner, name, "tree", *rest] if rest:
            return _github(owner, name, shape="tree", rest=rest)
        case [owner, name, "blob" | "raw", *rest] if rest[1:]:
            return _github(owner, name, shape="blob", rest=rest)
    raise AddressRefused("This is not the address of a repository or of a file on GitHub.")


def _raw(segments: list[str]) -> Address:
    match segments:
        case [owner, name, "refs", "heads" | "tags", *rest] if rest[1:]:
            return _github(owner, name, shape="blob", rest=rest)
        case [owner, name, *rest] if rest[1:]:
            return _github(owner, name, shape="blob", rest=rest)
    raise AddressRefused("This is not the address of a file on GitHub.")


def _github(owner: str, name: str, *, shape: str, rest: list[str]) -> Address:
    """A place at GitHub. `rest` is the branch and the path behind it.

    A branch may have slashes in its name, and nothing tells where it ends. GitHub finds the file
    all the same; only the path is then told with the branch's tail, and no commit.
    """
    # GitHub takes a repository's name in any case. One spelling, so that it is one source.
    owner, name = owner.lower(), name.lower().removesuffix(".git")
    if not _OWNER.fullmatch(owner) or not _NAME.fullmatch(name) or name in _DOTS:
        raise AddressRefused("This is not the address of a repository on GitHub.")
    ref, path = rest[0], "/".join(rest[1:])
    paths = [path] if shape == "blob" else [f"{path}/{name}" if path else name for name in NAMES]
    repository = f"https://{GITHUB}/{owner}/{name}"
    return Address(
        url=f"{repository}/{shape}/{_quoted('/'.join(rest))}" if shape else repository,
        repository=repository,
        candidates=tuple(
            Candidate(f"https://{RAW}/{owner}/{name}/{_quoted(f'{ref}/{file}')}", file)
            for file in paths
        ),
        ref=ref,
    )


def _elsewhere(host: str, segments: list[str]) -> Address:
    folder = f"https://{host}/{_quoted('/'.join(segments[:-1]))}".rstrip("/")
    url = f"{folder}/{_quoted(segments[-1])}"
    return Address(
        url=url,
        repository=folder if len(folder) <= 255 else f"https://{host}",  # noqa: PLR2004 - a column
        candidates=(Candidate(url, segments[-1]),),
    )


def _quoted(path: str) -> str:
    return quote(path, safe="/")


def _not_listed(host: str, hosts: Collection[str]) -> str:
    if not hosts:
        return "This hub fetches nothing from elsewhere."
    return f"This hub does not ask {host}, only {', '.join(sorted(hosts))}."
