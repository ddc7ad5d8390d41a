"""Reports: a small library, each drawn from one query as page, PDF, workbook and CSV; files kept for a while; schedules."""

from app.core import events, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare
from app.team.models import NoticeKind, declare_notices

permissions.declare(
    "Reports",
    reports_view="See reports",
    reports_export="Take reports away as files",
    reports_schedule="Have reports mailed to people of the house",
)
events.declare(
    Kind("report.ordered", "asked for a report as a file", icon="file-down", audited=True),
    Kind("report.made", "has a report ready", icon="file-check"),
    Kind("report.downloaded", "took a report away", icon="download", audited=True),
    Kind("report.scheduled", "scheduled a report", icon="calendar-clock", audited=True),
    Kind("report.paused", "paused a scheduled report", icon="pause", audited=True),
    Kind("report.resumed", "let a scheduled report go on", icon="play", audited=True),
    Kind("report.unscheduled", "took away a scheduled report", icon="trash", audited=True),
)
declare_notices(
    NoticeKind(
        name="report.ready",
        label="A report you asked for is ready",
        sentence="%(name)s is ready",
        url="/admin/reports/files/{id}",
        icon="file-check",
    )
)
declare(
    Slice(
        name="reports",
        nav=(NavItem("admin", "Reports", "/admin/reports", "chart-column", "reports.view", 8),),
        needs="app.reports.queries:needs",
    )
)
