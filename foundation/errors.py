"""What can go wrong, said without HTTP.

An exception stands beside the function that raises it and derives from one of these kinds. Its
`code` is part of the API's contract: clients branch on it, so it never changes once published.
"""

from typing import ClassVar


class NexusError(Exception):
    """The root of everything that Nexus refuses. `str(error)` is a sentence for a person."""

    code: ClassVar[str] = "error"


class Invalid(NexusError):
    """The input is wrong, whatever the state. `pointer` is RFC 6901, empty for the whole body."""

    code = "invalid"

    def __init__(self, detail: str, *, pointer: str = "") -> None:
        super().__init__(detail)
        self.pointer = pointer


class Missing(NexusError):
    """The thing is not there, or no longer."""

    code = "not_found"


class Forbidden(NexusError):
    """The actor may see the thing but not do this to it."""

    code = "forbidden"


class Conflict(NexusError):
    """The input is fine, the present state does not allow it."""

    code = "conflict"


class TooLarge(NexusError):
    """More than Nexus takes at once; the sentence says how much it takes."""

    code = "too_large"


class Unavailable(NexusError):
    """A part that is needed does not answer; trying again later may help."""

    code = "unavailable"
