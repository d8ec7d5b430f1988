"""The sentences around an answer in the four languages that the demo can be told to speak."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Phrases:
    """`introduction` opens the first answer of a conversation, `again` the later ones; `plain`
    answers what no rule fits, `{}` being the question; `follows` leads over to what is English.
    """

    introduction: str
    again: tuple[str, ...]
    plain: str
    follows: str
    told: str


ENGLISH: Final = Phrases(
    introduction="I am Castor's offline demo, not a Gemini model: a few rules on your computer.",
    again=(
        "Castor's offline demo again.",
        "Still Castor's offline demo.",
        "This is Castor's offline demo.",
    ),
    plain=(
        "You wrote “{}” – that is for a real model to answer. I can only show how answers arrive "
        "and what they look like. Try asking for a *tour*, attach a picture and ask what is in it, "
        "ask what you said before, ask for 12 × 7, or ask for a long story."
    ),
    follows="",
    told="(I was told: {})",
)

_FRENCH: Final = Phrases(
    introduction=(
        "Je suis la démo hors ligne de Castor, pas un modèle Gemini : quelques règles sur votre "
        "ordinateur."
    ),
    again=("Toujours la démo hors ligne de Castor.", "Ici la démo hors ligne de Castor."),
    plain=(
        "Vous avez écrit « {} » – un vrai modèle y répondrait. Je montre seulement comment une "
        "réponse arrive. Demandez un *tour*, joignez une image ou demandez une longue histoire."
    ),
    follows="La suite est en anglais :",
    told="(On m'a dit : {})",
)

_GERMAN: Final = Phrases(
    introduction=(
        "Ich bin Castors Offline-Demo, kein Gemini-Modell: ein paar Regeln auf Ihrem Rechner."
    ),
    again=("Wieder Castors Offline-Demo.", "Hier ist Castors Offline-Demo."),
    plain=(
        "Sie schrieben „{}“ – ein echtes Modell würde das beantworten. Ich zeige nur, wie eine "
        "Antwort ankommt. Bitten Sie um eine *tour*, hängen Sie ein Bild an oder wünschen Sie "
        "sich eine lange Geschichte."
    ),
    follows="Das Folgende ist auf Englisch:",
    told="(Mir wurde gesagt: {})",
)

_SPANISH: Final = Phrases(
    introduction=(
        "Soy la demo sin conexión de Castor, no un modelo Gemini: unas pocas reglas en su "
        "ordenador."
    ),
    again=("Otra vez la demo sin conexión de Castor.", "Aquí la demo sin conexión de Castor."),
    plain=(
        "Usted escribió «{}» – un modelo de verdad lo respondería. Yo solo muestro cómo llega una "
        "respuesta. Pida un *tour*, adjunte una imagen o pida una historia larga."
    ),
    follows="Lo que sigue está en inglés:",
    told="(Me dijeron: {})",
)

LANGUAGES: Final[dict[str, Phrases]] = {
    "english": ENGLISH,
    "englisch": ENGLISH,
    "french": _FRENCH,
    "français": _FRENCH,
    "francais": _FRENCH,
    "german": _GERMAN,
    "deutsch": _GERMAN,
    "spanish": _SPANISH,
    "español": _SPANISH,
    "espanol": _SPANISH,
}
