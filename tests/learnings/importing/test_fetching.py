"""Fetching what is elsewhere, and nothing from where nobody may go."""

from __future__ import annotations

import datetime as dt
import ipaddress
import itertools
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from learnings.importing.addresses import API, GITHUB, RAW, AddressRefused, parse
from learnings.importing.fetching import (
    MAX_BYTES,
    Fetcher,
    NotFetched,
    Patience,
    connect_to,
    is_public,
)
from tests.elsewhere import COMMIT, PUBLIC, answer, elsewhere, redirect
from tests.wires import frozen_port

REPOSITORY = "https://github.com/owner/name"
HOSTS = (GITHUB, RAW, API)
FILE = (RAW, "/owner/name/HEAD/README.md")


@pytest.fixture
def world():
    with elsewhere() as world:
        yield world


@pytest.fixture
def would_go(monkeypatch):
    """Where any socket of this process would have connected to; none does."""
    places: list[tuple] = []

    def note(_self, place):
        places.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", note)
    return places


# --- What addresses mean ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "url", "first", "path", "ref"),
    [
        ("https://github.com/owner/name", "", "HEAD/README.md", "README.md", "HEAD"),
        (" https://GitHub.com/Owner/Name.git/ ", "", "HEAD/README.md", "README.md", "HEAD"),
        ("https://github.com:443/owner/name", "", "HEAD/README.md", "README.md", "HEAD"),
        ("https://github.com/owner/name?tab=x#y", "", "HEAD/README.md", "README.md", "HEAD"),
        ("https://github.com/owner/name/tree/main", "/tree/main",
         "main/README.md", "README.md", "main"),
        ("https://github.com/owner/name/tree/v1/docs/", "/tree/v1/docs",
         "v1/docs/README.md", "docs/README.md", "v1"),
        ("https://github.com/owner/name/blob/main/docs/my%20notes.md",
         "/blob/main/docs/my%20notes.md",
         "main/docs/my%20notes.md", "docs/my notes.md", "main"),
        ("https://raw.githubusercontent.com/owner/name/main/README.md",
         "/blob/main/README.md", "main/README.md", "README.md", "main"),
        ("https://raw.githubusercontent.com/owner/name/refs/heads/main/README.md",
         "/blob/main/README.md", "main/README.md", "README.md", "main"),
    ],
)  # fmt: skip
def test_an_address_of_github_means_a_file_in_a_repository(text, url, first, path, ref):
    address = parse(text, hosts=HOSTS)

    assert (address.url, address.repository) == (REPOSITORY + url, REPOSITORY)
    assert address.candidates[0].url == f"https://{RAW}/owner/name/{first}"
    assert (address.candidates[0].path, address.ref) == (path, ref)
    assert parse(address.url, hosts=HOSTS) == address


def test_an_address_of_another_listed_host_means_that_file():
    address = parse("https://git.example.org/notes/a/b.md#top", hosts=["git.example.org"])
    assert address.url == address.candidates[0].url == "https://git.example.org/notes/a/b.md"
    assert (address.repository, address.candidates[0].path, address.commit_url) == (
        "https://git.example.org/notes/a", "b.md", "",
    )  # fmt: skip


# --- What comes ---------------------------------------------------------------------------------


def test_a_repositorys_readme_comes_with_its_path_and_commit(world):
    world.serve("# Notes\n")

    found = world.fetcher().fetch("https://github.com/Owner/Name")

    assert (found.content, found.etag) == (b"# Notes\n", '"1"')
    assert (found.repository, found.path, found.commit) == (REPOSITORY, "README.md", COMMIT)
    assert set(world.connections) == {(PUBLIC, RAW), (PUBLIC, API)}
    first = world.requests[0]
    assert first.headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in first.headers
    assert "If-None-Match" not in first.headers


def test_a_readme_is_found_under_its_other_names(world):
    world.at[RAW, "/owner/name/HEAD/readme.md"] = answer(b"# N")
    assert world.fetcher().fetch(REPOSITORY).path == "readme.md"


