"""How passwords are hashed: with Argon2, in an amount of memory that a busy server has."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class LeanArgon2Hasher(Argon2PasswordHasher):
    """Argon2id as the OWASP Password Storage Cheat Sheet recommends it: 19 MiB, two passes.

    Django's own choice takes 100 MiB for each log-in while it lasts. A class that logs in at the
    same time would ask for more than a small machine has. Hashes with other parameters are renewed
    at the next log-in.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
