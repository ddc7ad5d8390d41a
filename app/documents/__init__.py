"""Documents: files that belong to a record (issued by us or sent by somebody), kept as they came, handed out
one by one."""

from app.core import events, permissions
from app.core.slice import Panel, Slice, declare

permissions.declare(
    "Documents",
    documents_view="See and download documents",
    documents_manage="Add documents and share them with clients",
)
events.declare(
    events.Kind("document.added", "added a document", icon="file-plus", audited=True),
    events.Kind("document.downloaded", "downloaded a document", icon="download", audited=True),
)
declare(
    Slice(
        name="documents",
        panels=(Panel("lead.next", "/agent/leads/{id}/documents", "documents.view", order=60, label="Documents"),),
    )
)