def test_the_commit_is_told_only_if_it_is_certain(world):
    world.serve("# Old\n")
    world.at[FILE] = answer(b"# New\n")
    assert world.fetcher().fetch(REPOSITORY).commit == ""

    world.serve("# Old\n")
    world.at[API, "/repos/owner/name/commits/HEAD"] = answer(status="429 Too Many Requests")
    assert world.fetcher().fetch(REPOSITORY).commit == ""


def test_the_commit_of_a_permalink_is_the_one_it_names(world):
    world.serve("# Notes\n")
    found = world.fetcher().fetch(f"{REPOSITORY}/blob/{COMMIT}/README.md")
    assert found.commit == COMMIT
    assert [request.host for request in world.requests] == [RAW]


def test_what_has_not_changed_is_not_sent_again(world):
    world.serve("# Notes\n", etag='W/"abc"')
    assert world.fetcher().fetch(REPOSITORY, etag='W/"abc"') is None
    assert world.requests[0].headers["If-None-Match"] == 'W/"abc"'
    assert world.fetcher().fetch(REPOSITORY, etag='"older"') is not None


def test_unchanged_is_no_answer_to_whom_has_nothing(world):
    world.at[FILE] = answer(status="304 Not Modified")
    with pytest.raises(NotFetched, match="304 instead of the README"):
        world.fetcher().fetch(REPOSITORY)


def test_a_redirect_within_the_list_is_followed(world):
    world.at[FILE] = redirect("/moved/README.md?x=1#top")
    world.at[RAW, "/moved/README.md?x=1"] = answer(b"# N")
    assert world.fetcher().fetch(REPOSITORY).content == b"# N"


def test_a_chunked_answer_is_put_together(world):
    chunks = b"2\r\n# \r\n3\r\nabc\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
    world.at[FILE] = head + chunks
    assert world.fetcher().fetch(REPOSITORY).content == b"# abc"


def test_the_next_address_is_tried_if_one_does_not_answer(world):
    def connect(address, **options):
        if address == PUBLIC:
            raise ConnectionRefusedError
        return world.connect(address, **options)

    world.serve("# Notes\n")
    fetcher = Fetcher(hosts=HOSTS, resolve=lambda _: [PUBLIC, "140.82.121.5"], connect=connect)
    assert fetcher.fetch(REPOSITORY).content
    assert world.connections[0] == ("140.82.121.5", RAW)


# --- Where nobody goes --------------------------------------------------------------------------


def test_what_is_allowed_would_go_to_the_address_that_was_checked(would_go):
    """The control of the refusals below: with a good address the stub does see a connection."""
    fetcher = Fetcher(hosts=HOSTS, resolve=lambda _: [PUBLIC, "2606:50c0:8000::153"])
    with pytest.raises(NotFetched):
        fetcher.fetch(REPOSITORY)
    assert would_go == [(PUBLIC, 443), ("2606:50c0:8000::153", 443)]


