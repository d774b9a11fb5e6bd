"""People as the API shows and takes them."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import get_error_detail

from accounts.models import Role, Track, User, normalised_email
from foundation.http.serializers import StrictModelSerializer, StrictSerializer

MAX_PASSWORD: Final = 1000  # characters; hashing takes time with every one of them
# Django's validators see to the length; the documentation cannot ask them.
NEW_PASSWORD: Final[dict[str, Any]] = {"input_type": "password", "limits": {"minLength": 8}}
MAX_TOKEN: Final = 4000  # characters, several times what the hub gives out

github_address = RegexValidator(
    r"^https://github\.com/", "An address that starts with https://github.com/.", "not_github"
)


class AddressField(serializers.EmailField):
    """An e-mail address in the form in which it is stored."""

    def to_internal_value(self, data: Any) -> str:
        """Trim and lower it before it is validated: lower case can be longer."""
        return normalised_email(super().to_internal_value(data))


class PublicUserSerializer(StrictModelSerializer):
    """A person as everybody sees them."""

    role = serializers.ChoiceField(choices=Role.choices, read_only=True)

    class Meta:
        model = User
        fields = ["id", "display_name", "track", "bio", "github_url", "role", "joined_at"]
        read_only_fields = ["id", "joined_at"]
        ref_name = "User"


class MeSerializer(PublicUserSerializer):
    """A person as they see themselves."""

    class Meta(PublicUserSerializer.Meta):
        fields = ["id", "email", *PublicUserSerializer.Meta.fields[1:]]
        read_only_fields = ["id", "email", "joined_at"]
        extra_kwargs = {
            "github_url": {
                "validators": [github_address],
                "style": {"limits": {"pattern": r"^(https://github\.com/[!-~]*)?$"}},  # or none
            }
        }
        ref_name = "Me"

    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        """Save the fields that were sent and no others: somebody may be changing those."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save(update_fields=list(validated_data))
        return instance


class RegistrationSerializer(StrictSerializer):
    """Who wants to join, and how they will log in."""

    email = AddressField(max_length=254)
    password = serializers.CharField(
        max_length=MAX_PASSWORD, trim_whitespace=False, style=NEW_PASSWORD
    )
    display_name = serializers.CharField(max_length=80)
    track = serializers.ChoiceField(choices=Track.choices)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask Django's password validators, which compare the password with the person too."""
        person = User(email=attrs["email"], display_name=attrs["display_name"])
        try:
            validate_password(attrs["password"], user=person)
        except DjangoValidationError as error:
            raise ValidationError({"password": get_error_detail(error)}) from error
        return attrs


class CredentialsSerializer(StrictSerializer):
    """What a person knows. Any text may be tried: a wrong one is a 401, not a 400."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(
        max_length=MAX_PASSWORD, trim_whitespace=False, style={"input_type": "password"}
    )


class TokenPairSerializer(StrictSerializer):
    """Send `access` with every request; exchange `refresh` for the next pair when it expires."""

    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)


class RefreshSerializer(StrictSerializer):
    """A refresh token, as log-in or the last refresh gave it."""

    refresh = serializers.CharField(max_length=MAX_TOKEN)


class TokenSerializer(StrictSerializer):
    """A token of either kind."""

    token = serializers.CharField(max_length=MAX_TOKEN)
