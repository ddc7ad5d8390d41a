"""Mail in the tenant's layout: what authors type, what each person gets, and that neither can break the
other.
"""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from themes import liquid
from themes.liquid import TemplateFailed
from themes.mjml import (
    BadLayout,
    Look,
    compile_email,
    mail_model,
    render_email,
    render_email_now,
    render_emails,
)
from themes.paragraphs import Button, Facts, Rows, check_email, compose, ours

pytestmark = pytest.mark.anyio

LOOK = Look(
    name="Harbor & Sons",
    site_url="https://harbor.example",
    logo_url="https://harbor.example/logo.png",
    support_email="help@harbor.example",
    address="1 Main Street\nTampa, FL 33602",
    primary="#0a7f5b",
)
TOKENS = {
    "lead": {"first_name": "Dana <b>O'Brien</b>"},
    "amount": "$625.00",
    "link": "https://harbor.example/b?x=1&y=2",
    "debts": [{"name": "Card <1>", "left": "$3,000"}, {"name": "Card 2", "left": "$5,000"}],
}
ALLOWED = {"lead": {"first_name": "First name"}, "amount": "Amount", "link": "Link"}
MODEL = mail_model(LOOK, TOKENS, unsubscribe_url="https://harbor.example/u/1")
BODY = """# Hello {{ lead.first_name }}

Your deposit of {{ amount }} is < 3 days away.
Thank you.

- one
- two"""


@pytest.fixture(autouse=True)
def nothing_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liquid, "_trusted", set())


class _Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def links(self) -> list[str | None]:
        return [attrs.get("href") for tag, attrs in self.tags if tag == "a"]


TEXT = """Hello Dana <b>O'Brien</b>

Your deposit of $625.00 is < 3 days away.
Thank you.

- one
- two

Pay $625.00: https://harbor.example/b?x=1&y=2

--\x20
Harbor & Sons
1 Main Street
Tampa, FL 33602
help@harbor.example

Unsubscribe: https://harbor.example/u/1
"""


async def test_a_mail_in_its_three_parts() -> None:
    made = compose("{{ lead.first_name }}: {{ amount }}", BODY, Button("Pay {{ amount }}", "{{ link }}"))
    got = await render_email(made, MODEL)
    assert got.subject == "Dana <b>O'Brien</b>: $625.00"
    assert got.text == TEXT
    seen = _Seen(got.html)
    assert "Your deposit of $625.00 is < 3 days away." in seen.words and "Dana <b>O'Brien</b>" in seen.words
    assert "b" not in [tag for tag, _ in seen.tags], "a name is no markup"
    assert seen.links() == [
        "https://harbor.example",
        "https://harbor.example/b?x=1&y=2",
        "mailto:help@harbor.example",
        "https://harbor.example/u/1",
    ]
    assert ("img", "https://harbor.example/logo.png") in [(tag, attrs.get("src")) for tag, attrs in seen.tags]
    assert "#0a7f5b" in got.html and "1 Main Street<br />" in got.html and "max-width:600px" in got.html
    assert "{{" not in got.html and "{%" not in got.html and "[[" not in got.html and "slot-" not in got.html


async def test_our_own_text_gives_the_same_mail_without_the_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    button = Button("Pay", "{{ link }}")
    jailed = await render_email(compose("Hi", BODY, button), MODEL)
    trusted = ours("Hi", BODY, button)
    monkeypatch.setattr(liquid._jail, "call", lambda request: pytest.fail("went to the jail"))
    assert render_email_now(trusted, MODEL) == jailed


async def test_servicing_mail_has_nothing_to_unsubscribe_from_and_a_brand_without_logo_its_name() -> None:
    plain = mail_model(Look(name="Harbor"), TOKENS)
    got = await render_email(compose("Hi", "Hello"), plain)
    assert "nsubscribe" not in got.html + got.text and "<img" not in got.html and "Harbor" in got.html


async def test_the_layout_s_own_words_are_the_reader_s() -> None:
    spanish = mail_model(
        LOOK, TOKENS, {"Unsubscribe": "Darse de baja"}.get, lang="es", unsubscribe_url="https://x.example/"
    )
    got = await render_email(compose("Hola", "Hola"), spanish)
    assert "Darse de baja" in got.html and "Darse de baja: " in got.text and 'lang="es"' in got.html


async def test_tables_of_facts_and_of_rows() -> None:
    more = [
        Facts((("Amount", "{{ amount }}"), ("R&D", "x"))),
        Rows("debts", "d", (("Debt", "{{ d.name }}"), ("Left", "{{ d.left }}"))),
    ]
    got = await render_email(compose("Hi", "Hello", more=more), MODEL)
    seen = _Seen(got.html)
    assert [attrs.get("scope") for tag, attrs in seen.tags if tag == "th"] == ["row", "row", "col", "col"]
    assert "Card <1>" in seen.words and "$5,000" in seen.words and "R&D" in seen.words
    assert "Amount: $625.00\nR&D: x" in got.text and "- Card <1>, $3,000\n- Card 2, $5,000" in got.text


