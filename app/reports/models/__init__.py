"""Reports that were made and kept for a while, and the schedules that make them; when a schedule runs next."""

from app.reports.models.rhythm import EVERY, Rhythm, next_run, period_of
from app.reports.models.tables import FILE_STATES, FORMATS, ReportFile, ReportSchedule

__all__ = ["EVERY", "FILE_STATES", "FORMATS", "ReportFile", "ReportSchedule", "Rhythm", "next_run", "period_of"]
