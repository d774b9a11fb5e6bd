"""How the API is documented: drf-yasg with Nexus' own inspectors. Why: docs/decisions/0007."""

from typing import Any, Final

# With it a view's URL would have to carry formats such as ".json".
SWAGGER_USE_COMPAT_RENDERERS: Final = False

SWAGGER_SETTINGS: Final[dict[str, Any]] = {
    "DEFAULT_AUTO_SCHEMA_CLASS": "foundation.openapi.operations.OperationInspector",
    "DEFAULT_FIELD_INSPECTORS": [
        "foundation.openapi.shapes.ShownAsInspector",
        "foundation.openapi.shapes.ShapeInspector",
        "drf_yasg.inspectors.ChoiceFieldInspector",
        "drf_yasg.inspectors.FileFieldInspector",
        "drf_yasg.inspectors.DictFieldInspector",
        "drf_yasg.inspectors.JSONFieldInspector",
        "drf_yasg.inspectors.HiddenFieldInspector",
        "drf_yasg.inspectors.RelatedFieldInspector",
        "drf_yasg.inspectors.SerializerMethodFieldInspector",
        "drf_yasg.inspectors.SimpleFieldInspector",
        "drf_yasg.inspectors.StringDefaultFieldInspector",
    ],
    "DEFAULT_FILTER_INSPECTORS": ["foundation.openapi.parameters.TypedFilters"],
    "DEFAULT_PAGINATOR_INSPECTORS": ["foundation.openapi.parameters.KeysetPages"],
    # Swagger 2.0 has no bearer scheme. The page puts "Bearer" in front of what is typed in.
    "SECURITY_DEFINITIONS": {
        "Bearer": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The `access` token from log-in, alone: `Bearer` is put before it here. "
            "In your own code send `Authorization: Bearer <token>`.",
        },
    },
    "USE_SESSION_AUTH": False,
    "PERSIST_AUTH": True,
    "SPEC_URL": "swagger-json",
    "VALIDATOR_URL": None,  # the validator is somebody else's server
    "DOC_EXPANSION": "none",
    "DEEP_LINKING": True,
    "DEFAULT_MODEL_RENDERING": "example",
    "DEFAULT_MODEL_DEPTH": 1,
    "DISPLAY_OPERATION_ID": False,
}
REDOC_SETTINGS: Final[dict[str, Any]] = {
    "SPEC_URL": "openapi-json",  # it tells more: both bodies of an import, the headers of answers
    "EXPAND_RESPONSES": "200,201",
    "REQUIRED_PROPS_FIRST": True,
    "PATH_IN_MIDDLE": True,
    "HIDE_HOSTNAME": True,
}
