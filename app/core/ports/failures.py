"""What an outside service can answer other than yes."""

from app.core.agenda.kinds import Retry, Unknown


class Refused(Exception):
    """The service said no and will say no again. `code` is the service's own; `str()` is for people."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class OptedOut(Refused):
    """The carrier blocks texts from this number to this person, because the person sent STOP."""


class Unavailable(Retry):
    """Certainly nothing happened; the same call may be made again later."""


class OutcomeUnknown(Unknown):
    """The request left and no answer came back. It may have happened."""
