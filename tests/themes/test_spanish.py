"""What clients and visitors read stands in Spanish as a whole: `python -m infra.local.texts` collects, people translate."""

import re

import pytest

from infra.local.texts import collect
from tests.structure.tree import ROOT
from themes.catalogue import texts

TEMPLATES = ROOT / "templates"
# Pages of clients, of publishers and of whoever is not signed in; what they include is followed.
ROOMS = (
    "portal/*.html",
    "errors/*.html",
    "layouts/auth.html",
    "layouts/client.html",
    "layouts/public.html",
    "layouts/publisher.html",
    "pdf/invoice.html",
)
PAGES = (
    "publishers/visit.html messages/leave.html support/own.html support/own_list.html support/rate.html access/account.html"
    " access/arrive.html access/code.html access/codes.html access/confirm.html access/enrol.html access/handoff.html"
    " access/invitation.html access/link.html access/link_sent.html access/login.html access/new_password.html access/password.html"
    " access/reset.html access/reset_sent.html access/resume.html access/two_factor.html access/history.html"
    " publishers/home.html publishers/leads.html publishers/sub_ids.html publishers/exchange.html publishers/earnings.html"
    " publishers/spec.html publishers/no_offer.html publishers/keys.html publishers/people.html team/notices.html team/wishes.html"
).split()
# Modules whose sentences reach clients: what their blueprints say, notices, errors of accounts and of the house.
MODULES = ("app/core/errors.py", "app/core/faults.py", "app/core/limits.py", "app/portal/pages/", "app/portal/service/")
# And those of a publisher's own pages.
THEIRS = tuple(
    f"app/publishers/{name}.py"
    for name in (
        "pages/portal pages/sent pages/keys pages/earnings pages/people pages/spec pages/pictures models/advice models/answers"
        " models/quality models/spec queries/home queries/samples service/keys service/people service/going_live __init__"
    ).split()
)
STAFF = {"layouts/staff.html", "layouts/settings.html", "team/_bell.html", "team/_presence.html"}
PLACES = re.compile(r"%\(\w+\)[sd]|%%\w")


def read_by_clients():
    waiting = [str(path.relative_to(TEMPLATES)) for room in ROOMS for path in TEMPLATES.glob(room)] + PAGES
    found = set()
    while waiting:
        name = waiting.pop()
        if name not in found | STAFF:
            found.add(name)
            included = re.findall(r"""["']([\w/]+\.html)["']""", (TEMPLATES / name).read_text())
            waiting += [one for one in included if (TEMPLATES / one).exists()]
    return found


def forms(given):
    return (given,) if isinstance(given, str) else tuple(given)


def test_every_text_that_clients_read_is_translated():
    templates, known = {f"templates/{name}" for name in read_by_clients()}, texts("es")
    blueprints = ("app/blueprints/",)
    waiting = [
        message.id
        for message in collect()
        if message.id
        and any(place in templates or place.startswith(MODULES + THEIRS + blueprints) for place, _ in message.locations)
        and not all(forms(known.get(forms(message.id)[0], "")))
    ]
    assert not waiting, f"run python -m infra.local.texts, then translate {waiting}"


def test_translations_keep_the_places_of_values():
    broken = {
        said: there
        for said, there in texts("es").items()
        for one in forms(there)
        if set(PLACES.findall(one)) - set(PLACES.findall(said)) - {"%(num)s", "%(count)s"}
        or (isinstance(there, str) and set(PLACES.findall(one)) != set(PLACES.findall(said)))
    }
    assert not broken


@pytest.mark.parametrize("name", sorted(read_by_clients()))
def test_no_word_stands_outside_of_the_catalogue(name):
    source = re.sub(
        r"\{#.*?#\}|<!--.*?-->|<(svg|kbd|pre)\b.*?</\1>", " ", (TEMPLATES / name).read_text(), flags=re.DOTALL
    )
    looks = r"\{% block (?:density|page_class|body_class) %\}.*?\{% endblock %\}"
    bare = re.sub(looks + r"|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)
    said = re.findall(r'\b(?:aria-label|alt|title|placeholder)="([^"]*)"', bare)
    words = re.sub(r'<[^>]*>|\b[\w-]+="[^"]*"', " ", bare) + " ".join(said)
    assert not re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", " ", words))
