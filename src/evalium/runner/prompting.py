"""From a sample to the request that is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from evalium.core import ConfigError, MediaPart, Message, Part, Plan, Sample, TextPart
from evalium.models import Mode, Request

from .few_shot import Examples
from .templates import Render, compile_template

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BuildRequest = Callable[[Sample], Request]

_GENERATE_CHOICE = "{{ input }}\n\n{% for letter, choice in lettered %}{{ letter }}. {{ choice }}\n{% endfor %}\n" + (
    "Answer with the letter of the right choice alone, as in: Answer: A"
)
_FIRST_TOKEN_CHOICE = (
    "{{ input }}\n\n{% for letter, choice in lettered %}{{ letter }}. {{ choice }}\n{% endfor %}\nAnswer:"
)


def variables_of(sample: Sample) -> dict[str, Any]:
    """What a template sees: the row's fields under their own names, then the mapped ones."""
    return {
        **sample.fields,
        "input": sample.input,
        "target": sample.target,
        "choices": sample.choices,
        "lettered": tuple(zip(LETTERS, sample.choices, strict=False)),
        "context": sample.context,
        "attributes": sample.attributes,
        "id": sample.id,
    }


def request_builder(plan: Plan, params: Mapping[str, Any], *, stream: bool, examples: Examples | None) -> BuildRequest:
    """Compile a plan's prompt into a function from sample to request.

    Args:
        plan: The plan.
        params: Generation parameters, the model's own already merged in.
        stream: Whether answers are streamed.
        examples: Few-shot examples to put before the question.

    Raises:
        ConfigError: The mode does not fit the prompt.
    """
    if plan.mode == "rolling":
        return _rolling(plan, dict(params))
    if plan.mode in ("loglikelihood", "choice_loglikelihood"):
        return _continuations(plan, dict(params), examples)
    return _chat(plan, dict(params), stream, examples)


def _default_prompt(plan: Plan) -> str | None:
    if plan.mode == "choice_generate":
        return _GENERATE_CHOICE
    if plan.mode == "choice_first_token":
        return _FIRST_TOKEN_CHOICE
    return None


def _chat(plan: Plan, params: dict[str, Any], stream: bool, examples: Examples | None) -> BuildRequest:
    turns = _turns(plan)
    mode: Mode = "choice_first_token" if plan.mode == "choice_first_token" else "generate"
    tools = plan.solver.tools if plan.solver else ()

    def build(sample: Sample) -> Request:
        return Request(
            messages=tuple(turns(sample, examples)), mode=mode, params=params, tools=tools, stream=stream, sample=sample
        )

    return build


def _turns(plan: Plan) -> Callable[[Sample, Examples | None], list[Message]]:
    system = compile_template(plan.system, "system") if plan.system else None
    prompt = plan.prompt if plan.prompt is not None else _default_prompt(plan)
    if prompt is None:
        return lambda sample, examples: _plain_turns(sample, system, examples)
    if isinstance(prompt, str):
        parts: list[tuple[Any, Render]] = [("user", compile_template(prompt, "prompt"))]
    else:
        parts = [(m.role, compile_template(m.content, f"prompt[{i}]")) for i, m in enumerate(prompt)]
    if system:
        parts.insert(0, ("system", system))
    last_user = max((i for i, (role, _) in enumerate(parts) if role == "user"), default=-1)

    def turns(sample: Sample, examples: Examples | None) -> list[Message]:
        variables = variables_of(sample)
        messages: list[Message] = []
        for i, (role, render) in enumerate(parts):
            text = render(variables)
            if i == last_user:
                text = _with_examples(messages, text, sample, examples)
                messages.append(Message(role, _with_media(text, sample)))
            else:
                messages.append(Message(role, text))
        return messages

    return turns


def _plain_turns(sample: Sample, system: Render | None, examples: Examples | None) -> list[Message]:
    messages = [Message("system", system(variables_of(sample)))] if system else []
    if isinstance(sample.input, tuple):
        return [*messages, *sample.input]
    text = sample.input if isinstance(sample.input, str) else msgspec.json.encode(sample.input).decode()
    text = _with_examples(messages, text, sample, examples)
    messages.append(Message("user", _with_media(text, sample)))
    return messages


def _with_examples(messages: list[Message], text: str, sample: Sample, examples: Examples | None) -> str:
    """Put examples before the question: as earlier turns, or as text inside it."""
    if examples is None:
        return text
    if examples.as_turns:
        messages.extend(examples.turns(sample))
        return text
    return examples.text(sample) + text


def _with_media(text: str, sample: Sample) -> str | tuple[Part, ...]:
    if not sample.media:
        return text
    return (TextPart(text), *(MediaPart(m) for m in sample.media))


def _plain_prompt(plan: Plan, examples: Examples | None) -> Callable[[Sample], str]:
    """The prompt as one text, for models that continue text."""
    if plan.prompt is not None and not isinstance(plan.prompt, str):
        raise ConfigError(f"mode {plan.mode!r} continues plain text: give `prompt` as one template, not as turns")
    render = compile_template(plan.prompt or "{{ input }}", "prompt")
    system = compile_template(plan.system, "system") if plan.system else None

    def text(sample: Sample) -> str:
        variables = variables_of(sample)
        head = system(variables) + "\n\n" if system else ""
        return head + (examples.text(sample) if examples else "") + render(variables)

    return text


def _continuations(plan: Plan, params: dict[str, Any], examples: Examples | None) -> BuildRequest:
    prompt = _plain_prompt(plan, examples)
    by_choice = plan.mode == "choice_loglikelihood"

    def build(sample: Sample) -> Request:
        wanted = sample.choices if by_choice else (str(_first(sample.target)),)
        return Request(
            prompt=prompt(sample),
            continuations=tuple(c if c[:1].isspace() else " " + c for c in wanted),
            mode="choice_loglikelihood" if by_choice else "loglikelihood",
            params=params,
            sample=sample,
        )

    return build


def _rolling(plan: Plan, params: dict[str, Any]) -> BuildRequest:
    prompt = _plain_prompt(plan, None)
    return lambda sample: Request(prompt=prompt(sample), mode="rolling", params=params, sample=sample)


def _first(target: Any) -> Any:
    return target[0] if isinstance(target, (list, tuple)) and target else target
