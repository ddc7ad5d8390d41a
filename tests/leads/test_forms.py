"""What people and programs post: nothing of it breaks a page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.leads.making import a_lead

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
)


@given(
    path=st.sampled_from(PATHS),
    form=st.dictionaries(st.sampled_from(NAMES), TEXT | st.lists(TEXT, max_size=3), max_size=6),
)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_form_breaks_a_page(cast, path, form):
    if not hasattr(cast, "_fuzzed"):
        cast._fuzzed = (await cast.browser("harbor", "ada"), await a_lead(cast))
    browser, lead = cast._fuzzed
    answer = await browser.post(path.replace("{lead}", f"/agent/leads/{lead}"), form)
    assert answer.status_code < 500, (path, form, answer.status_code)
