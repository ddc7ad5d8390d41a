"""The charts of the publisher's pages: figures in, a chart with its finding out."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from app.publishers.queries import SubId
from app.publishers.queries.figures import Figures
from themes import formats
from themes.catalogue import say
from themes.charts import Chart, Series

SHOWN = 12


def accept_rate(days: Sequence[tuple[datetime, Figures]], week: Figures, zone: str) -> Chart:
    """Each of the last eight days, by the clocks of the caps; a day without posts is a gap."""
    today, moments = days[-1][1], [at.astimezone(ZoneInfo(zone)) for at, _ in days]
    dates = [at.date().isoformat() for at in moments]
    return Chart(
        kind="lines",
        title=_finding(today, week),
        subtitle=say("Share of posts accepted, last 7 days and today, %(zone)s", zone=formats.zone_name(zone)),
        labels=[formats.day(at.date()) for at in moments],
        head=say("Day"),
        unit="percent",
        series=[
            Series(
                name=say("Accept rate"),
                values=[one.rate for _, one in days],
                urls=[f"/publisher/leads?since={day}&until={day}" for day in dates],
                notes=[say("%(accepted)s of %(sent)s", accepted=one.accepted, sent=one.sent) for _, one in days],
            ),
            *([Series(name=say("7 days before"), values=[week.rate] * len(days), dashed=True)] if week.sent else []),
        ],
        empty=say("Nothing was sent in the last 7 days."),
    )


def _finding(today: Figures, week: Figures) -> str:
    if today.rate is None and week.rate is None:
        return say("Accept rate")
    if today.rate is None:
        return say("Nothing sent today; %(rate)s accepted in the 7 days before", rate=formats.percent(week.rate))
    if week.rate is None:
        return say("%(rate)s accepted today", rate=formats.percent(today.rate))
    values = {"rate": formats.percent(today.rate), "before": formats.percent(week.rate)}
    if abs(today.rate - week.rate) < 0.005:
        return say("%(rate)s accepted today, as in the 7 days before", **values)
    if today.rate > week.rate:
        return say("%(rate)s accepted today, up from %(before)s in the 7 days before", **values)
    return say("%(rate)s accepted today, down from %(before)s in the 7 days before", **values)


def sub_ids(rows: Sequence[SubId]) -> Chart:
    """The busiest ones, by what was accepted."""
    top = sorted(rows, key=lambda row: -row.figures.accepted)[:SHOWN]
    first, whole = top[0], sum(row.figures.accepted for row in rows)
    share = formats.percent(first.figures.accepted / whole) if whole else ""
    name = first.sub_id or say("no sub-id")
    return Chart(
        kind="bars",
        title=say("%(name)s brings %(share)s of what is accepted", name=name, share=share)
        if whole
        else say("Accepted"),
        subtitle=say("Accepted leads by sub-id, as filtered above"),
        labels=[row.sub_id or say("None given") for row in top],
        head=say("Sub-id"),
        series=[
            Series(
                name=say("Accepted"),
                values=[row.figures.accepted for row in top],
                urls=[_url(row.sub_id) for row in top],
                notes=[formats.percent(row.figures.rate) for row in top],
            )
        ],
        empty=say("Nothing was accepted in this selection."),
    )


def _url(sub_id: str) -> str:
    return f"/publisher/leads?sub_id={quote(sub_id, safe='')}" if sub_id else ""
