"""What a hosted form asks and says, screen by screen, in one or two languages. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.core.fields import FieldSet
from app.publishers.models.spec import ABOUT_THE_POST

LANGUAGES = ("en", "es")
MOST_SCREENS = 6
NOT_ASKED = frozenset(field.name for field in ABOUT_THE_POST)


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field of the offer. `labels` by language, where the field's own is not what a visitor should read."""

    name: str
    required: bool = False
    labels: dict[str, str] = {}


class Screen(msgspec.Struct, frozen=True, omit_defaults=True):
    questions: tuple[Question, ...]
    titles: dict[str, str] = {}


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """`thanks` says who calls and when."""

    title: str = ""
    intro: str = ""
    button: str = ""
    thanks: str = ""


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first language is the usual one."""

    languages: tuple[str, ...] = ("en",)
    words: dict[str, Words] = {}
    screens: tuple[Screen, ...] = ()

    @property
    def names(self) -> list[str]:
        return [question.name for screen in self.screens for question in screen.questions]

    def said(self, language: str) -> Words:
        return self.words.get(language) or self.words.get(self.languages[0]) or Words()

    def screen_of(self, field: str) -> int | None:
        """The place of the screen that asks this, from 0."""
        places = [place for place, screen in enumerate(self.screens) if any(q.name == field for q in screen.questions)]
        return places[0] if places else None


class ConsentWords(msgspec.Struct, frozen=True):
    """Words that visitors agreed to from `at` on, until a later version of the language."""

    version: int
    language: str
    text: str
    at: str
    by: str


class FormDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A form as somebody wants it; `consents` by language."""

    name: str
    slug: str = ""
    state: str = "draft"
    content: Content = Content()
    consents: dict[str, str] = {}
    frames: tuple[str, ...] = ()
    per_hour: int = 300


def read_content(stored: Mapping[str, Any]) -> Content:
    return msgspec.convert(dict(stored), Content)


def read_consents(stored: Sequence[Mapping[str, Any]]) -> list[ConsentWords]:
    return [msgspec.convert(dict(one), ConsentWords) for one in stored]


def newest(consents: Sequence[ConsentWords], language: str) -> ConsentWords | None:
    """The words that a visitor of this language sees now."""
    found = [one for one in consents if one.language == language]
    return max(found, key=lambda one: one.version, default=None)


def shown(consents: Sequence[ConsentWords], version: int) -> ConsentWords | None:
    """The words of a version: what somebody saw, whatever was written since."""
    return next((one for one in consents if one.version == version), None)


def askable(fieldset: FieldSet) -> FieldSet:
    """What a form may ask: the person and the tenant's own fields; the rest of a post the form knows itself."""
    return fieldset.only(name for name in fieldset.names if name not in NOT_ASKED)


def asked(fieldset: FieldSet, content: Content, language: str) -> FieldSet:
    """The form's questions as fields, with its own labels and what it insists on."""
    known = fieldset.only(content.names)
    for screen in content.screens:
        for question in screen.questions:
            if question.name not in known:
                continue
            field = known[question.name]
            label = question.labels.get(language) or field.label
            known = known.changed(question.name, label=label, required=field.required or question.required)
    return known
