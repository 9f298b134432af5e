"""Prompt templates: sandboxed Jinja that refuses a variable which does not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from evalium.core import TemplateError, did_you_mean

Render = Callable[[Mapping[str, Any]], str]


@lru_cache(maxsize=1)
def _environment() -> Any:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )


def compile_template(text: str, where: str) -> Render:
    """Compile a template once.

    Args:
        text: Jinja source.
        where: Path of the field in the plan, for messages.

    Returns:
        A function from the variables to the text.

    Raises:
        TemplateError: The source is not valid Jinja; rendering raises it when a variable is missing.

    Example:
        >>> compile_template("Q: {{ question }}", "prompt")({"question": "why?"})
        'Q: why?'
    """
    import jinja2

    if "{" not in text:
        return lambda _variables: text
    try:
        template = _environment().from_string(text)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{where}, line {error.lineno}: not a valid template: {error.message}") from None
    plain = _plain(text, where)
    if plain is not None:
        return plain
    render = template.render

    def rendered(variables: Mapping[str, Any]) -> str:
        try:
            return str(render(variables))
        except jinja2.UndefinedError as error:
            raise TemplateError(f"{where}: {error.message}. Known: {', '.join(sorted(variables))}.") from None
        except jinja2.TemplateError as error:
            raise TemplateError(f"{where}: {error}") from None

    return rendered


def _plain(text: str, where: str) -> Render | None:
    """A renderer for templates of nothing but text and `{{ name }}`, which most prompts are; ten times as fast."""
    import jinja2.nodes as nodes

    body = _environment().parse(text).body
    if not all(isinstance(node, nodes.Output) for node in body):
        return None
    parts = [part for node in body for part in node.nodes]
    if not all(isinstance(part, nodes.TemplateData | nodes.Name) for part in parts):
        return None
    names = [part.name for part in parts if isinstance(part, nodes.Name)]
    if set(names) & set(_environment().globals):
        return None
    frame = "".join("{}" if isinstance(part, nodes.Name) else _braced(part.data) for part in parts).format

    def rendered(variables: Mapping[str, Any]) -> str:
        try:
            return frame(*[str(variables[name]) for name in names])
        except KeyError as error:
            known = ", ".join(sorted(variables))
            raise TemplateError(f"{where}: {error} is undefined. Known: {known}.") from None

    return rendered


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def check_variables(text: str, known: Iterable[str], where: str) -> None:
    """Refuse a template that names a variable which no sample has, before any call is made.

    Raises:
        TemplateError: Names the variable and the nearest known one.

    Example:
        >>> check_variables("{{ qestion }}", ["question", "answer"], "prompt")
        Traceback (most recent call last):
        ...
        evalium.core.errors.TemplateError: prompt: no variable 'qestion'. Did you mean 'question'?
    """
    import jinja2
    from jinja2 import meta

    try:
        used = meta.find_undeclared_variables(_environment().parse(text))
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{where}, line {error.lineno}: not a valid template: {error.message}") from None
    names = set(known)
    for name in sorted(used - names - set(_environment().globals)):
        raise TemplateError(f"{where}: no variable {name!r}.{did_you_mean(name, names)}")
