"""Three models that answer over HTTP as a provider would, each with its own pace and way with words."""

from zlib import crc32

import msgspec

from evalium.testing import AnswerFunction, Asked, Behaviour, Latency

OPENINGS = {
    "en": "Thank you for your message, and sorry for the trouble.",
    "de": "Danke für Ihre Nachricht, und entschuldigen Sie die Umstände.",
    "fr": "Merci pour votre message, et veuillez excuser ce désagrément.",
}
FACTS = {
    "en": "Please have a look here first: {}.",
    "de": "Bitte sehen Sie zuerst hier nach: {}.",
    "fr": "Veuillez d'abord regarder ici : {}.",
}
MORE = {
    "en": "If that does not help, write to us again and a colleague will take care of it within one working day.",
    "de": "Falls das nicht hilft, schreiben Sie uns bitte noch einmal, und eine Kollegin hilft noch am selben Tag.",
    "fr": "Si cela ne suffit pas, écrivez-nous de nouveau et une collègue s'en occupera dans la journée, promis.",
}


class Prompt(msgspec.Struct, frozen=True):
    """A line of support_prompts.jsonl."""

    prompt: str
    must_mention: str
    language: str


def behaviours(prompts: list[Prompt]) -> dict[str, Behaviour]:
    """How each model behaves: seconds to the first token, seconds between pieces of the stream, and its answers."""
    known = {one.prompt: one for one in prompts}
    paces = {
        "quick": Latency(median=0.4, sigma=0.3, between=0.004),
        "thorough": Latency(median=2.6, sigma=0.2, between=0.01),
        "flagship": Latency(median=0.5, sigma=0.25, between=0.01),
    }
    writers = {
        "quick": writer(known, more=1, forgets=8),
        "thorough": writer(known, more=3),
        "flagship": writer(known, more=8),
    }
    return {name: Behaviour(latency=pace, answer=writers[name]) for name, pace in paces.items()}


def writer(known: dict[str, Prompt], *, more: int, forgets: int = 0) -> AnswerFunction:
    """Write answers with `more` closing sentences; one in `forgets` leaves out what it must mention (0: none)."""

    def answer(asked: Asked) -> str:
        one = known[asked.prompt]
        forgotten = forgets and crc32(one.prompt.encode()) % forgets == 0
        fact = [] if forgotten else [FACTS[one.language].format(one.must_mention)]
        return " ".join([OPENINGS[one.language], *fact, *[MORE[one.language]] * more])

    return answer
