"""Forms by which people are created, changed and given new passwords."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.models import Role, User, normalised_email

ROLE_HELP: Final = "Learners write, curators review, admins look after people too. Acts at once."
TRUST_HELP: Final = "Rights beyond the role, for people whom curators trust."


def _role_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=Role.choices,
        initial=Role.LEARNER,
        help_text=ROLE_HELP,
        widget=UnfoldAdminSelectWidget,
    )


def special_rights() -> QuerySet[Permission]:
    """Rights that no role brings: all but Django's add, change, delete and view."""
    return Permission.objects.exclude(codename__regex=r"^(add|change|delete|view)_").select_related(
        "content_type"
    )


class NewUserForm(UserCreationForm):
    """Creates somebody with a first password and a role."""

    role = _role_field()

    class Meta:
        model = User
        fields = ("email", "display_name", "track")

    def clean_email(self) -> str:
        """Compare addresses in the form in which they are stored."""
        return normalised_email(self.cleaned_data["email"])


class UserForm(UserChangeForm):
    """Changes somebody's profile, role and rights."""

    role = _role_field()
    user_permissions = forms.ModelMultipleChoiceField(
        special_rights(),
        required=False,
        label="Trusted to",
        help_text=TRUST_HELP,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = User
        fields = ("email", "display_name", "track", "bio")  # `UserAdmin.fieldsets` has the whole

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            self.fields["role"].initial = self.instance.role
        if rights := self.fields.get("user_permissions"):
            rights.queryset = special_rights()
            rights.label_from_instance = lambda right: right.name

    def clean_email(self) -> str:
        """Compare addresses in the form in which they are stored."""
        return normalised_email(self.cleaned_data["email"])


class NewPasswordForm(AdminPasswordChangeForm):
    """Gives somebody a new password and ends all their sessions."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        """Save the password; tokens given out before are refused from now on."""
        user: User = super().save(commit)
        if not user.has_usable_password():  # a new one has revoked them when it was saved
            user.revoke_tokens()
        return user
