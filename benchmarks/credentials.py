"""Make a reader's tokens, as the product makes them, and print them as JSON.

    python -m benchmarks.credentials ID

Run with the environment of the server that will take them. The access token lives longer than
production's, so that a run of some hours needs one.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Final

LIFETIME: Final = timedelta(hours=12)


def main() -> None:
    """Sign the reader in and make them a personal token."""
    import django

    django.setup()
    from django.utils import timezone
    from rest_framework_simplejwt.tokens import AccessToken

    from accounts import personal_tokens, tokens
    from accounts.models import User

    now = timezone.now()
    reader = User.objects.get(pk=int(sys.argv[1]))
    access = AccessToken(tokens.start_family(reader, at=now).access)  # type: ignore[arg-type]
    access.set_exp(from_time=now, lifetime=LIFETIME)
    _, personal = personal_tokens.make(
        by=reader,
        name="benchmark",
        scopes=[personal_tokens.Scope.READ],
        expires_in=LIFETIME,
        at=now,
    )
    print(json.dumps({"access": str(access), "personal": personal}))


if __name__ == "__main__":
    main()
