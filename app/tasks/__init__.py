"""Tasks: what somebody promised to do, when, on any record."""

from app.core import events, live, permissions
from app.core.events import Kind
from app.core.slice import Handover, NavItem, Slice, declare
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare("Tasks", tasks_view="See tasks", tasks_edit="Add and change tasks")
events.declare(
    Kind("task.added", "added a task", group="task", icon="list-plus"),
    Kind("task.changed", "changed a task", group="task", icon="list-checks"),
    Kind("task.done", "finished a task", group="task", icon="circle-check"),
    Kind("task.reopened", "reopened a task", group="task", icon="undo-2"),
    Kind("task.overdue", "a task is a day overdue", group="task", icon="clock"),
    Kind("task.deleted", "deleted a task", group="task", icon="trash", audited=True),
)
declare_notices(
    NoticeKind(
        name="task.given",
        label=later("A task for you"),
        sentence=later("%(actor)s gave you a task: “%(title)s”%(for)s"),
        url="/agent/tasks/{id}",
        icon="list-plus",
        mail=True,
    ),
    NoticeKind(
        name="task.due",
        label=later("A task is due"),
        sentence=later("Due now: “%(title)s”%(for)s"),
        url="/agent/tasks/{id}",
        icon="clock",
    ),
    NoticeKind(
        name="task.overdue",
        label=later("A task is a day overdue"),
        sentence=later("A day overdue: “%(title)s”%(for)s"),
        url="/agent/tasks/{id}",
        icon="triangle-alert",
        mail=True,
    ),
    NoticeKind(
        name="callback.due",
        label=later("A callback is due"),
        sentence=later("Call back now: %(record)s"),
        url="/agent/leads/{id}",
        icon="phone",
        mail=True,
        urgent=True,
    ),
)
live.topic("tasks", lambda person, hint: person.may("tasks.view") and hint.key in ("", str(person.id)))
declare(
    Slice(
        name="tasks",
        nav=(NavItem("agent", "Tasks", "/agent/tasks", "list-checks", "tasks.view", order=30, key="t"),),
        handovers=tuple(
            Handover(
                name=name,
                label=label,
                count=f"app.tasks.service:{name}_in_hand",
                give=f"app.tasks.service:give_{name}",
                order=30,
            )
            for name, label in (("tasks", later("Open tasks")), ("callbacks", later("Callbacks promised")))
        ),
        timeline={"task": "app.tasks.queries:describe_tasks"},
        needs="app.tasks.queries:needs",
    )
)
