"""What costs a publisher most, and how to mend it. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

# By code; `{field}` is the field's label. What a publisher can do about it, in one sentence.
FIXES = {
    "missing": "Ask for {field} in your form, and send it with every lead.",
    "invalid_format": "Check {field} in your form before you send it.",
    "not_allowed": "Offer only the choices of {field} that the spec lists.",
    "too_long": "Shorten {field} to the length in the spec.",
    "out_of_area": "Show your ads only in the states of the offer.",
    "duplicate": "Leave out people whom you sent within the window; your own list of sent numbers is enough.",
    "cap_reached": "Send later in the day, or ask for a higher cap.",
    "outside_schedule": "Send only while the offer is open.",
    "consent_missing": "Show the consent words beside the button, and send text, time and page.",
    "consent_stale": "Send leads while they are fresh; ask older ones again.",
    "suppressed": "Nothing to mend: these people asked not to be contacted.",
    "suspected_bot": "Send the visitor's own address, not your server's.",
    "offer_paused": "Stop sending to this offer until it is live again.",
}
FAULTS = {
    "missing": "had no {field}",
    "invalid_format": "had {field} that can't be read",
    "not_allowed": "had {field} outside the choices",
    "too_long": "had {field} that is too long",
    "out_of_area": "came from outside the area",
    "duplicate": "were known already",
    "cap_reached": "came after the cap was full",
    "outside_schedule": "came while the offer was closed",
    "consent_missing": "lacked a part of the consent",
    "consent_stale": "had a consent that is too old",
    "suppressed": "must not be contacted",
    "suspected_bot": "shared one visitor's address",
    "offer_paused": "went to a paused offer",
}


class Loss(msgspec.Struct, frozen=True):
    """So many leads refused for one reason, what they would have earned (minor units), and the way out."""

    code: str
    field: str
    count: int
    amount: int
    what: str
    fix: str


def costliest(found: Iterable[tuple[str, str, int, int]], labels: Mapping[str, str], most: int = 3) -> list[Loss]:
    """`found`: (field, code, count, amount) of refused posts. Duplicates and people who must not be called
    come last among equals, because they can be mended least.
    """
    losses = [_loss(field, code, count, amount, labels) for field, code, count, amount in found]
    return sorted(losses, key=lambda loss: (-loss.amount, -loss.count, loss.code == "suppressed", loss.field))[:most]


def _loss(field: str, code: str, count: int, amount: int, labels: Mapping[str, str]) -> Loss:
    label = labels.get(field, field)
    shown = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    return Loss(
        code,
        field,
        count,
        amount,
        FAULTS.get(code, code).format(field=shown),
        FIXES.get(code, "").format(field=shown),
    )
