"""Reading what the pages of sequences send."""

from string import ascii_lowercase
from typing import Any

import msgspec

from app.core.errors import FieldError, Invalid
from app.sequences.models import KINDS, If, Split, Step, Stops, Trigger
from app.sequences.models.steps import MOST_ARMS
from app.sequences.service import SequenceValues

ASKS = {
    "email": ("template", "refused"),
    "sms": ("template", "refused"),
    "call_task": ("title", "priority"),
    "task": ("title", "days", "priority"),
    "wait": ("span", "at", "open"),
    "if": (),
    "split": (),
    "field": ("field", "value"),
    "stage": ("stage",),
    "notify": ("title", "who"),
    "webhook": ("url",),
}
ARM_PARTS = (("", "name"), ("_label", "label"), ("_weight", "weight"))
NUMBERS = {"days", "priority"}


def read_step(kind: str, given: dict[str, Any], step_id: str = "") -> Step:
    """Raises Invalid."""
    if kind not in KINDS:
        raise Invalid([FieldError("kind", "not_allowed", "Choose what the step does.")])
    raw: dict[str, Any] = {"kind": kind, "id": step_id}
    for name in ASKS[kind]:
        text = str(given.get(name) or "").replace("\0", "").strip()
        raw[name] = bool(text) if name == "open" else _whole(name, text) if name in NUMBERS else text
    if "refused" in raw:
        raw["refused"] = "skip" if raw["refused"] == "skip" else "wait"
    if "who" in raw:
        raw["who"] = "owner" if raw["who"] == "owner" else "managers"
    if kind == "if":
        raw["where"] = condition(given)
    if kind == "webhook":
        raw["fields"] = _several(given, "fields")
    if kind == "split":
        raw |= {"arms": read_arms(given), "kept": str(given.get("kept") or "")}
    if kind == "wait":
        raw["span"] = _span(given)
    try:
        return msgspec.convert(raw, Step)  # type: ignore[arg-type, return-value]
    except msgspec.ValidationError:
        raise Invalid([FieldError("kind", "invalid_format", "Some of this can't be read. Choose again.")]) from None


def read_arms(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a split: a row without a name is none, one that is new gets the next free letter. Raises Invalid."""
    rows = zip(*(_column(given, name) for name in ("arm", "arm_label", "arm_weight")), strict=False)
    arms: list[dict[str, Any]] = []
    named = set(_column(given, "arm"))
    for name, label, weight in rows:
        if not label:
            continue
        if not name:
            name = next(letter for letter in ascii_lowercase if letter not in named)
            named.add(name)
        arms.append(
            {"name": name[:20], "label": " ".join(label.split()), "weight": _whole("arm_weight", weight or "50")}
        )
    return arms


def _column(given: dict[str, Any], name: str) -> list[str]:
    """One field of every row, also of the empty ones, so that rows stay rows."""
    values = given.get(name, [])
    return [str(value).replace("\0", "").strip() for value in (values if isinstance(values, list) else [values])]


def _span(given: dict[str, Any]) -> str:
    """A number and its unit; nothing for no number."""
    number = _whole("number", str(given.get("number") or "").strip())
    unit = str(given.get("unit") or "d")
    return f"{number}{unit}" if number and unit in "mhdw" else ""


def _whole(name: str, text: str) -> int:
    if not text:
        return {"priority": 2}.get(name, 0)
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid([FieldError(name, "invalid_format", "Enter a whole number.")])
    return int(text)


def condition(given: dict[str, Any]) -> dict[str, Any]:
    """The condition under way, which travels as JSON; checked when it is used."""
    try:
        raw = msgspec.json.decode(str(given.get("where") or "{}"))
    except msgspec.DecodeError:
        raw = {}
    return raw if isinstance(raw, dict) else {}


def read_head(given: dict[str, Any]) -> SequenceValues:
    """Name, start, stops. Raises Invalid."""
    by = str(given.get("by") or "hand")
    trigger = Trigger(
        by=by if by in ("event", "quiet", "date") else "hand",  # type: ignore[arg-type]
        events=tuple(_several(given, "events")) if by == "event" else (),
        among=tuple(_several(given, "among")) if by == "event" else (),
        days=_signed(given) if by in ("quiet", "date") else 0,
        field=str(given.get("date_field") or "") if by == "date" else "",
        yearly=by == "date" and bool(given.get("yearly")),
    )
    again = str(given.get("again_days") or "").strip()
    return SequenceValues(
        label=str(given.get("label") or ""),
        summary=str(given.get("summary") or ""),
        trigger=trigger,
        where=condition(given),
        stops=Stops(rules=tuple(_several(given, "rules")), stages=tuple(_several(given, "stages"))),
        again_days=_whole("again_days", again) if again else None,
    )


def _several(given: dict[str, Any], name: str) -> list[str]:
    values = given.get(name) or []
    return [value for value in (values if isinstance(values, list) else [values]) if value]


def _signed(given: dict[str, Any]) -> int:
    """Days before a date; behind it they are negative."""
    days = _whole("days", str(given.get("days") or "0").strip())
    return -days if given.get("side") == "after" else days


def as_typed(step: Step | None) -> dict[str, Any]:
    """What stands in the form of a step."""
    if step is None:
        return {}
    typed = {name: getattr(step, name) for name in step.__struct_fields__ if name not in ("then", "otherwise")}
    span = typed.get("span") or ""
    if span[:-1].isdigit():
        typed |= {"number": span[:-1], "unit": span[-1]}
    if isinstance(step, Split):
        typed |= {f"arm{part}": [getattr(arm, name) for arm in step.arms] for part, name in ARM_PARTS}
    if isinstance(step, If):
        typed["where"] = msgspec.json.encode(step.where).decode()
    return typed


def arm_rows(given: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, label and weight of each row of a split's form: what there is, and one more to fill in."""
    rows = list(zip(*(_column(given, f"arm{part}") for part, _ in ARM_PARTS), strict=False))
    rows = [row for row in rows if row[0] or row[1]] or [("a", "A", "50"), ("b", "B", "50")]
    return rows if len(rows) >= MOST_ARMS else [*rows, ("", "", "")]
