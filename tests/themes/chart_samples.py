"""One chart of each kind, for the kitchen sink and the tests."""

from datetime import date, timedelta

from themes.charts import Chart, Series

WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
HOURS = [f"{(hour + 11) % 12 + 1} {'am' if hour < 12 else 'pm'}" for hour in range(24)]
ABOUT = "Leads · Nov 1 to Nov 28 · Eastern"


def lines() -> Chart:
    days = [f"{date(2026, 11, 1) + timedelta(place):%b} {place + 1}" for place in range(28)]
    now: list[float | None] = [20 + place % 7 * 3 + place // 3 for place in range(28)]
    before = [None if value is None else value - 4 for value in now]
    return Chart(
        kind="lines", title="Leads up 12% on the four weeks before", subtitle=ABOUT, labels=days, head="Day",
        series=[Series(name="Leads", values=now, urls=[f"/agent/leads?day={place}" for place in range(28)]),
                Series(name="Four weeks before", values=before, dashed=True)],
        how="Every lead that was not a test, by the day it arrived.",
    )  # fmt: skip


def columns() -> Chart:
    return Chart(
        kind="columns", title="Thursday brings most", subtitle=ABOUT, labels=WEEK, head="Weekday",
        series=[Series(name="Leads", values=[31, 42, 38, 55, 40, 12, 0], urls=[f"/agent/leads?on={day}" for day in WEEK]),
                Series(name="Usual", values=[30, 30, 41, 44, 48, 20, 10], dashed=True)],
    )  # fmt: skip


def stacked() -> Chart:
    names = ("Accepted", "Duplicate", "Rejected", "Paused", "Capped", "Closed", "Late", "Other")
    return Chart(
        kind="stacked", title="One in five is refused", subtitle=ABOUT, labels=WEEK, head="Weekday",
        series=[Series(name=name, values=[30 / (place + 1) + nth for nth in range(7)]) for place, name in enumerate(names)],
    )  # fmt: skip


def funnel() -> Chart:
    return Chart(
        kind="funnel", title="38% of leads were reached", subtitle=ABOUT, head="Step", n=420, least=1,
        labels=["Leads", "Reached", "Qualified", "Enrolled"],
        series=[Series(name="Leads", values=[420, 160, 61, 24], notes=["", "38% of all", "15% of all", "6% of all"])],
    )  # fmt: skip


def bars() -> Chart:
    return Chart(
        kind="bars", title="Search is cheapest", subtitle="Cost per enrolment · 30 days", unit="money", head="Source",
        labels=["Search", "Donaudampfschifffahrtsgesellschaft and her many partners", "Friends"],
        series=[Series(name="Cost", values=[18000, 52050, 0]), Series(name="Before", values=[21000, 48000, 0], dashed=True)],
    )  # fmt: skip


def heat() -> Chart:
    return Chart(
        kind="heat", title="Tuesday at 10 am is busiest", subtitle=ABOUT, labels=HOURS, head="Hour",
        series=[Series(name=day, values=[max(0, (hour - 6) * (20 - hour)) * (7 - place) for hour in range(24)])
                for place, day in enumerate(WEEK)],
    )  # fmt: skip


def scarce() -> Chart:
    return Chart(kind="columns", title="Speed to lead", subtitle=ABOUT, labels=["Mon"], n=3, least=10,
                 series=[Series(name="Minutes", values=[3])])  # fmt: skip


def still() -> Chart:
    return Chart(
        kind="columns", title="Revenue", subtitle=ABOUT, labels=WEEK, series=[Series(name="Paid", values=[0] * 7)]
    )


def every() -> list[Chart]:
    return [lines(), columns(), stacked(), funnel(), bars(), heat(), scarce(), still()]
