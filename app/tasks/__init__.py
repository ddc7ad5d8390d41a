"""Tasks: what somebody promised to do, when, on any record."""

from app.core import events, live, permissions
from app.core.events import Kind
from app.core.slice import NavItem, Slice, declare
from app.team.models import NoticeKind, declare_notices

permissions.declare("Tasks", tasks_view="See tasks", tasks_edit="Add and change tasks")
events.declare(
    Kind("task.added", "added a task", group="task", icon="list-plus"),
    Kind("task.changed", "changed a task", group="task", icon="list-checks"),
    Kind("task.done", "finished a task", group="task", icon="circle-check"),
    Kind("task.reopened", "reopened a task", group="task", icon="undo-2"),
    Kind("task.deleted", "deleted a task", group="task", icon="trash", audited=True),
)
declare_notices(
    NoticeKind(
        name="task.due",
        label="A task of mine is due",
        sentence="%(title)s is due",
        url="/agent/tasks/{id}",
        icon="list-checks",
    )
)
live.topic("tasks", lambda person, hint: person.may("tasks.view") and hint.key in ("", str(person.id)))
declare(
    Slice(
        name="tasks",
        nav=(NavItem("agent", "Tasks", "/agent/tasks", "list-checks", "tasks.view", order=30, key="t"),),
        timeline={"task": "app.tasks.queries:describe_tasks"},
        needs="app.tasks.queries:needs",
    )
)
