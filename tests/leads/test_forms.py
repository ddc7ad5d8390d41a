"""What people and programs post: nothing of it breaks a page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.work import unit
from app.leads import queries
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from tests.leads.making import a_lead, as_actor

pytestmark = pytest.mark.anyio
TEXT = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(
        [
            "\0",
            "'",
            "%00",
            "9" * 300,
            "-1",
            "1e400",
            "\u202e",
            "{",
            "[]",
            "null",
            "<script>",
            "=1+1",
            "\U0001f4a9",
        ]
    ),
)
NAMES = (
    "body",
    "title",
    "due_at",
    "kind",
    "priority",
    "tag",
    "stage",
    "total_debt",
    "debt_types",
    "date_of_birth",
    "ssn",
    "city",
    "phone",
    "email",
    "zip",
    "state",
    "value",
    "field",
    "owner_id",
    "verb",
    "ids",
    "every",
    "where",
    "q",
    "name",
    "sort",
    "label",
    "category",
    "points",
    "half_life_days",
    "decay_from",
    "step",
    "op",
    "remove",
    "first_name",
    "consent",
    "consent_text",
    "source",
    "lost_reason",
    "next",
    "seen",
    "mine",
    "columns",
    "weight",
    "cap",
    "mon",
    "territories",
    "own_hours",
    "zone",
    "team_id",
    "skills",
    "enabled",
    "to",
)
PATHS = (
    "{lead}/notes",
    "{lead}/tasks",
    "{lead}/tags",
    "{lead}/tags/remove",
    "{lead}/stage",
    "{lead}/fields",
    "{lead}/assign",
    "{lead}/reveal",
    "/agent/leads",
    "/agent/leads/duplicates",
    "/agent/leads/bulk",
    "/agent/leads/views",
    "/agent/tasks",
    "/admin/scoring",
    "/agent/presence",
    "/admin/team/teams",
    "/agent/leads/undo/x",
    "/admin/team/{me}",
    "/agent/tasks/{task}",
    "/admin/scoring/{rule}",
)


@given(
    path=st.sampled_from(PATHS),
    form=st.dictionaries(st.sampled_from(NAMES), TEXT | st.lists(TEXT, max_size=3), max_size=6),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_form_breaks_a_page(cast, path, form):
    browser, places = await _known(cast)
    answer = await browser.post(path.format(**places), form)
    assert answer.status_code < 500, (path, form, answer.status_code)


async def _known(cast):
    """One browser and one of each record for all examples."""
    if not hasattr(cast, "_fuzzed"):
        ada = await as_actor(cast, "ada")
        async with unit(ada, tenant=cast.tenants["harbor"]) as work:
            task = await tasks.add_task(work, TaskValues(title="x"))
            rule = (await queries.rules(work))[0]
        places = {
            "me": ada.id,
            "task": task.id,
            "rule": rule.id,
            "lead": f"/agent/leads/{await a_lead(cast)}",
        }
        cast._fuzzed = (await cast.browser("harbor", "ada"), places)
    return cast._fuzzed
