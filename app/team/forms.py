"""What the pages of the team and of notices send."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from app.core import places
from app.core.errors import FieldError, Invalid
from app.team.models import DAYS, Hours, Wish, Wishes
from app.team.service import MemberValues
from themes import formats
from themes.catalogue import say

MOST_WORDS = 30
SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?", re.ASCII)


def read_member(given: Mapping[str, Any]) -> MemberValues:
    """Raises Invalid with every fault."""
    errors: list[FieldError] = []
    values = MemberValues(
        team_id=_id(given.get("team_id"), errors),
        hours=_hours(given, errors) if given.get("own_hours") else None,
        zone=_zone(given.get("zone"), errors),
        skills=_words(given.get("skills")),
        languages=_words(given.get("languages")),
        territories=_states(given.get("territories"), errors),
        cap=_whole(given.get("cap"), "cap", 0, 100_000, errors),
        weight=_weight(given.get("weight"), errors),
    )
    if errors:
        raise Invalid(errors)
    return values


def _weight(text: Any, errors: list[FieldError]) -> int:
    weight = _whole(text, "weight", 0, 100, errors)
    return 1 if weight is None else weight


def hours_text(spans: list[list[str]]) -> str:
    """A day as it stands in its input: "09:00-12:00, 13:00-17:30"."""
    return ", ".join(f"{start}-{end}" for start, end in spans)


def _hours(given: Mapping[str, Any], errors: list[FieldError]) -> Hours:
    """One text for each day; an empty one is free."""
    read = {day: _spans(str(given.get(day) or ""), day, errors) for day in DAYS}
    return {day: spans for day, spans in read.items() if spans}


def _spans(text: str, day: str, errors: list[FieldError]) -> list[list[str]]:
    parts = [part.strip() for part in text.replace("\u2013", "-").replace(";", ",").split(",") if part.strip()]
    found = [SPAN.fullmatch(part) for part in parts]
    spans = [[_clock(match[1], match[2]), _clock(match[3], match[4])] for match in found if match]
    flat = [moment for span in spans for moment in span]
    if len(spans) < len(parts) or any(not _is_time(moment) for moment in flat) or flat != sorted(set(flat)):
        message = say("Write hours like 09:00-17:30, two spans with a comma between them.")
        errors.append(FieldError(day, "invalid_format", message))
        return []
    return spans


def _clock(hour: str, minute: str | None) -> str:
    return f"{int(hour):02}:{minute or '00'}"


def _is_time(text: str) -> bool:
    if text == "24:00":
        return True
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _id(text: Any, errors: list[FieldError]) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(str(text))
    except ValueError:
        errors.append(FieldError("team_id", "not_allowed", "This team is gone. Choose another one."))
        return None


def _zone(text: Any, errors: list[FieldError]) -> str | None:
    if text and str(text) not in available_timezones():
        errors.append(FieldError("zone", "not_allowed", "Choose a time zone from the list."))
        return None
    return str(text) if text else None


def _words(text: Any) -> list[str]:
    """Words between commas, in lower case, each once."""
    words = [" ".join(word.replace("\0", "").split()).lower()[:40] for word in str(text or "").split(",")]
    return list(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def _states(text: Any, errors: list[FieldError]) -> list[str]:
    codes = []
    for word in str(text or "").replace(";", ",").split(","):
        state = places.state_named(word.strip())
        if state is not None:
            codes.append(state.code)
        elif word.strip():
            errors.append(
                FieldError(
                    "territories",
                    "not_allowed",
                    say("“%(word)s” is not a state. Use two letters, like FL.", word=word.strip()[:40]),
                )
            )
    return sorted(set(codes))


def _whole(text: Any, name: str, least: int, most: int, errors: list[FieldError]) -> int | None:
    typed = str(text or "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()) or not least <= int(typed[:9]) <= most:
        errors.append(
            FieldError(
                name,
                "not_allowed",
                say(
                    "Enter a whole number from %(least)s to %(most)s.",
                    least=formats.number(least),
                    most=formats.number(most),
                ),
            )
        )
        return None
    return int(typed)


def read_wishes(given: Mapping[str, Any], kinds: list[str]) -> Wishes:
    """`app-<kind>` is ticked or not, `mail-<kind>` one of now, daily, off; `quiet_from` and `quiet_to` both or none.

    Raises Invalid.
    """
    chosen = {name: Wish(bool(given.get(f"app-{name}")), _by_mail(given.get(f"mail-{name}"))) for name in kinds}
    start, end = (str(given.get(name) or "").strip() for name in ("quiet_from", "quiet_to"))
    if not start and not end:
        return Wishes(chosen)
    faulty = [name for name, text in (("quiet_from", start), ("quiet_to", end)) if not _is_moment(text)]
    if faulty:
        raise Invalid([FieldError(name, "invalid_format", say("Enter a time like 20:00.")) for name in faulty])
    return Wishes(chosen, (start, end) if start != end else None)


def _is_moment(text: str) -> bool:
    return bool(re.fullmatch(r"\d\d:\d\d", text, re.ASCII)) and text != "24:00" and _is_time(text)


def _by_mail(text: Any) -> Any:
    return text if text in ("now", "daily") else "off"
