"""Django's entry for accounts, where cached answers learn what they depend on."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and what they may do."""

    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Connect the writes that change a reader's state or a public profile."""
        from django.contrib.auth.models import Group

        from accounts.models import Cohort, Membership, PersonalToken, TokenFamily, User
        from foundation.freshness import bump_on_relation, bump_on_write

        # `last_login` is nobody's business but the row's: a log-in must not empty the cache.
        bump_on_write(
            User,
            subjects=lambda user: ["users", f"reader:{user.pk}", *user.subjects_of_row(user.pk)],
            ignoring=frozenset({"last_login"}),
        )
        bump_on_write(TokenFamily, subjects=lambda family: [f"reader:{family.user_id}"])
        bump_on_write(
            PersonalToken,
            subjects=lambda token: [f"reader:{token.user_id}"],
            ignoring=frozenset({"last_used_at"}),
        )
        for model in (Cohort, Membership):
            bump_on_write(model, subjects=lambda row: row.freshness)
        # Roles are groups: renaming or deleting one changes what its members may do.
        bump_on_write(Group, subjects=lambda _group: User.freshness)
        bump_on_relation(User.groups.through, subjects=lambda user: ["users", f"reader:{user.pk}"])
