"""The words of the mails about accounts, in the languages that people choose. Liquid, trusted, laid out by
the brand.
"""

from functools import cache
from typing import NamedTuple

from themes.mjml import CompiledEmail
from themes.paragraphs import Button, ours


class Letter(NamedTuple):
    """`button` is a label; it leads to `{{ link }}`. `more` stands under it."""

    subject: str
    body: str
    button: str = ""
    more: tuple[str, ...] = ()


_ENGLISH = {
    "link": Letter(
        "Your sign-in link",
        "Hello {{ name }}, press the button to sign in. It works once, for 15 minutes.",
        "Sign in",
        (
            "On another device? Type this code on the page where you asked for the link:",
            "# {{ code }}",
            "You didn't ask for this? Then do nothing: nobody can sign in without this mail.",
        ),
    ),
    "reset": Letter(
        "Choose a new password",
        "Hello {{ name }}, press the button to choose a new password. It works once, for one hour.",
        "Choose a new password",
        ("You didn't ask for this? Then do nothing: your password stays as it is.",),
    ),
    "code": Letter(
        "{{ code }} is your code",
        "Hello {{ name }}, enter this code to go on. It works once, for 10 minutes.\n\n# {{ code }}",
        "",
        ("It isn't you who asks? Then choose a new password: somebody may know yours.",),
    ),
    "invitation": Letter(
        "Your account at {{ firm }}",
        "Hello {{ name }}, {% if by %}{{ by }} invites you to {{ firm }}.{% else %}{{ firm }} has "
        "made an account for you.{% endif %}"
        " Press the button to begin.",
        "Open your account",
        ("The button works once, for seven days.",),
    ),
    "password": Letter(
        "Your password was changed",
        "Hello {{ name }}, the password of your account was changed on {{ at }}. Every other browser is signed out.",
        "Reset your password",
        ("It was you? Then there is nothing to do. It wasn't? Press the button at once.",),
    ),
    "second_factor_on": Letter(
        "Two-factor sign-in is on",
        "Hello {{ name }}, since {{ at }} signing in to your account takes a code from an authenticator app.",
        "Reset your password",
        ("It was you? Then there is nothing to do. It wasn't? Press the button at once, and tell us.",),
    ),
    "second_factor_off": Letter(
        "Two-factor sign-in is off",
        "Hello {{ name }}, since {{ at }} signing in to your account takes no code from an authenticator app.",
        "Reset your password",
        ("You know about it? Then there is nothing to do. You don't? Press the button at once, and tell us.",),
    ),
}
_SPANISH = {
    "link": Letter(
        "Su enlace para entrar",
        "Hola, {{ name }}: pulse el botón para entrar. Sirve una sola vez, durante 15 minutos.",
        "Entrar",
        (
            "¿Está en otro dispositivo? Escriba este código en la página donde pidió el enlace:",
            "# {{ code }}",
            "¿No lo pidió usted? Entonces no haga nada: nadie puede entrar sin este correo.",
        ),
    ),
    "reset": Letter(
        "Elija una nueva contraseña",
        "Hola, {{ name }}: pulse el botón para elegir una nueva contraseña. Sirve una sola vez, durante una hora.",
        "Elegir contraseña",
        ("¿No lo pidió usted? Entonces no haga nada: su contraseña no cambia.",),
    ),
    "code": Letter(
        "{{ code }} es su código",
        "Hola, {{ name }}: escriba este código para continuar. Sirve una sola vez, durante 10 minutos.\n\n# {{ code }}",
        "",
        ("¿No es usted quien lo pide? Entonces elija otra contraseña: puede que alguien conozca la suya.",),
    ),
    "invitation": Letter(
        "Su cuenta en {{ firm }}",
        "Hola, {{ name }}: {% if by %}{{ by }} le invita a {{ firm }}.{% else %}{{ firm }} le ha "
        "abierto una cuenta.{% endif %}"
        " Pulse el botón para empezar.",
        "Abrir su cuenta",
        ("El botón sirve una sola vez, durante siete días.",),
    ),
    "password": Letter(
        "Su contraseña ha cambiado",
        "Hola, {{ name }}: la contraseña de su cuenta se cambió el {{ at }}. La sesión se cerró en "
        "los demás navegadores.",
        "Elegir otra contraseña",
        ("¿Fue usted? Entonces no hay nada que hacer. ¿No? Pulse el botón enseguida.",),
    ),
    "second_factor_on": Letter(
        "La verificación en dos pasos está activa",
        "Hola, {{ name }}: desde el {{ at }} hace falta un código de su aplicación para entrar en su cuenta.",
        "Elegir otra contraseña",
        ("¿Fue usted? Entonces no hay nada que hacer. ¿No? Pulse el botón enseguida y avísenos.",),
    ),
    "second_factor_off": Letter(
        "La verificación en dos pasos está desactivada",
        "Hola, {{ name }}: desde el {{ at }} ya no hace falta un código de su aplicación para entrar en su cuenta.",
        "Elegir otra contraseña",
        ("¿Lo sabía? Entonces no hay nada que hacer. ¿No? Pulse el botón enseguida y avísenos.",),
    ),
}
LANGUAGES = {"en": _ENGLISH, "es": _SPANISH}


@cache
def compiled(kind: str, language: str) -> CompiledEmail:
    """Ready to be rendered for any brand and person; English where we have no words of the language."""
    letter = LANGUAGES.get(language, _ENGLISH)[kind]
    button = Button(letter.button, "{{ link }}") if letter.button else None
    return ours(letter.subject, letter.body, button, more=letter.more)
