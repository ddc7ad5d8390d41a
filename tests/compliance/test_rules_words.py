"""Opt-outs in people's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compliance.models import opt_out_intent

KEYWORDS = {
    "stop": [*"STOP STOPALL UNSUBSCRIBE CANCEL END QUIT OPTOUT REVOKE".split(), "opt out", "stop all"],
    "start": ["START", "YES", "UNSTOP"],
    "help": ["HELP", "INFO"],
}


@pytest.mark.parametrize(("word", "intent"), [(word, intent) for intent, words in KEYWORDS.items() for word in words])
@pytest.mark.parametrize("shape", ["{}", " {} ", "{}.", "{}!!!", "\n{}\n", "“{}”"])
def test_keywords_in_any_case_and_dress(word: str, intent: str, shape: str) -> None:
    for form in (word, word.lower(), word.capitalize()):
        assert opt_out_intent(shape.format(form)) == intent


@pytest.mark.parametrize(
    "text",
    [
        "stop please",
        "Please stop",
        "STOP texting me",
        "pls stop contacting me",
        "Stop.",
        "Stop! I told you",
        "STOP sending me these messages",
        "ok stop now thanks",
        "would you please stop calling",
        "I want to unsubscribe",
        "unsubscribe me from this list",
        "I would like to opt out",
        "opt me out",
        "I am opting out of this",
        "take me off your list",
        "Remove me from your list",
        "please remove my number",
        "delete my info from your system",
        "don't text me again",
        "Don’t call me anymore",
        "do not contact me",
        "DO NOT EVER CALL this number",
        "never call again",
        "no more texts",
        "quit messaging me",
        "I hereby revoke consent",
        "i withdraw my permission",
        "leave me alone",
        "lose my number",
        "put me on your do not call list",
        "Alto",
        "basta por favor",
        "no me llamen más",
        "Deje de enviarme mensajes, deje de mandar",
        "quíteme de la lista",
        "cancel please",
        "STOP 🛑",
    ],
)
def test_free_words_that_mean_no(text: str) -> None:
    assert opt_out_intent(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🙂",
        "Can you stop by tomorrow?",
        "Stop by after five",
        "I can't stop thinking about this debt",
        "the bus stop is near my house",
        "when does this program end?",
        "cancel my appointment on Friday and give me Monday",
        "I quit my job last week",
        "yes please call me",
        "Yes, tomorrow works",
        "start with the Visa card",
        "I need help with my bills",
        "can I get more info",
        "thanks",
        "who is this?",
        "call me after 5",
        "end of the month is better",
    ],
)
def test_other_words_mean_nothing_of_the_kind(text: str) -> None:
    assert opt_out_intent(text) is None


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_dress_never_matters(text: str) -> None:
    intent = opt_out_intent(text)
    assert intent in (None, "stop", "start", "help")
    assert opt_out_intent(f"  {text}\n") == intent


@given(st.sampled_from(KEYWORDS["stop"]), st.text(" .!,-\n\t", max_size=5), st.booleans())
def test_a_stop_word_alone_is_always_a_stop(word: str, dress: str, upper: bool) -> None:
    assert opt_out_intent(dress + (word.upper() if upper else word.lower()) + dress) == "stop"
