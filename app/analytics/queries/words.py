"""How findings read: what changed, over which days, and where the rows behind a figure are."""

from datetime import date
from urllib.parse import urlencode

from babel import dates

from app.analytics.models import Period
from app.analytics.queries.figures import Figure
from app.analytics.queries.scope import View, within
from themes.catalogue import later, say
from themes.charts import Unit, written
from themes.formats import percent, zone_name
from themes.terms import worded
from themes.view import current

MANIFOLD = 9.99  # a share above that says nothing: "up 36,700%"
# The list of leads can say these by itself; the others have a list of their own.
BY_FIELD = {"leads": "created_at", "cost": "created_at", "speed": "created_at", "reached": "first_contact_at"}

BUCKETS = {"day": later("Day"), "week": later("Week of"), "month": later("Month")}


def figure_label(figure: Figure, view: View) -> str:
    """In the tenant's words; the enrolled are called as the stage that they came to."""
    return view.won if figure.name == "enrolled" and view.won else worded(figure.label)


def day_label(day: date) -> str:
    """Nov 3"""
    return dates.format_skeleton("MMMd", day, locale=current().locale)


def bucket_labels(period: Period) -> list[str]:
    if period.unit == "month":
        return [dates.format_skeleton("yMMM", day, locale=current().locale) for day in period.buckets()]
    return [day_label(day) for day in period.buckets()]


def bucket_head(period: Period) -> str:
    """What stands over the labels of the buckets."""
    return say(BUCKETS[period.unit])


def span_label(period: Period) -> str:
    """Nov 1 to Nov 28 · Eastern"""
    days = day_label(period.first) if period.days == 1 else _days(period)
    return f"{days} · {zone_name(period.zone)}"


def _days(period: Period) -> str:
    return say("%(first)s to %(last)s", first=day_label(period.first), last=day_label(period.last))


def before_label(period: Period) -> str:
    return _days(period.before()) if period.days > 1 else day_label(period.before().first)


def change(now: float | None, before: float | None) -> float | None:
    """0.12 for 12 % more; None where there is nothing to compare with."""
    return None if now is None or not before else now / before - 1


def finding(label: str, now: float | None, before: float | None, unit: Unit, period: Period) -> str:
    """Leads up 12% on Oct 4 to Oct 31."""
    if now is None:
        return say("%(label)s: nothing yet", label=label)
    figure, moved = written(now, unit), change(now, before)
    if moved is None:
        return say("%(label)s: %(figure)s", label=label, figure=figure)
    when = before_label(period)
    if abs(moved) < 0.005:
        return say("%(label)s as on %(when)s: %(figure)s", label=label, when=when, figure=figure)
    share = percent(abs(moved))
    if moved > MANIFOLD:
        return say("%(label)s: %(figure)s, many times %(when)s", label=label, when=when, figure=figure)
    if moved > 0:
        return say("%(label)s up %(share)s on %(when)s", label=label, share=share, when=when)
    return say("%(label)s down %(share)s on %(when)s", label=label, share=share, when=when)


def weekdays() -> list[str]:
    """Mon, Tue … Sun, in the reader's language."""
    names = dates.get_day_names("abbreviated", locale=current().locale)
    return [names[day] for day in range(7)]


def slot_label(weekday: int, hour: int) -> str:
    """Mon 9 am; 1 is Monday."""
    return f"{weekdays()[weekday - 1]} {hour_label(hour)}"


def hour_label(hour: int) -> str:
    return f"{(hour + 11) % 12 + 1} {'am' if hour < 12 else 'pm'}"


def slot_url(view: View, period: Period, weekday: int, hour: int) -> str:
    """The leads of one cell of the chart by weekday and hour."""
    asked = {"from": period.first.isoformat(), "to": period.last.isoformat(), **view.scope.given()}
    return f"/admin/numbers/leads?{urlencode({**asked, 'weekday': weekday, 'hour': hour})}"


def rows_url(figure: Figure, view: View, period: Period) -> str:
    """The list that holds exactly what the figure counts."""
    if figure.name in BY_FIELD:
        more = [{"field": "first_contact_at", "op": "is_empty"}] if figure.name == "speed" else []
        return view.url(within(BY_FIELD[figure.name], period), *({"not": part} for part in more))
    asked = {"from": period.first.isoformat(), "to": period.last.isoformat(), **view.scope.given()}
    return f"/admin/numbers/{figure.name}?{urlencode(asked)}"