async def test_conditions_may_span_paragraphs() -> None:
    body = "A\n\n{% if amount %}\n\nB {{ amount }}\n\n{% else %}\n\nC\n\n{% endif %}\n\nD"
    got = await render_email(compose("Hi", body), MODEL)
    assert "B $625.00" in got.html and ">C<" not in got.html and re.search("A\n+B .*\n+D", got.text)
    assert "<p" not in got.html.split("<body")[1], "tags alone make no empty paragraph"


@given(st.text("<>&\"'{}%[]ab-# \n|=/:", max_size=80), st.text(max_size=40))
@example("<b>x</b><script>y</script><a href='https://x.example'>z</a>", "<i>")
@settings(max_examples=150, deadline=None)
def test_whatever_an_author_or_a_lead_writes_stays_text(body: str, name: str) -> None:
    """Not through the jail: the author's text is marked as ours for the test, the escaping is the same."""
    words = re.sub(r"\{[{%].*", "", body, flags=re.S)
    made = ours(words, words + "\n\nHi {{ name }}")
    got = render_email_now(made, mail_model(LOOK, {"name": name}))
    bare = render_email_now(ours("x", "x\n\nHi {{ name }}"), mail_model(LOOK, {"name": "x"}))
    free = {"h1", "ul", "li", "br", "meta"}
    assert {tag for tag, _ in _Seen(got.html).tags} <= {tag for tag, _ in _Seen(bare.html).tags} | free
    assert len(_Seen(got.html).links()) == len(_Seen(bare.html).links())
    assert "\n" not in got.subject


@pytest.mark.parametrize("link", ["javascript:alert(1)", "{{ link }} x", "{{ link | upcase }}", "", "ftp://x", "x y"])
async def test_a_button_needs_one_link(link: str) -> None:
    assert "button_link" in await check_email("Hi", "Hello", Button("Go", link), ALLOWED)
    with pytest.raises(BadLayout):
        compose("Hi", "Hello", Button("Go", link))


async def test_a_token_that_holds_a_bad_link_leads_nowhere() -> None:
    evil = mail_model(LOOK, {"link": "javascript:alert(1)"})
    got = await render_email(compose("Hi", "Hello", Button("Go", "{{ link }}")), evil)
    assert "javascript" not in got.html + got.text and 'href="#"' in got.html


async def test_faults_are_told_by_field() -> None:
    told = await check_email(
        "{{ lead.name }}", "Hi\n\n{{ lead.fist_name }}", Button("{{ amont }}", "{{ link }}"), ALLOWED
    )
    assert sorted(told) == ["body", "button_label", "subject"]
    assert (told["body"][0].line, told["body"][0].message) == (
        3,
        "There is no token called lead.fist_name. Did you mean lead.first_name?",
    )
    assert await check_email("Hi", BODY, Button("Pay", "{{ link }}"), ALLOWED) == {}


async def test_a_brand_with_hostile_colours_and_names_only_looks_plain() -> None:
    hostile = Look(
        name='</title><script>x</script>"',
        primary="red;background:url(https://x.example)",
        ink="expression(1)",
    )
    got = await render_email(compose("Hi", "Hello", Button("Go", "https://a.example")), mail_model(hostile, {}))
    assert "<script" not in got.html and "url(" not in got.html and "expression" not in got.html
    assert "background:inherit" in got.html


IN_BODY = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


@pytest.mark.parametrize(
    "mjml",
    [
        "<mjml><mj-body>",
        "<p>",
        "",
        '<mjml><mj-body><mj-include path="/etc/passwd"/></mj-body></mjml>',
        IN_BODY.format("<mj-raw><script>x</script></mj-raw>"),
        IN_BODY.format("<mj-raw><p onclick='x'>x</p></mj-raw>"),
        IN_BODY.format("<mj-raw><iframe src='https://x.example'></iframe></mj-raw>"),
        IN_BODY.format("<mj-button href='java&#10;script:x'>x</mj-button>"),
    ],
)
def test_layouts_that_can_t_be_read_or_would_run_are_refused(mjml: str) -> None:
    with pytest.raises(BadLayout):
        compile_email(mjml)


async def test_an_own_layout_keeps_its_liquid_and_goes_through_the_jail() -> None:
    own = IN_BODY.format("<mj-text>{{ brand.name }}</mj-text>[[blocks]]")
    made = compose("Hi", "Hello {{ lead.first_name }}", layout=own)
    assert "{{ brand.name }}" in made.html
    assert "Harbor &amp; Sons" in (await render_email(made, MODEL)).html
    bad = compile_email(own.replace("{{ brand.name }}", '<a href="{{ link }}">x</a>'), subject="Hi", text="Hi")
    with pytest.raises(TemplateFailed):
        await render_email(bad, MODEL)


async def test_our_text_in_somebody_s_layout_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", "Hi", "Hello"):
        liquid.trust(text)
    assert liquid.is_trusted(compose("Hi", "Hello").html)
    assert not liquid.is_trusted(compose("Hi", "Hello", layout=IN_BODY.format("[[blocks]]")).html)


async def test_many_people_each_get_their_own() -> None:
    made = compose("{{ n }}", "Hi {{ n }}")
    got = await render_emails(made, [mail_model(LOOK, {"n": f"P{n}"}) for n in range(60)])
    assert [mail.subject for mail in got] == [f"P{n}" for n in range(60)]
    assert all(f"Hi P{n}" in mail.html and f"Hi P{n}\n" in mail.text for n, mail in enumerate(got))
