"""Tenant-written templates: what they may say, what they are told, and what they cannot do (T28)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid import Environment as AnyLiquid
from markupsafe import Markup

from themes import liquid
from themes.liquid import NotPlain, Piece, TemplateFailed, check, flat, render, render_now, render_set, trust
from themes.liquid.environment import environment, url

pytestmark = pytest.mark.anyio

ALLOWED = {
    "lead": {"first_name": "First name", "email": "E-mail", "site": "Web site"},
    "invoice": {"number": "Number", "lines": [{"label": "Label", "amount": "Amount"}]},
    "link": "Link",
    "brand": {"primary": "Colour"},
}
MODEL = {
    "lead": {"first_name": "Dana", "email": "dana@example.com", "site": "https://example.com"},
    "invoice": {
        "number": "1042",
        "lines": [{"label": "Fee", "amount": "$5.00"}, {"label": "Tax", "amount": "$1.00"}],
    },
    "link": "https://example.com/a?b=1&c=2",
    "brand": {"primary": "#0a7f5b"},
}


@pytest.fixture(autouse=True)
def nothing_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liquid, "_trusted", set())


GOOD = [
    ("Hello {{ lead.first_name }}", "Hello Dana"),
    ("{{ lead.nickname | default: 'friend' }}", "friend"),
    ("{% if lead.first_name == 'Dana' %}yes{% else %}no{% endif %}", "yes"),
    ("{% for l in invoice.lines %}{{ forloop.index }}:{{ l.label | upcase }} {% endfor %}", "1:FEE 2:TAX "),
    ("{% assign n = lead.first_name | append: '!' %}{{ n }}", "Dana!"),
    ("{% capture x %}<b>{{ lead.first_name }}</b>{% endcapture %}{{ x }}", "<b>Dana</b>"),
    ("{% comment %}{{ nonsense {% endcomment %}{# #}", "{# #}"),
    ('<a href="{{ link | url }}">x</a>', '<a href="https://example.com/a?b=1&amp;c=2">x</a>'),
    ('<p style="color:{{ brand.primary | colour }}">x</p>', '<p style="color:#0a7f5b">x</p>'),
    ("{{ invoice.lines | map: 'amount' | join: ', ' }}", "$5.00, $1.00"),
]


async def test_an_empty_text_is_nothing() -> None:
    source = "{% if a %}yes{% else %}no{% endif %}{{ a }}{{ a | default: 'x' | append: a }}"
    assert await render(source, {"a": ""}) == "nox" and await render(source, {"a": "0"}) == "yes000"


@pytest.mark.parametrize(("source", "expected"), GOOD)
async def test_what_authors_write_works_alike_in_the_jail_and_here(source: str, expected: str) -> None:
    assert await render(source, MODEL) == expected
    trust(source)
    assert render_now(source, MODEL) == expected


FAULTS = [
    ("Hi {{ lead.fist_name }}", 1, "unknown_token", "Did you mean lead.first_name?"),
    ("a\nb\n{{ leed.email }}", 3, "unknown_token", "Did you mean lead.email?"),
    (
        "{% for l in invoice.lines %}\n{{ l.amuont }}{% endfor %}",
        2,
        "unknown_token",
        "Did you mean l.amount?",
    ),
    ("{{ invoice.lines[0].amount.cents }}", 1, "unknown_token", "invoice.lines[0].amount.cents"),
    ("{% if plan == 'x' %}y{% endif %}", 1, "unknown_token", "plan"),
    ("{{ lead.email | upcse }}", 1, "unknown_filter", "Did you mean upcase?"),
    ("{{ lead.email | safe }}", 1, "unknown_filter", "safe"),
    ("x\n{% if lead.email %}\ny", 2, "syntax", "Add {% endif %} where it ends."),
    ("x\n{% endif %}", 2, "syntax", "There is no open if"),
    ("x\n{{ lead.email", 2, "syntax", "Add }} where it ends."),
    ("\n\n{{ lead. }}", 3, "syntax", "can't be read"),
    ("{% cycle 'a', 'b' %}", 1, "syntax", "no tag called cycle"),
    ("{% include 'x' %}", 1, "syntax", "no tag called include"),
    ('<a href="{{ lead.site }}">', 1, "out_of_place", "url filter"),
    ("<a\nhref = '{{ lead.site | downcase }}'>", 2, "out_of_place", "url filter"),
    ("<a href={{ lead.site | url }}>", 1, "out_of_place", "quotes"),
    ("<p {{ lead.email }}>", 1, "out_of_place", "quotes"),
    ("<{{ lead.email }}>", 1, "out_of_place", "quotes"),
    ("<p onclick=\"x('{{ lead.email }}')\">", 1, "out_of_place", "scripts"),
    ("<script>var a = '{{ lead.email }}'</script>", 1, "out_of_place", "scripts"),
    ("<iframe srcdoc='{{ lead.email }}'>", 1, "out_of_place", "scripts"),
    ("<p style='color:{{ brand.primary }}'>", 1, "out_of_place", "colour"),
    ("<style>p{color:{{ brand.primary }}}</style>", 1, "out_of_place", "colour"),
    ("{% if lead.email %}<a href='{% endif %}{{ lead.site }}'>", 1, "out_of_place", "url filter"),
]


@pytest.mark.parametrize(("source", "line", "code", "words"), FAULTS)
async def test_each_fault_is_told_with_its_line_and_how_to_mend_it(
    source: str, line: int, code: str, words: str
) -> None:
    told = await check(source, ALLOWED)
    assert any(f.line == line and f.code == code and words in f.message for f in told), told


@pytest.mark.parametrize("source", [source for source, _ in GOOD if "nickname" not in source])
async def test_good_templates_have_no_faults(source: str) -> None:
    assert await check(source, ALLOWED) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p title="{{ lead.email }}">',
        "<!-- {{ lead.email }} -->",
        "<title>{{ lead.email }}</title>",
        "1 < {{ link }}",
        '<a href="https://example.com/?q={{ lead.email | url_encode }}">',
        "<a href='{{ link | url }}?x={{ link }}'>",
    ],
)
async def test_values_that_stand_well_are_let_be(source: str) -> None:
    assert await check(source, ALLOWED) == []


async def test_a_value_out_of_place_is_not_rendered_either() -> None:
    with pytest.raises(TemplateFailed) as failed:
        await render("x\n<a href='{{ link }}'>", MODEL)
    assert (failed.value.fault.line, failed.value.fault.code) == (2, "out_of_place")


def test_tokens_are_listed_as_an_author_writes_them() -> None:
    assert flat(ALLOWED)[3:6] == ["invoice.number", "invoice.lines[]", "invoice.lines[].label"]


ESCAPES = [
    "{{ lead.__class__ }}",
    "{{ lead.first_name.__class__.__mro__ }}",
    "{{ lead['__init__'] }}",
    "{{ self }}",
    "{{ lead.keys }}",
    "{{ lead.items }}",
    "{{ lead.first_name.upper }}",
    "{{ context }}",
    "{{ lead | map: '__class__' }}",
    "{{ invoice.lines | map: '__len__' }}",
    "{{ invoice.lines.append }}",
    "{{ globals }}",
    "{{ env }}",
    "{{ loop }}",
    "{{ forloop.__class__ }}",
    "{{ config }}",
    "{{ request }}",
    "{{ __builtins__ }}",
    "{% for l in invoice.lines %}{{ forloop.it }}{{ forloop.__class__ }}{{ l.__class__ }}{% endfor %}",
    "{{ 'x' | replace: 'x', lead.__dict__ }}",
    "{{ lead.first_name | default: lead.__globals__ }}",
    "{{ invoice.lines | where: '__class__' | size }}",
    "{{ lead.first_name.format }}",
    "{{ link.join }}",
]


@pytest.mark.parametrize("source", ESCAPES)
async def test_no_way_leads_out_of_the_model(source: str) -> None:
    text = await render(source, MODEL)
    assert not any(word in text for word in ("class", "object at", "built-in", "method", "<", "&lt;"))


BOMBS = [
    "{% for a in (1..1000000) %}" * 3 + "x" + "{% endfor %}" * 3,
    "{% assign s = 'xxxxxxxxxx' %}" + "{% assign s = s | append: s %}" * 40 + "{{ s | size }}",
    "{% assign s = 'a,a,a,a' | split: ',' %}" + "{% assign s = s | concat: s %}" * 40 + "{{ s | size }}",
    "{% capture s %}" + "x" * 50_000 + "{% endcapture %}{{ s | replace: 'x', s | replace: 'x', s }}",
    "{{ (1..100000000000) | join: ',' }}",
    "{% for a in (1..19000) %}" + "x" * 1000 + "{% endfor %}",
    "{% if true %}" * 400 + "{% endif %}" * 400,
    "{{ " + "(" * 5000 + " }}",
    "{{ 9 | times: 9" + " | times: 999999999999" * 8000 + " }}",
    "{{ a" + "[a" * 4000 + "]" * 4000 + " }}",
    "{% render 'me' %}",
]


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
async def test_bombs_end_in_a_fault_and_the_next_template_works(source: str) -> None:
    with pytest.raises(TemplateFailed):
        await render(source, MODEL, partials={"me": "{% render 'me' %}"})
    assert await render("{{ lead.first_name }}", MODEL) == "Dana"
    assert await check(source, ALLOWED)


ODD = ["{{ v | sum }}", "{% if v > 5 %}y{% endif %}", "{{ v | divided_by: 0 }}"]


@pytest.mark.parametrize("source", ODD)
async def test_values_of_another_kind_are_a_fault_in_the_jail_and_here(source: str) -> None:
    with pytest.raises(TemplateFailed) as there:
        await render(source, {"v": "x"})
    with pytest.raises(TemplateFailed) as here:
        render_now(trust(source), {"v": "x"})
    assert here.value.fault.code == there.value.fault.code == "wrong_kind"
    assert await check("{% if v > 5 %}y{% endif %}", {"v": "Score"}) == [], "a label stands for a number too"


async def test_parts_escape_like_the_whole() -> None:
    part = {"sig": "{{ v }}"}
    assert await render("{% render 'sig', v: v %}{{ v }}", {"v": "<"}, partials=part) == "&lt;&lt;"
    assert await render("{% render 'sig', v: v %}{{ v }}", {"v": "<"}, partials=part, kind="text") == "<<"


async def test_parts_come_from_the_given_mapping_alone() -> None:
    assert await render("{% render 'sig' %}", MODEL, partials={"sig": "Best"}) == "Best"
    for path in ("/etc/passwd", "../themes/liquid/__init__.py", "other"):
        with pytest.raises(TemplateFailed):
            await render(f"{{% render '{path}' %}}", MODEL, partials={"sig": "Best"})


class _Reader(HTMLParser):
    """What a browser would make of it: tags with attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