@pytest.mark.parametrize(
    "address",
    [
        "http://github.com/owner/name",
        "ftp://github.com/owner/name",
        "file:///etc/passwd",
        "//github.com/owner/name",
        "github.com/owner/name",
        "",
        "https://",
        "https:///owner/name",
        "https://github.com:8443/owner/name",
        "https://github.com:80/owner/name",
        "https://github.com:/owner/name",
        "https://github.com:0/owner/name",
        "https://github.com:99999/owner/name",
        "https://github.com:x/owner/name",
        "https://me:secret@github.com/owner/name",
        "https://token@github.com/owner/name",
        "https://@github.com/owner/name",
        "https://github.com@evil.example/owner/name",
        "https://github.com\\@evil.example/owner/name",
        "https://github.com#@evil.example/owner/name",
        "https://127.0.0.1/owner/name",
        "https://127.1/owner/name",
        "https://2130706433/owner/name",
        "https://0177.0.0.1/owner/name",
        "https://017700000001/owner/name",
        "https://0x7f.0.0.1/owner/name",
        "https://0x7f000001/owner/name",
        "https://140.82.121.4/owner/name",
        "https://[::1]/owner/name",
        "https://[::ffff:127.0.0.1]/owner/name",
        "https://[::ffff:7f00:1]/owner/name",
        "https://[fe80::1%25eth0]/owner/name",
        "https://[2606:50c0:8000::153]/owner/name",
        "https://[::1/owner/name",
        "https://localhost/owner/name",
        "https://evil.example/owner/name",
        "https://github.com.evil.example/owner/name",
        "https://github.com./owner/name",
        "https://xgithub.com/owner/name",
        "https://\uff47ithub.com/owner/name",
        "https://git\thub.com/owner/name",
        "https://github.com/owner/name\r\nHost: evil.example",
        "https://github.com/owner/name\x00",
        "https://github.com/owner/name/blob/main/%0d%0aX:1/README.md",
        "https://github.com/owner/name/blob/main/../../../x",
        "https://github.com/owner/name/blob/main/%2e%2e/x",
        "https://github.com/owner/name/blob/main/a%2f..%2fb",
        "https://github.com/owner/name/blob/main/%ff",
        "https://github.com/owner/name/blob/main",
        "https://github.com/owner/name/pull/1",
        "https://github.com/owner",
        "https://github.com/",
        "https://github.com/../name",
        "https://github.com/owner/.git",
        "https://raw.githubusercontent.com/owner/name/main/README.md?token=ABC",
        "https://raw.githubusercontent.com/owner/name",
        "https://api.github.com/repos/owner/name/readme",
        "https://github.com/owner/name/blob/main/" + "x" * 500,
        "https://github.com/owner/name/blob/main/" + "é" * 200,
        "\ud800",
    ],
)
def test_an_address_that_is_not_allowed_is_refused_before_anything_is_asked(would_go, address):
    asked = []
    fetcher = Fetcher(hosts=HOSTS, resolve=lambda name: asked.append(name) or [PUBLIC])
    with pytest.raises(AddressRefused) as refusal:
        fetcher.fetch(address)
    assert str(refusal.value)
    assert (asked, would_go) == ([], [])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
def test_no_list_of_hosts_lets_an_ip_address_or_this_machine_in(would_go, host):
    fetcher = Fetcher(hosts=[host, host.strip("[]")], resolve=lambda _: [PUBLIC])
    with pytest.raises(AddressRefused):
        fetcher.fetch(f"https://{host}/README.md")
    assert would_go == []


NOT_PUBLIC = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:140.82.121.4", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1",
    "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
@pytest.mark.parametrize("beside", [[], [PUBLIC]], ids=["alone", "beside a public one"])
def test_a_name_that_leads_into_a_private_network_is_refused(would_go, address, beside):
    fetcher = Fetcher(hosts=["inside.example"], resolve=lambda _: [*beside, address])
    with pytest.raises(AddressRefused, match="not public"):
        fetcher.fetch("https://inside.example/README.md")
    assert would_go == []


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:50c0:8000::153", "2a00:1450::1"])
def test_what_belongs_to_everybody_is_public(address):
    assert is_public(ipaddress.ip_address(address))


