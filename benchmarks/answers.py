"""One request by hand: is this contender's answer right, before its speed means anything?"""

from __future__ import annotations

import gzip
import http.client
import json
from dataclasses import dataclass
from typing import Any

from benchmarks.works import Expected
from benchmarks.wrk import HOST, Request


class WrongAnswer(Exception):
    """A contender answers something else than what it is measured for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, unpacked and read."""
        packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)


def ask(port: int, request: Request) -> Answer:
    """Send a request once, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Host": HOST, "Accept": "*/*", **request.headers}
        # Otherwise http.client would ask for `identity`, which wrk does not.
        connection.putrequest(
            request.method, request.path, skip_host=True, skip_accept_encoding=True
        )
        body = request.first_body
        if body:
            headers["Content-Length"] = str(len(body))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def check(answer: Answer, expected: Expected) -> None:
    """Compare an answer with what is expected.

    Raises:
        WrongAnswer: names the first difference.
    """
    if answer.status != expected.status:
        raise WrongAnswer(f"{answer.status}, not {expected.status}: {answer.body[:300]!r}")
    for header, wanted in (("x-cache", expected.cache), ("content-encoding", expected.encoding)):
        if wanted is not None and answer.headers.get(header) != wanted:
            raise WrongAnswer(f"{header} is {answer.headers.get(header)}, not {wanted}")
    if expected.encoding is None and "content-encoding" in answer.headers:
        raise WrongAnswer("compressed, though nobody asked")
    if expected.rows is not None and len(answer.json["results"]) != expected.rows:
        raise WrongAnswer(f"{len(answer.json['results'])} rows, not {expected.rows}")


def check_alike(answer: Answer, reference: Answer) -> None:
    """Compare a page or an entry with Nexus' own: the same entries, the same fields, as many bytes.

    Raises:
        WrongAnswer: contenders would be compared at different work.
    """
    ours, theirs = (_entries(each.json) for each in (reference, answer))
    if [row["id"] for row in ours] != [row["id"] for row in theirs]:
        raise WrongAnswer("other entries than Nexus has")
    if other := set(ours[0]) ^ set(theirs[0]):
        raise WrongAnswer(f"other fields than Nexus has: {', '.join(sorted(other))}")
    mine, its = len(json.dumps(ours)), len(json.dumps(theirs))
    if not 0.9 < its / mine < 1.1:  # noqa: PLR2004 - formats of times may differ, texts may not
        raise WrongAnswer(f"{its} bytes where Nexus has {mine} for the same entries")


def _entries(content: Any) -> Any:
    return content.get("results", [content])
