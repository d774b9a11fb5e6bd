"""The user, roles, cohorts and refresh-token families."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.core.validators import MinLengthValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from foundation.freshness import FreshModel, FreshQuerySet
from foundation.models import EditedModel


class Role(models.TextChoices):
    """What a person is to the hub. Each is a group of the same name, made by migration."""

    LEARNER = "LEARNER", "Learner"
    CURATOR = "CURATOR", "Curator"
    ADMIN = "ADMIN", "Admin"


class Track(models.TextChoices):
    """Which programme a person follows."""

    BACKEND = "BACKEND", "Backend"
    FRONTEND = "FRONTEND", "Frontend"
    FULLSTACK = "FULLSTACK", "Full stack"


class UserQuerySet(FreshQuerySet["User"]):
    """Questions about people."""

    def visible_to(self, user: User) -> Self:
        """People whose public profile `user` may read: the active ones; curators see all."""
        return self if user.curates else self.filter(is_active=True)

    def with_role(self) -> Self:
        """Fetch groups along, so that `role` costs one query for the whole list."""
        return self.prefetch_related("groups")

    def curators(self) -> Self:
        """Active people who review, superusers included."""
        return self.filter(
            Q(groups__name__in=[Role.CURATOR, Role.ADMIN]) | Q(is_superuser=True), is_active=True
        ).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes users. Addresses are compared without regard to case."""

    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        role: Role = Role.LEARNER,
        **fields: Any,
    ) -> User:
        """Create a user in the group of `role`; without a password nobody can log in."""
        user: User = self.model(email=email, **fields)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            user.assign_role(role)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an admin who also passes every permission check."""
        fields.setdefault("display_name", email.partition("@")[0])
        return self.create_user(email, password, role=Role.ADMIN, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        """Find the user with this address, in whatever case it is typed."""
        user: User = self.get(email=normalised_email(email or ""))
        return user


def normalised_email(email: str) -> str:
    """The form in which an address is stored and looked up: trimmed, in lower case."""
    return email.strip().lower()


class User(FreshModel, EditedModel, AbstractBaseUser, PermissionsMixin):
    """Somebody who logs in with an e-mail address."""

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=80, validators=[MinLengthValidator(1)])
    track = models.CharField(max_length=10, choices=Track.choices, default=Track.BACKEND)
    bio = models.TextField(max_length=2000, blank=True)
    github_url = models.URLField(max_length=200, blank=True)
    is_active = models.BooleanField("active", default=True)
    token_epoch = models.PositiveIntegerField(
        default=0, editable=False, help_text="Tokens of an earlier epoch are refused."
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    left_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since when this is only the nameless author of what was published.",
    )

    # Set on users made from a reader's remembered state, whose groups were not fetched.
    remembered_role: Role | None = None
    # Set where somebody acts with less than they may: by a token of narrow scope.
    is_limited = False

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    # A bulk write names no rows, so it may have changed any reader's state.
    freshness = ("users", "readers")
    every_row = ("every-user",)
    # What is no part of the profile.
    uncounted = frozenset({"last_login", "token_epoch", "password", "email_verified_at"})

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="email_unique_in_any_case"),
            models.CheckConstraint(condition=~Q(display_name=""), name="user_has_a_name"),
            models.CheckConstraint(condition=Q(track__in=Track.values), name="user_track_known"),
        ]
        indexes = [
            models.Index(fields=["-joined_at", "-id"], name="user_newest"),  # the order of users/
            models.Index(fields=["track"], name="user_track"),  # entries by their author's track
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    def get_full_name(self) -> str:
        """What to call this person; the admin site asks."""
        return self.display_name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the address in the form it is looked up by.

        A new password ends all sessions, wherever it was given: whoever changes it may do so
        because somebody else knows the old one.
        """
        self.email = normalised_email(self.email)
        # Django keeps it here from `set_password` to the save; an upgraded hash is no new one.
        given = getattr(self, "_password", None)
        has_new_password = given is not None and not self._state.adding
        super().save(*args, **kwargs)
        if has_new_password:
            self.revoke_tokens()

    @property
    def role(self) -> Role:
        """The strongest role among the user's groups."""
        if self.remembered_role is not None:
            return self.remembered_role
        if self.is_superuser:
            return Role.ADMIN
        names = {group.name for group in self.groups.all()}
        return next((role for role in (Role.ADMIN, Role.CURATOR) if role in names), Role.LEARNER)

    @property
    def curates(self) -> bool:
        """Whether this person reviews and sees everything."""
        return self.is_active and self.role in {Role.CURATOR, Role.ADMIN}

    @property
    def is_staff(self) -> bool:
        """Whether the admin site opens for this person: it is where curators work."""
        return self.curates

    def limit_to_learner(self) -> None:
        """Leave every power beyond a learner's behind, on this instance only."""
        self.remembered_role = Role.LEARNER
        self.is_superuser = False
        self.is_limited = True

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether this person holds a right, as whoever they act as here."""
        return not self.is_limited and super().has_perm(perm, obj)

    @transaction.atomic
    def assign_role(self, role: Role) -> None:
        """Make `role` the only role of this user. Acts at once, also on tokens given out."""
        self.groups.remove(*Group.objects.filter(name__in=Role.values))
        self.groups.add(Group.objects.get(name=role))
        self.remembered_role = None

    @transaction.atomic
    def revoke_tokens(self) -> None:
        """Refuse every token given out so far, on all devices and in all scripts."""
        self.token_epoch = F("token_epoch") + 1
        self.save(update_fields=["token_epoch"])
        # Past the manager, which would bump everybody's state: the save has bumped this person's.
        personal: models.QuerySet[PersonalToken] = models.QuerySet(PersonalToken).filter(
            user=self, revoked_at=None
        )
        personal.update(revoked_at=timezone.now())
        self.refresh_from_db(fields=["token_epoch"])


class Cohort(models.Model):
    """A group of learners who take a programme together."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="Membership", related_name="cohorts", blank=True
    )

    objects: ClassVar[models.Manager[Cohort]] = FreshQuerySet.as_manager()
    freshness = ("cohorts", "users")  # lists of people and entries name it by its slug

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="cohort_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    # `cohort.members.add(…)` creates in bulk, too.
    objects: ClassVar[models.Manager[Membership]] = FreshQuerySet.as_manager()
    freshness = ("users",)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user} in {self.cohort}"