WRAPPED = '<p title="{{ v }}">{{ v }}</p>'
FILTERED = "<p>{{ v | append: v | strip_html | replace: 'a', v | newline_to_br | truncate: 90 | escape_once }}</p>"
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.text("<>&\"'/= abonlick{}%|\n\0", max_size=60),
    st.sampled_from(["<script>x</script>", '"><img src=x onerror=a>', "{{ lead }}", "&#60;b&#62;", "]]>"]),
)


@given(HOSTILE)
@settings(max_examples=200)
def test_no_value_can_become_markup(value: str) -> None:
    trust(WRAPPED)
    trust(FILTERED)
    reader = _Reader()
    reader.feed(render_now(WRAPPED, {"v": value}))
    reader.close()
    assert [tag for tag, _ in reader.tags] == ["p"] and list(reader.tags[0][1]) == ["title"]
    if "\r" not in value and "\0" not in value:
        assert reader.tags[0][1]["title"] == value and reader.words == value
    more = _Reader()
    more.feed(render_now(FILTERED, {"v": value}))
    assert {tag for tag, _ in more.tags} <= {"p", "br"}


BAD_LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "\u00a0javascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>",
    "file:///etc/passwd",
    "//evil.example",
    "/\\evil.example",
    "blob:x",
    "x",
    "",
    "javascript\u2028:alert(1)",
    "&#106;avascript:alert(1)",
]


