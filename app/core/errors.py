"""What can go wrong that a person can be told about. Raising any of these rolls the transaction back."""

from collections.abc import Sequence

import msgspec

from themes.catalogue import later, say


class FieldError(msgspec.Struct, frozen=True):
    """One fault in one field: a stable code for programs, a sentence for people that says how to mend it."""

    field: str
    code: str
    message: str


class Problem(Exception):
    """Base of everything that is answered with a page or a problem document instead of a stack trace."""

    status = 500
    title = later("Something went wrong on our side.")

    def __init__(self, detail: str = "", *, code: str = "", retry_after: int | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail, self.code, self.retry_after = detail or self.title, code, retry_after


class NotFound(Problem):
    """Missing, or not within this person's reach: the two look alike."""

    status = 404
    title = later("This page doesn't exist, or you don't have access to it.")


class NotSignedIn(Problem):
    """`onward` is where to go after signing in, when it is not where the request came to."""

    status = 401
    title = later("Sign in to go on.")

    def __init__(self, onward: str = "") -> None:
        super().__init__()
        self.onward = onward


class Forbidden(Problem):
    """For programs with a good key and for a refused form token; people without a right get NotFound."""

    status = 403
    title = later("This is not allowed with these credentials.")


class Conflict(Problem):
    status = 409
    title = later("Somebody changed this meanwhile.")


class Gone(Problem):
    status = 410
    title = later("This link has been used or has expired.")


class TooMany(Problem):
    status = 429
    title = later("Too many tries.")


class Unavailable(Problem):
    status = 503
    title = later("We can't reach a part of the service. Try again in a moment; nothing is lost.")


class Invalid(Problem):
    """Input that cannot be taken as it is."""

    status = 422
    title = later("Some answers need a change.")

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(say(error.message) for error in errors))
        self.errors = list(errors)


def invalid(field: str, message: str, code: str = "not_allowed") -> Invalid:
    """The common case of one fault."""
    return Invalid([FieldError(field, code, message)])
