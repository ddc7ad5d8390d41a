"""The library of reports, and what was made and scheduled of it."""

from app.reports.queries import money, pipeline
from app.reports.queries.behind import behind
from app.reports.queries.choices import Choice, choices
from app.reports.queries.files import ScheduleLine, file, files, readers, schedule, schedules
from app.reports.queries.made import Column, Made, Report, Sight, Table, covers, sight_of
from app.reports.queries.needs import needs

REPORTS: dict[str, Report] = {report.name: report for report in (pipeline.REPORT, money.REPORT)}

__all__ = [
    "REPORTS",
    "Choice",
    "Column",
    "Made",
    "Report",
    "ScheduleLine",
    "Sight",
    "Table",
    "behind",
    "choices",
    "covers",
    "file",
    "files",
    "needs",
    "readers",
    "schedule",
    "schedules",
    "sight_of",
]
