"""Reading problem answers in tests."""


def culprits(response) -> set[tuple[str, str]]:
    """`{(pointer or parameter, code)}` of a problem, whose frame is checked on the way."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["instance"] == response.wsgi_request.path
    assert body["request_id"] == response["X-Request-ID"]
    return {(c.get("pointer", c.get("parameter")), c["code"]) for c in body["errors"]}
