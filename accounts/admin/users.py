"""People in the admin site.

Curators look; admins change. Nobody can make themselves more than they are: an account's own role
and rights, and a superuser's account, are changed only by those who stand above it.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, Q, QuerySet, TextField, URLField
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.cohorts import MembershipInline
from accounts.admin.forms import NewPasswordForm, NewUserForm, UserForm
from accounts.models import PersonalToken, Role, User
from foundation.admin import DayRangeFilter

# Roles are groups made by migrations: what a group may do is code, not data.
admin.site.unregister(Group)

ROLE_COLOURS: Final = {Role.ADMIN: "danger", Role.CURATOR: "primary", Role.LEARNER: ""}


class RoleFilter(DropdownFilter):
    """People by what they are to the hub."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role.value, role.label) for role in Role]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() not in Role.values:
            return queryset
        is_admin = Q(groups__name=Role.ADMIN) | Q(is_superuser=True)
        ids = {
            Role.ADMIN: User.objects.filter(is_admin),
            Role.CURATOR: User.objects.filter(groups__name=Role.CURATOR).exclude(is_admin),
            Role.LEARNER: User.objects.exclude(is_admin).exclude(groups__name=Role.CURATOR),
        }[Role(self.value())]
        return queryset.filter(pk__in=ids.values("pk"))


class CohortsOfUser(MembershipInline):
    """In which cohorts somebody takes part."""

    fields = ("cohort", "joined_at")
    verbose_name_plural = "Cohorts"


class TokensOfUser(TabularInline):
    """Which scripts act for somebody. Ticked for deletion, a token is refused from then on."""

    model = PersonalToken
    extra = 0
    fields = ("name", "scope_names", "created_at", "expires_at", "last_used_at")
    readonly_fields = fields
    verbose_name_plural = "Personal tokens"
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that their owner did not revoke."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(revoked_at=None).order_by("-created_at", "-pk")

    @display(description="Scopes")
    def scope_names(self, token: PersonalToken) -> str:
        """Scopes, with a comma between."""
        return ", ".join(token.scopes)

    # It is shown to those alone who may change the person, and they may end it but nothing else.
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """Everybody with an account."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    list_display = ("heading", "role_label", "track", "active", "cohort_names", "joined_at")
    list_filter = (
        RoleFilter,
        ("track", ChoicesDropdownFilter),
        "is_active",
        "cohorts",
        ("joined_at", DayRangeFilter),
    )
    list_filter_submit = True
    list_fullwidth = True
    show_full_result_count = False
    search_fields = ("display_name", "email")
    ordering = ("-joined_at", "-pk")
    filter_horizontal = ()
    readonly_fields = ("joined_at", "last_login")
    inlines = (CohortsOfUser,)
    formfield_overrides = {
        TextField: {"widget": UnfoldAdminTextareaWidget({"rows": 3})},
        URLField: {"assume_scheme": "https"},
    }
    actions = ("activate", "deactivate")
    fieldsets = (
        ("Profile", {"fields": ("display_name", "email", "track", "bio", "github_url")}),
        ("Access", {"fields": ("is_active", "role", "user_permissions", "password")}),
        ("Dates", {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    *("email", "display_name", "track", "role"),
                    *("usable_password", "password1", "password2"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """People with their roles and cohorts: a constant number of queries."""
        rows: Any = super().get_queryset(request)
        people: QuerySet[User] = rows.prefetch_related("groups", "cohorts")
        return people

    @display(description="Person", header=True)
    def heading(self, user: User) -> list[str]:
        """Name and address."""
        return [user.display_name, user.email, user.display_name[:2].upper()]

    @display(
        description="Role",
        label=ROLE_COLOURS,
    )
    def role_label(self, user: User) -> tuple[str, str]:
        """The role as a coloured label."""
        return user.role, user.role.label

    @display(description="Active", boolean=True, ordering="is_active")
    def active(self, user: User) -> bool:
        """Whether this person can log in."""
        return user.is_active

    @display(description="Cohorts")
    def cohort_names(self, user: User) -> str:
        """Cohorts, with a comma between."""
        return ", ".join(cohort.name for cohort in user.cohorts.all()) or "—"

    def get_inlines(self, request: HttpRequest, obj: User | None = None) -> tuple[Any, ...]:
        """Cohorts are given once somebody exists; tokens are the business of who may end them."""
        if obj is None:
            return ()
        may_change = self.has_change_permission(request, obj)
        return (*self.inlines, TokensOfUser) if may_change else self.inlines

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show passwords to those who can change them, and who is a superuser to superusers."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        profile, (access, options), *others = fieldsets
        fields = [*options["fields"], *(["is_superuser"] if request.user.is_superuser else [])]
        if not self.has_change_permission(request, obj):
            fields.remove("password")
        return (profile, (access, {"fields": fields}), *others)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """One's own access is changed by others."""
        if obj is not None and obj.pk == request.user.pk:
            return (
                *self.readonly_fields,
                "is_active",
                "role",
                "user_permissions",
                "is_superuser",
            )
        return self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admins change everybody but superusers, whose password would make them one.

        Whoever left is nobody any more: an address and a password would make somebody the author
        of what another person wrote.
        """
        may_change: bool = super().has_change_permission(request, obj)
        if not isinstance(obj, User):
            return may_change
        is_above = obj.is_superuser and not request.user.is_superuser
        return may_change and not is_above and obj.left_at is None

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Deletion would take what others learned from; people are deactivated instead."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """Save, and give the role that was chosen. A new address is one that nobody verified."""
        if "email" in form.changed_data:
            obj.email_verified_at = None
        super().save_model(request, obj, form, change)
        chosen = form.cleaned_data.get("role")
        if chosen and (not change or chosen != obj.role):
            obj.assign_role(Role(chosen))

    @admin.action(description="Activate selected", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let people in again."""
        self._set_active(request, queryset, is_active=True)

    @admin.action(description="Deactivate selected", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Lock people out, also those who are logged in at this moment."""
        self._set_active(request, queryset, is_active=False)

    def _set_active(
        self, request: HttpRequest, queryset: QuerySet[User], *, is_active: bool
    ) -> None:
        changed = 0
        for user in queryset:
            if user.pk == request.user.pk or not self.has_change_permission(request, user):
                messages.warning(
                    request, f"{user} stays as before: you cannot change this account."
                )
                continue
            user.is_active = is_active
            user.save(update_fields=["is_active"])
            self.log_change(request, user, "Activated." if is_active else "Deactivated.")
            changed += 1
        if changed:
            word = "activated" if is_active else "deactivated"
            messages.success(request, f"{changed} {'person' if changed == 1 else 'people'} {word}.")
