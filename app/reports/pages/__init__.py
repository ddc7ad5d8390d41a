"""`/admin/reports`: the library, a report, its files, its schedules."""

from app.reports.pages import files, report, schedules

HANDLERS = [report.ReportPages, files.FilePages, schedules.SchedulePages]
