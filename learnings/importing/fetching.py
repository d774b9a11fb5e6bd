"""Bringing a README from elsewhere, without being sent where nobody may go.

An address comes from a learner, the connection would come from inside: so it is the hub that has
to be careful. Only listed hosts, only https on its own port, no IP address, no credentials, no
redirect past these rules, and no name that leads into a private network. A name is resolved once
for each question, every address it has is checked, and the connection goes to a checked one:
whoever changes the name's answer afterwards changes nothing.

`Fetcher` takes how names are resolved and how connections are made; tests pass their own. No
setting weakens the rest.
"""

from __future__ import annotations

import io
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, cast
from urllib.parse import quote, urljoin, urlsplit

from foundation.errors import NexusError, Unavailable
from learnings.importing.addresses import COMMIT, PORT, Address, AddressRefused, host_of, parse
from learnings.importing.parsing import MAX_BYTES

logger = logging.getLogger(__name__)

MAX_REDIRECTS: Final = 3
MAX_WIRE: Final = MAX_BYTES + 256 * 1024  # bytes of a whole answer: head, chunk marks and body
MAX_ETAG: Final = 200  # characters, as many as a row keeps
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_OK, _NOT_MODIFIED, _NOT_FOUND = 200, 304, 404
_BLOCK: Final = 64 * 1024  # bytes
# The only IPv6 addresses that are handed out to the public, and what of them leads elsewhere.
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")
_RELAYS: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

IPAddress = IPv4Address | IPv6Address
Resolver = Callable[[str], Iterable[str]]  # a host's name → its addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited, in seconds."""

    connecting: float = 5
    reading: float = 10  # without a byte
    total: float = 20  # for everything that one README needs


class NotFetched(Unavailable):
    """The document did not come. The sentence says why, for its author."""

    code = "not_fetched"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host said. The content is empty unless the status is 200."""

    status: int
    content: bytes = b""
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A README that came: what it is called where it is kept, and at which commit if known."""

    path: str
    repository: str
    commit: str
    content: bytes
    etag: str


