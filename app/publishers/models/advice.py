"""What costs a publisher most, and how to mend it. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from themes.catalogue import later, say

# By code, with the field's label: what was wrong with so many posts, and what a publisher can do about it.
FIXES = {
    "missing": later("Ask for the %(field)s in your form, and send it with every lead."),
    "invalid_format": later("Check the %(field)s in your form before you send it."),
    "not_allowed": later("Offer only the choices of %(field)s that the spec lists."),
    "too_long": later("Shorten the %(field)s to the length in the spec."),
    "out_of_area": later("Show your ads only in the states of the offer."),
    "duplicate": later("Leave out people whom you sent within the window; your own list of sent numbers is enough."),
    "cap_reached": later("Send later in the day, or ask for a higher cap."),
    "outside_schedule": later("Send only while the offer is open."),
    "consent_missing": later("Show the consent words beside the button, and send text, time and page."),
    "consent_stale": later("Send leads while they are fresh; ask older ones again."),
    "suppressed": later("Nothing to mend: these people asked not to be contacted."),
    "suspected_bot": later("Send the visitor's own address, not your server's."),
    "offer_paused": later("Stop sending to this offer until it is live again."),
}
FAULTS = {
    "missing": later("without %(field)s"),
    "invalid_format": later("with an unreadable %(field)s"),
    "not_allowed": later("with another %(field)s than the offer takes"),
    "too_long": later("whose %(field)s is too long"),
    "out_of_area": later("from outside the area"),
    "duplicate": later("that we knew already"),
    "cap_reached": later("after the cap was full"),
    "outside_schedule": later("while the offer was closed"),
    "consent_missing": later("without a part of the consent"),
    "consent_stale": later("with a consent that is too old"),
    "suppressed": later("who must not be contacted"),
    "suspected_bot": later("that share one visitor's address"),
    "offer_paused": later("to a paused offer"),
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
    label = say(labels.get(field, field))
    shown = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    return Loss(
        code,
        field,
        count,
        amount,
        say(FAULTS.get(code, code), field=shown),
        say(FIXES[code], field=shown) if code in FIXES else "",
    )