@pytest.mark.parametrize("link", BAD_LINKS)
async def test_a_link_that_is_none_leads_nowhere(link: str) -> None:
    assert await render('<a href="{{ v | url }}">x</a>', {"v": link}) == '<a href="#">x</a>'


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/a?b=1",
        "http://x.example",
        "mailto:a@example.com",
        "tel:+17275550142",
        "/portal",
        "#top",
    ],
)
def test_good_links_stay_as_they_are(link: str) -> None:
    assert url(link) == link


@given(HOSTILE)
def test_a_link_never_breaks_out_of_its_quotes(value: str) -> None:
    source = trust("<a href='{{ v | url }}'>x</a>")
    reader = _Reader()
    reader.feed(render_now(source, {"v": value}))
    assert len(reader.tags) == 1 and list(reader.tags[0][1]) == ["href"]


def test_text_templates_escape_nothing_and_html_ones_everything() -> None:
    model = {"v": "O'Brien & <Sons>"}
    assert render_now("{{ v }}", model, kind="text") == "O'Brien & <Sons>"
    assert render_now("{{ v }}", model) == "O&#39;Brien &amp; &lt;Sons&gt;"


class Sly(str):
    def __html__(self) -> str:
        return "<script>"


NOT_PLAIN: list[Any] = [
    Markup("<b>"),
    Sly("x"),
    datetime(2026, 1, 1, tzinfo=UTC),
    b"x",
    {1, 2},
    object(),
    lambda: 1,
    {1: "x"},
    {"a": {"b": object()}},
    2**70,
    float("nan"),
    float("inf"),
    "x" * 500_000,
    [["x"] * 300] * 300,
]


