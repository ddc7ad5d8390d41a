"""What forms of screening say, read into what the service takes."""

import re
from datetime import date
from typing import Any

from app.core.errors import FieldError, Invalid
from app.core.places import states
from app.screening.service.setup import Firm
from themes.catalogue import say


def read_parties(given: dict[str, Any]) -> list[dict[str, str]]:
    """Names and parts, one pair a line of the form."""
    names, roles = _list(given.get("party-name")), _list(given.get("party-role"))
    return [{"name": name, "role": role} for name, role in zip(names, roles, strict=False) if name.strip()]


def read_firms(given: dict[str, Any]) -> list[Firm]:
    """Raises Invalid naming each fault. A row without a name is left out."""
    columns = [_list(given.get(f"firm-{name}")) for name in ("label", "email", "phone", "states")]
    faults: list[FieldError] = []
    found = []
    for label, email, phone, within in zip(*columns, strict=False):
        if not label.strip():
            continue
        codes = [code for code in re.split(r"[,\s]+", within.upper()) if code]
        if unknown := [code for code in codes if code not in states()]:
            faults.append(
                FieldError(
                    "firm-states", "not_allowed", say("%(codes)s: not a state. Write FL, GA.", codes=", ".join(unknown))
                )
            )
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            faults.append(
                FieldError("firm-email", "invalid_format", say("%(email)s is no e-mail address.", email=email))
            )
        name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:60]
        found.append(Firm(name=name, label=label.strip()[:120], email=email.lower(), phone=phone[:40], states=codes))
    if faults:
        raise Invalid(faults)
    return found


def read_rule(given: dict[str, Any]) -> tuple[str, int, date, str]:
    """State, years, first day, source. Raises Invalid."""
    raw, faults = str(given.get("years") or ""), []
    if not raw.isdecimal() or len(raw) > 3:
        faults.append(FieldError("years", "invalid_format", "Enter whole years."))
    try:
        first = date.fromisoformat(str(given.get("first") or ""))
    except ValueError:
        first = date.min
        faults.append(FieldError("first", "invalid_format", "Enter the first accident day that it governs."))
    if faults:
        raise Invalid(faults)
    return str(given.get("state") or ""), int(raw), first, str(given.get("source") or "")


def _list(raw: Any) -> list[str]:
    return [str(one) for one in ([raw] if isinstance(raw, str) else raw or [])]