class TokenFamily(models.Model):
    """All refresh tokens that descend from one log-in. Only the newest of them is good.

    Whoever shows an older one may be a thief or a slow browser tab: within a short grace the same
    successor is answered, after it the whole family is revoked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    token_epoch = models.PositiveIntegerField()
    current = models.UUIDField(default=uuid.uuid4, help_text="jti of the newest refresh token.")
    current_from = models.DateTimeField(help_text="When the newest token was given out.")
    retired = models.JSONField(
        default=dict, help_text="When each lately retired token was, in ISO 8601, by its jti."
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[TokenFamily]] = FreshQuerySet.as_manager()
    freshness = ("readers",)

    class Meta:
        verbose_name_plural = "token families"
        indexes = [
            # A reader's state names the families revoked while access tokens still live.
            models.Index(fields=["user", "revoked_at"], name="family_revoked"),
            models.Index(fields=["expires_at"], name="family_expired"),  # the daily clean-up
        ]

    def __str__(self) -> str:
        return str(self.id)

    def revoke(self, *, at: datetime) -> None:
        """Refuse all tokens of this family from `at` on."""
        self.revoked_at = at
        self.save(update_fields=["revoked_at"])


class PersonalToken(models.Model):
    """A token that somebody made for a script of theirs. Its text is shown once and never kept."""

    class Scope(models.TextChoices):
        """What a token may be used for."""

        READ = "read", "Read"
        WRITE = "write", "Write"
        CURATE = "curate", "Curate"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager[PersonalToken]] = FreshQuerySet.as_manager()
    freshness = ("readers",)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="personal_token_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="personal_token_by_user"),
            models.Index(fields=["expires_at"], name="personal_token_expired"),  # the clean-up
        ]

    def __str__(self) -> str:
        return self.name
