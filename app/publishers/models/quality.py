"""How good a lead is on arrival, and what would have made it better. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.core.fields import FieldSet
from themes.catalogue import say

WHOLE = 100
OWN_FIELDS = 30  # the share of the tenant's own questions that were answered
FRESH = ((timedelta(minutes=5), 25), (timedelta(hours=1), 18), (timedelta(days=1), 8))


def quality(
    fieldset: FieldSet, values: Mapping[str, Any], consented: datetime | None, certificate: bool, now: datetime
) -> tuple[int, dict[str, int]]:
    """Points from 0 to 100, and the points that each tip of `TIPS` would have brought."""
    own = [field.name for field in fieldset if not field.builtin]
    answered = sum(values.get(name) not in (None, "", []) for name in own)
    got = {
        "email": (10, bool(values.get("email"))),
        "last_name": (5, bool(values.get("last_name"))),
        "phone": (15, bool(values.get("phone"))),
        "certificate": (10, certificate),
        "ip": (5, bool(values.get("ip"))),
    }
    lost = {name: points for name, (points, there) in got.items() if not there}
    lost["own_fields"] = OWN_FIELDS - (OWN_FIELDS * answered // len(own) if own else OWN_FIELDS)
    lost["fresh"] = FRESH[0][1] - _freshness(consented, now)
    lost = {name: points for name, points in lost.items() if points}
    return WHOLE - sum(lost.values()), lost


def _freshness(consented: datetime | None, now: datetime) -> int:
    if consented is None:
        return 0
    return next((points for age, points in FRESH if now - consented <= age), 0)


def tips(lost: Mapping[str, int]) -> list[tuple[str, int]]:
    """What would help, the most first: (sentence, points)."""
    words = {
        "email": say("Send an e-mail address."),
        "last_name": say("Send the last name."),
        "phone": say("Send a phone number."),
        "certificate": say("Send the id of a consent certificate."),
        "ip": say("Send the visitor's own address."),
        "own_fields": say("Answer more of the optional fields of the spec."),
        "fresh": say("Send leads within five minutes of the consent."),
    }
    return [(words[name], lost[name]) for name in sorted(lost, key=lambda name: -lost[name]) if name in words]
