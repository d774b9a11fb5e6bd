"""How the admin site looks and what its sidebar leads to.

Everything it shows is served by Nexus itself: no fonts, scripts or pictures from elsewhere.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.templatetags.static import static


def _mark(_request: HttpRequest) -> str:
    return static("nexus/mark.svg")


def _welcome(_request: HttpRequest) -> str:
    return static("learnings/welcome.svg")


def _stylesheet(_request: HttpRequest) -> str:
    return static("learnings/curation.css")


UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": "Nexus",
    "SITE_HEADER": "Nexus",
    "SITE_SUBHEADER": "Curation",
    "SITE_URL": "/",
    "SITE_ICON": _mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
    "LOGIN": {"image": _welcome},
    "STYLES": [_stylesheet],
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    # The green of the mark is 600: white letters on it have a contrast of more than 6 to 1.
    "COLORS": {
        "primary": {
            "50": "oklch(98% .012 175)",
            "100": "oklch(95% .03 175)",
            "200": "oklch(90% .055 175)",
            "300": "oklch(83% .085 175)",
            "400": "oklch(75% .105 175)",
            "500": "oklch(66% .105 176)",
            "600": "oklch(47% .078 176)",
            "700": "oklch(41% .068 177)",
            "800": "oklch(35% .056 178)",
            "900": "oklch(30% .045 180)",
            "950": "oklch(21% .035 182)",
        },
    },
    "DASHBOARD_CALLBACK": "learnings.admin.overview.with_figures",
    "SIDEBAR": {
        # The search of the sidebar finds names of pages only, and asks the cache without a net.
        "show_search": False,
        "navigation": "learnings.admin.navigation.sidebar",
    },
}