def resolve(name: str) -> list[str]:
    """The addresses of `name`, as this machine knows them."""
    found = socket.getaddrinfo(name, PORT, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def connect(address: str, *, server_name: str, timeout: float) -> socket.socket:
    """A TLS connection to `address`, whose certificate is good for `server_name`.

    Raises:
        OSError: nobody answers, or not with that name's certificate.
    """
    return connect_to((address, PORT), server_name=server_name, timeout=timeout)


def connect_to(place: tuple[str, int], *, server_name: str, timeout: float) -> socket.socket:
    """As `connect`, on any port. Only this is ever told a port."""
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        plain.settimeout(timeout)
        plain.connect(place)
        return ssl.create_default_context().wrap_socket(plain, server_hostname=server_name)
    except BaseException:
        plain.close()
        raise


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the public Internet, and to nothing behind it."""
    if isinstance(address, IPv6Address):
        # Addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are not here.
        return address in _PUBLIC_IPV6 and not any(address in relay for relay in _RELAYS)
    return address.is_global and not (address.is_multicast or address.is_reserved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Asks listed hosts, within limits."""

    hosts: Collection[str]
    resolve: Resolver = resolve
    connect: Callable[..., socket.socket] = connect
    patience: Patience = Patience()

    def fetch(self, text: str, *, etag: str = "") -> Document | None:
        """The README that an address means; None if it is still the one that had this ETag.

        Raises:
            AddressRefused: it is not asked.
            NotFetched: it did not come.
        """
        try:
            return self._fetch(parse(text, hosts=self.hosts), etag)
        except NexusError:
            raise
        except Exception as error:
            # Whatever a host says, whoever waits for this README gets a sentence.
            logger.exception("Fetching %s failed", text)
            told = "The hub could not fetch this. That is our fault, and it is logged."
            raise NotFetched(told) from error

    def _fetch(self, address: Address, etag: str) -> Document | None:
        deadline = time.monotonic() + self.patience.total
        for candidate in address.candidates:
            answer = self._get(candidate.url, deadline, etag=etag)
            if answer.status == _NOT_MODIFIED and etag:
                return None
            if answer.status == _OK:
                commit = self._commit(address, candidate.path, answer.content, deadline)
                return Document(
                    path=candidate.path,
                    repository=address.home,
                    commit=commit,
                    content=answer.content,
                    etag=answer.etag,
                )
            if answer.status != _NOT_FOUND:
                host = urlsplit(candidate.url).hostname
                raise NotFetched(f"{host} answered {answer.status} instead of the README.")
        raise NotFetched("There is no README at this address, or not for everybody.")

    def _commit(self, address: Address, path: str, content: bytes, deadline: float) -> str:
        """The commit at which the file reads like this; empty if that is not certain.

        A branch may have moved since it was read. So the file is asked for once more, as it is
        at the commit that was told, and only the same text proves it.
        """
        if address.commit or not address.commit_url:
            return address.commit
        try:
            told = self._get(address.commit_url, deadline, accept="application/vnd.github.sha")
            commit = told.content.decode("ascii", "replace").strip()
            if not COMMIT.fullmatch(commit):
                return ""
            same = self._get(address.at_commit(path, commit), deadline).content == content
        except (AddressRefused, NotFetched):
            return ""  # the README is here; where exactly from is only good to know
        return commit if same else ""

    def _get(self, url: str, deadline: float, *, etag: str = "", accept: str = "*/*") -> Answer:
        """Ask for `url`, following redirects by hand: each is checked like the first."""
        for hop in range(MAX_REDIRECTS + 1):
            try:
                host = host_of(url, hosts=self.hosts, query=True)
            except AddressRefused as error:
                raise AddressRefused(
                    f"The address leads on. {error}" if hop else str(error)
                ) from None
            line = self._open(host, deadline)
            try:
                answer, location = _ask(line, url, etag=etag, accept=accept)
            except TimeoutError:
                raise NotFetched(f"{host} was too slow.") from None
            except (OSError, HTTPException, ValueError):
                raise NotFetched(f"{host} broke off, or did not speak HTTP.") from None
            finally:
                line.close()
            if answer.status not in _REDIRECTS:
                return answer
            url = _led_on(url, location)
        raise NotFetched(f"The address leads on more than {MAX_REDIRECTS} times.")

    def _open(self, host: str, deadline: float) -> _Line:
        """A connection to one of the host's addresses, all of which are public.

        Raises:
            AddressRefused: one of them is not.
        """
        limit = min(self.patience.connecting, deadline - time.monotonic())
        addresses = _looked_up(self.resolve, host, limit)
        for address in addresses:
            if not is_public(address):
                raise AddressRefused(f"{host} leads to an address that is not public.")
        for address in addresses:
            left = min(self.patience.connecting, deadline - time.monotonic())
            if left <= 0:
                break
            try:
                opened = self.connect(str(address), server_name=host, timeout=left)
            except OSError:
                continue  # it may be reached at the next of its addresses
            return _Line(opened, deadline=deadline, reading=self.patience.reading)
        raise NotFetched(f"{host} cannot be reached.")


class _Line:
    """A connection that keeps to its limits: for each wait, for all of them, for all bytes."""

    def __init__(self, connection: socket.socket, *, deadline: float, reading: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._reading = reading
        self._bytes_left = MAX_WIRE

    def send(self, text: str) -> None:
        """Send a request's head."""
        self._set_limit()
        self._connection.sendall(text.encode("ascii"))

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `HTTPResponse` reads from. Closing it does not close the connection."""
        return io.BufferedReader(_Reading(self), _BLOCK)

    def receive(self, target: Any) -> int:
        """Read what is there, waiting if nothing is.

        Raises:
            TimeoutError: it took too long.
            NotFetched: the other side sends more than any README has.
        """
        self._set_limit()
        size = self._connection.recv_into(target)
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise _too_large()
        return size

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _set_limit(self) -> None:
        left = min(self._reading, self._deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)


class _Reading(io.RawIOBase):
    """The incoming half of a line."""

    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        return self._line.receive(target)


def _led_on(url: str, location: str) -> str:
    """Where a redirect leads; it is checked before it is asked."""
    try:
        return urljoin(url, location).split("#")[0]
    except ValueError:
        raise AddressRefused("The address leads on. There it is no address.") from None


def _looked_up(resolve: Resolver, host: str, limit: float) -> list[IPAddress]:
    """The host's addresses, each once.

    The system's own resolver knows no time limit, so a thread asks it, and nobody waits for that
    longer than `limit` seconds.
    """
    found: list[IPAddress] = []

    def look_up() -> None:
        try:
            found.extend(dict.fromkeys(map(ip_address, resolve(host))))
        except (OSError, ValueError):
            found.clear()

    asking = threading.Thread(target=look_up, name=f"resolve {host}", daemon=True)
    asking.start()
    asking.join(max(0.0, limit))
    if asking.is_alive() or not found:
        raise NotFetched(f"The name {host} could not be resolved.")
    return list(found)


def _ask(line: _Line, url: str, *, etag: str, accept: str) -> tuple[Answer, str]:
    """Send one request; returns the answer and where it leads on."""
    line.send(_request(url, etag=etag, accept=accept))
    response = HTTPResponse(cast("socket.socket", line), method="GET")
    try:
        response.begin()
        content = _body(response) if response.status == _OK else b""
        told = response.headers.get("ETag", "").strip()
        fits = len(told) <= MAX_ETAG and told.isascii() and told.isprintable()
        answer = Answer(response.status, content, told if fits else "")
        return answer, response.headers.get("Location", "")
    finally:
        response.close()


def _request(url: str, *, etag: str, accept: str) -> str:
    parts = urlsplit(url)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {parts.hostname}",
        "User-Agent: nexus-hub",  # GitHub's API wants a name
        f"Accept: {accept}",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if etag:
        lines.append(f"If-None-Match: {etag}")
    return "\r\n".join(lines) + "\r\n\r\n"


def _body(response: HTTPResponse) -> bytes:
    """The whole body, whatever the header says about its length or its type."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        # Asked for as it is: what could grow on unpacking is not unpacked.
        raise NotFetched("The host sent the README packed, although it was asked not to.")
    if (response.length or 0) > MAX_BYTES:
        raise _too_large()
    body = bytearray()
    while block := response.read(_BLOCK):
        body += block
        if len(body) > MAX_BYTES:
            raise _too_large()
    if response.length:
        raise NotFetched("The README broke off in the middle.")
    return bytes(body)


def _too_large() -> NotFetched:
    return NotFetched(f"What is there is larger than a README may be: {MAX_BYTES:,} bytes.")