@pytest.mark.parametrize("value", NOT_PLAIN, ids=range(len(NOT_PLAIN)))
def test_a_model_is_plain_data_or_nothing(value: Any) -> None:
    source = trust("{{ v }}")
    assert render_now(source, {"v": {"a": [1, 2.5, "x", None, True, ("t",)]}})
    with pytest.raises(NotPlain):
        render_now(source, {"v": value})
    deep: Any = "x"
    for _ in range(20):
        deep = [deep]
    with pytest.raises(NotPlain):
        render_now(source, {"v": deep})


async def test_a_set_is_rendered_for_many_people_in_one_go() -> None:
    pieces = [Piece("Hi {{ n }}", "text"), Piece("<p>{{ n }}</p>", "html")]
    people = [{"n": f"<{n}>"} for n in range(120)]
    rows = await render_set(pieces, people)
    assert len(rows) == 120 and rows[119] == ["Hi <119>", "<p>&lt;119&gt;</p>"]


@pytest.fixture
def jail_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    calls: list[bytes] = []
    real = liquid._jail.call
    monkeypatch.setattr(liquid._jail, "call", lambda request: calls.append(request) or real(request))
    yield calls


async def test_only_our_own_text_is_rendered_outside_the_jail(jail_calls: list[bytes]) -> None:
    ours = trust("Ours: {{ a }}")
    await render(ours, {"a": "1"})
    assert jail_calls == []
    await render(ours + " ", {"a": "1"})
    await render_set([Piece(ours, "html"), Piece("Theirs", "html")], [{"a": "1"}])
    await render("{% render 'x' %}", {"a": "1"}, partials={"x": ours})
    assert len(jail_calls) == 3


async def test_the_limits_are_ours_not_the_library_s(jail_calls: list[bytes]) -> None:
    bare, ours = AnyLiquid(), environment("html")
    for name in ("loop_iteration_limit", "local_namespace_limit", "output_stream_limit"):
        assert getattr(bare, name) is None and getattr(ours, name)
    assert not {"safe", "date", "escapejs", "base64_decode", "url_decode"} & set(ours.filters)
    assert ours.autoescape and not environment("text").autoescape


async def test_plain_words_and_what_was_looked_at_before_ask_the_jail_no_more(monkeypatch):
    asked = []
    whole = liquid._ask
    monkeypatch.setattr(liquid, "_ask", lambda order: asked.append(order) or whole(order))
    assert await liquid.check("Plain words, no more.", {}) == []
    assert asked == []
    wrong = "Hello {{ nobody.knows }}, for the first time"
    first, second = [[fault.code for fault in await liquid.check(wrong, {"contact": {"name": ""}})] for _ in range(2)]
    assert first == second != [] and len(asked) == 1
    assert await liquid.check(wrong, {"nobody": {"knows": ""}}) == [] and len(asked) == 2
