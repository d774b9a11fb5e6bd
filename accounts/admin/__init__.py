"""People and cohorts in the admin site."""

from accounts.admin import cohorts, users

__all__ = ["cohorts", "users"]