def test_a_name_that_changes_its_answer_gains_nothing(world):
    """Rebinding: public when it is checked, this machine a moment later."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    world.serve("# Notes\n")
    asked = []
    fetcher = world.fetcher(resolve=lambda name: asked.append(name) or next(answers))

    # Resolved once, and connected to what was checked; the commit's host would be the second.
    assert fetcher.fetch(f"{REPOSITORY}/blob/{COMMIT}/README.md").content == b"# Notes\n"
    assert (asked, world.connections) == ([RAW], [(PUBLIC, RAW)])

    with pytest.raises(AddressRefused):
        fetcher.fetch(REPOSITORY)
    assert world.connections == [(PUBLIC, RAW)]


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1/x",
        "https://[::ffff:169.254.169.254]/latest/meta-data/",
        "https://2852039166/latest/meta-data/",
        "https://evil.example/x",
        "//evil.example/x",
        "http://raw.githubusercontent.com/owner/name/HEAD/README.md",
        "https://raw.githubusercontent.com:8443/x",
        "https://me:secret@raw.githubusercontent.com/x",
        "file:///etc/passwd",
        "https://[::1",
        "https://\xff\xfe",
    ],
)
def test_a_redirect_to_where_nobody_may_go_is_refused(world, target):
    world.at[FILE] = redirect(target)
    with pytest.raises(AddressRefused):
        world.fetcher().fetch(REPOSITORY)
    assert world.connections == [(PUBLIC, RAW)]


def test_a_redirect_to_a_listed_name_with_a_private_address_is_refused(world):
    world.at[FILE] = redirect("https://inside.example/x")
    names = {RAW: [PUBLIC], "inside.example": ["10.0.0.1"]}
    fetcher = world.fetcher(hosts=[*HOSTS, "inside.example"], resolve=names.__getitem__)
    with pytest.raises(AddressRefused, match="not public"):
        fetcher.fetch(REPOSITORY)
    assert world.connections == [(PUBLIC, RAW)]


@pytest.mark.parametrize("location", ["README.md", ""])
def test_endless_redirects_end(world, location):
    world.at[FILE] = redirect(location)
    with pytest.raises(NotFetched, match="more than 3 times"):
        world.fetcher().fetch(REPOSITORY)
    assert len(world.connections) == 4


# --- How much, and how long -------------------------------------------------------------------


def endlessly(head: bytes, block: bytes):
    """A script that sends until the other side hangs up, and counts what it could send."""

    def script(line):
        script.sent = 0
        try:
            line.sendall(head)
            for _ in range(100 * MAX_BYTES // len(block)):
                line.sendall(block)
                script.sent += len(block)
        except OSError:
            pass

    return script


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("head", "block"),
    [
        (OK + b"\r\n", b"x" * 65536),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10000),
        (OK + b"Content-Length: 999999999\r\n\r\n", b"x" * 65536),
        (OK + b"Content-Length: -5\r\n\r\n", b"x" * 65536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (b"", b"x" * 65536),
        (OK, b"X-Header: y\r\n" * 1000),
    ],
    ids=["no end", "chunks", "tiny chunks", "announced", "negative", "continues", "noise", "head"],
)
def test_what_has_no_end_is_not_waited_for(world, head, block):
    world.at[FILE] = script = endlessly(head, block)
    with pytest.raises(NotFetched):
        world.fetcher().fetch(REPOSITORY)
    world.close()
    assert script.sent < 20 * MAX_BYTES  # what the kernel buffers on the way is not ours


def test_a_readme_of_the_largest_size_comes_and_one_byte_more_does_not(world):
    world.at[FILE] = answer(b"x" * MAX_BYTES)
    assert len(world.fetcher().fetch(REPOSITORY).content) == MAX_BYTES
    world.at[FILE] = OK + b"\r\n" + b"x" * (MAX_BYTES + 1)
    with pytest.raises(NotFetched, match="larger"):
        world.fetcher().fetch(REPOSITORY)
    world.at[FILE] = answer(Content_Length=str(MAX_BYTES + 1))  # known before a byte of it came
    with pytest.raises(NotFetched, match="larger"):
        world.fetcher().fetch(REPOSITORY)


def test_a_length_that_lies_is_noticed(world):
    world.at[FILE] = answer(b"# Half of", Content_Length="100")
    with pytest.raises(NotFetched, match="broke off"):
        world.fetcher().fetch(REPOSITORY)
    world.at[FILE] = answer(b"# N" + b"x" * 2 * MAX_BYTES, Content_Length="3")
    assert world.fetcher().fetch(REPOSITORY).content == b"# N"


def test_what_is_packed_is_not_unpacked(world):
    world.at[FILE] = answer(b"\x1f\x8b", Content_Encoding="gzip")
    with pytest.raises(NotFetched, match="packed"):
        world.fetcher().fetch(REPOSITORY)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (answer(status="500 Oh"), "answered 500"),
        (answer(status="429 Slow down"), "answered 429"),
        (answer(status="404 No"), "no README at this address"),
        (b"SSH-2.0-OpenSSH\r\n", "did not speak HTTP"),
        (b"", "did not speak HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "did not speak HTTP"),
    ],
)
def test_a_failure_names_what_is_wrong(world, said, sentence):
    world.at[FILE] = said
    with pytest.raises(NotFetched, match=sentence):
        world.fetcher().fetch(REPOSITORY)


def test_even_a_bug_of_ours_ends_in_a_sentence(world, caplog):
    def broken(_name):
        raise RuntimeError

    fetcher = Fetcher(hosts=HOSTS, resolve=lambda _: [PUBLIC], connect=lambda *_, **__: broken(""))
    with pytest.raises(NotFetched, match="our fault"):
        fetcher.fetch(REPOSITORY)
    assert "Fetching" in caplog.text


def drip(line):
    """A byte each 50 ms: never silent, never done."""
    line.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    for _ in itertools.repeat(None, 200):
        line.sendall(b"x")
        time.sleep(0.05)


def silence(line):
    time.sleep(0.6)


@pytest.mark.parametrize(
    ("script", "patience"),
    [(silence, Patience(reading=0.2)), (drip, Patience(reading=0.2, total=0.4))],
)
def test_a_slow_host_is_left(world, script, patience):
    world.at[FILE] = script
    began = time.monotonic()
    with pytest.raises(NotFetched, match="too slow"):
        world.fetcher(patience=patience).fetch(REPOSITORY)
    assert time.monotonic() - began < 2


def test_a_name_that_takes_for_ever_to_resolve_is_left(world):
    done = threading.Event()
    fetcher = world.fetcher(
        resolve=lambda _: done.wait(5) and [], patience=Patience(connecting=0.1)
    )
    with pytest.raises(NotFetched, match="could not be resolved"):
        fetcher.fetch(REPOSITORY)
    done.set()


def unknown(_name):
    raise socket.gaierror


@pytest.mark.parametrize("resolve", [lambda _: [], lambda _: ["nonsense"], unknown])
def test_a_name_without_addresses_is_a_failure(world, resolve):
    with pytest.raises(NotFetched, match="could not be resolved"):
        world.fetcher(resolve=resolve).fetch(REPOSITORY)


# --- The real connection ------------------------------------------------------------------------


@pytest.fixture
def tls_server(tmp_path):
    """A server on this machine with a certificate for `readmes.example`; asked names are noted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "readmes.example")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("readmes.example")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    names = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        try:
            while True:
                plain, _ = listener.accept()
                try:
                    with context.wrap_socket(plain, server_side=True) as line:
                        line.recv(1)
                except OSError:
                    plain.close()
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname(), names, pem
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_a_connection_asks_for_the_name_and_wants_its_certificate(tls_server, monkeypatch):
    place, names, pem = tls_server
    with pytest.raises(ssl.SSLCertVerificationError):  # nobody we know has signed it
        connect_to(place, server_name="readmes.example", timeout=5)

    trusting = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting(cafile=pem))
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        connect_to(place, server_name="other.example", timeout=5)
    with connect_to(place, server_name="readmes.example", timeout=5) as line:
        assert line.version() in {"TLSv1.2", "TLSv1.3"}
    assert names == ["readmes.example", "other.example", "readmes.example"]


def test_a_host_that_never_shakes_hands_is_left():
    with frozen_port() as port, pytest.raises(TimeoutError):
        connect_to(("127.0.0.1", port), server_name="readmes.example", timeout=0.2)


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("https://github.com/o/n", "https://github.com/o/n"),
        ("https://github.com/o/n/blob/main/README.md", "https://github.com/o/n"),
        (f"https://github.com/o/n/blob/{'a' * 40}/README.md", "https://github.com/o/n"),
        ("https://github.com/o/n/blob/dev/README.md", "https://github.com/o/n/tree/dev"),
    ],
)
def test_a_readme_on_a_branch_is_a_document_of_its_own(address, home):
    assert parse(address, hosts={"github.com", "raw.githubusercontent.com"}).home == home
