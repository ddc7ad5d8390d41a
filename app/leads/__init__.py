"""Leads: pipelines and stages, scores with their reasons, the list, the lead page and its timeline."""

from app.core import config, events, live, permissions, records
from app.core.events import Kind
from app.core.slice import Handover, Meter, NavItem, Panel, Slice, declare, declare_meter
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "%(Leads)s",
    leads_view="See %(leads)s",
    leads_edit="Change %(leads)s",
    leads_create="Add %(leads)s",
    leads_assign="Assign %(leads)s to others",
    leads_claim="Take unassigned %(leads)s",
    leads_export="Export %(leads)s",
    leads_import="Bring in %(leads)s from files, and take an import back",
    leads_configure="Change stages, fields and scoring",
    leads_sealed="See %(leads)s that a conflict has locked",
)
config.declare_defaults(
    lead_value_field="",  # the custom field whose amount is a lead's value
    lost_reasons={"other": "Other"},
    import_plans={},  # names of a file's columns → what they became the last time
    score_thresholds=[40, 70],  # from which score on the ring is coloured: worth a look, good
)
events.declare(
    Kind("lead.created", "arrived", group="stage", icon="user-plus"),
    Kind("lead.updated", "was changed", icon="pencil", audited=True),
    Kind("lead.assigned", "was assigned", group="stage", icon="user-check", audited=True),
    Kind("lead.claimed", "was taken", group="stage", icon="hand", audited=True),
    Kind("lead.accepted", "was accepted", icon="check", audited=True),
    Kind("lead.released", "was given back", group="stage", icon="undo-2", audited=True),
    Kind("lead.stage_changed", "moved to another stage", group="stage", icon="milestone", audited=True),
    Kind("lead.rescored", "has a new score", icon="gauge"),
    Kind("lead.heated", "warmed up", icon="flame"),
    Kind("lead.first_contacted", "was reached for the first time", icon="phone-outgoing"),
    Kind("lead.revealed", "looked at a sealed field", icon="eye", audited=True),
    Kind("lead.deleted", "was deleted", icon="trash", audited=True),
    Kind("lead.restored", "was brought back", icon="undo-2", audited=True),
    Kind("leads.import_started", "began an import", icon="upload", audited=True),
    Kind("leads.imported", "brought in a list", icon="upload", audited=True),
    Kind("leads.import_undone", "took an import back", icon="undo-2", audited=True),
    Kind("leads.exported", "exported a list", icon="download", audited=True),
    Kind("pipeline.added", "added the pipeline", icon="columns-3", audited=True),
    Kind("pipeline.changed", "changed the pipeline", icon="columns-3", audited=True),
    Kind("stage.added", "added the stage", icon="milestone", audited=True),
    Kind("stage.changed", "changed the stage", icon="milestone", audited=True),
    Kind("stage.retired", "retired the stage", icon="archive", audited=True),
    Kind("stage.restored", "brought back the stage", icon="undo-2", audited=True),
    Kind("reasons.changed", "changed the reasons", icon="pencil", audited=True),
    Kind("field.added", "added a field", icon="list-plus", audited=True),
    Kind("field.changed", "changed a field", icon="pencil", audited=True),
    Kind("field.retired", "retired a field", icon="archive", audited=True),
    Kind("field.restored", "brought back a field", icon="undo-2", audited=True),
    Kind("scoring.changed", "changed the scoring", icon="gauge", audited=True),
)
records.declare("lead", "app.leads.queries:names")
records.declare("stage", "app.leads.queries:stage_names")
records.declare("contact", "app.leads.queries:contact_names")
# Hints carry ids only; whoever hears one fetches what lies in their own reach.
live.topic("watching", lambda person, hint: person.may("leads.view"))
live.topic("leads", lambda person, hint: person.may("leads.view"))
declare_notices(
    NoticeKind(
        name="lead.assigned",
        label=later("Given to you"),
        sentence=later("%(actor)s gave you %(record)s"),
        url="/agent/leads/{id}",
        icon="user-check",
        mail=True,
    ),
    NoticeKind(
        name="import.done",
        label=later("An import is done"),
        sentence=later("Your import of %(name)s is done"),
        url="/agent/leads/import/{id}",
        icon="upload",
        permission="leads.import",
    ),
    NoticeKind(
        name="export.ready",
        label=later("An export is ready"),
        sentence=later("Your export %(name)s is ready"),
        url="/agent/leads/exports/{id}",
        icon="download",
        permission="leads.export",
    ),
    NoticeKind(
        name="import.stuck",
        label=later("An import got stuck"),
        sentence=later("Your import of %(name)s got stuck"),
        url="/agent/leads/import/{id}",
        icon="octagon-alert",
        permission="leads.import",
    ),
    NoticeKind(
        name="export.stuck",
        label=later("An export could not be made"),
        sentence=later("Your export %(name)s could not be made"),
        url="/agent/leads/exports/{id}",
        icon="octagon-alert",
        permission="leads.export",
    ),
    NoticeKind(
        name="import.undone",
        label=later("An import was taken back"),
        sentence=later("Your import of %(name)s was taken back"),
        url="/agent/leads/import/{id}",
        icon="undo-2",
        permission="leads.import",
    ),
)
declare(
    Slice(
        name="leads",
        nav=(
            NavItem("agent", "Leads", "/agent/leads", "users", "leads.view", order=20, key="l", term="lead"),
            NavItem("agent", "Board", "/agent/board", "columns-3", "leads.view", order=25, key="b"),
            NavItem(
                "admin",
                "Stages",
                "/admin/stages",
                "milestone",
                "leads.configure",
                order=36,
                group="settings",
                section="leads",
            ),
            NavItem(
                "admin",
                "Reasons",
                "/admin/reasons",
                "list",
                "leads.configure",
                order=37,
                group="settings",
                section="leads",
            ),
            NavItem(
                "admin",
                "Fields",
                "/admin/fields",
                "list-plus",
                "leads.configure",
                order=38,
                group="settings",
                section="leads",
            ),
            NavItem(
                "admin",
                "Imports",
                "/admin/imports",
                "upload",
                "leads.configure",
                order=39,
                group="settings",
                section="leads",
            ),
            NavItem(
                "admin",
                "Scoring",
                "/admin/scoring",
                "gauge",
                "leads.configure",
                order=40,
                group="settings",
                section="leads",
            ),
        ),
        configure={
            "fields": "app.leads.service:configure_fields",
            "pipelines": "app.leads.service:configure_pipelines",
            "scoring": "app.leads.service:configure_scoring",
            "settings": "app.leads.service:configure_reasons",
        },
        panels=(Panel("lead.head", "/agent/leads/{id}/watching", "leads.view", label="Who is here"),),
        handovers=(
            Handover(
                name="leads",
                label=later("Open %(leads)s"),
                count="app.leads.service.leaving:in_hand",
                give="app.leads.service.leaving:give",
                nobody=later("Nobody: route them anew"),
                url="/agent/leads?where=%7B%22field%22%3A%22owner%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22{id}%22%7D",
                order=10,
            ),
        ),
        timeline={"lead": "app.leads.queries:describe_leads"},
        needs="app.leads.queries.needs:needs",
        setup="app.leads.queries.needs:steps",
    )
)
declare_meter(Meter("leads", "Leads", "app.leads.queries.meters:created_on"))
