import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import TemplateError
from evalium.runner.templates import check_variables, compile_template

TEXTS = st.text(alphabet="ab {}\n%#é", max_size=12)


@pytest.mark.parametrize(
    ("template", "rendered"),
    [
        ("{{ q }}", "why?"),
        ("Q: {{ q }}\nA:", "Q: why?\nA:"),
        ("{{q}}{{ n }}", "why?7"),
        ("{ {{ q }} } {}", "{ why? } {}"),
        ("{{ nothing }}", "None"),
        ("{{ items }}", "[1, 2]"),
        ("{{ q | upper }}", "WHY?"),
        ("{% for i in items %}{{ i }},{% endfor %}", "1,2,"),
        ("{{ items[0] }}", "1"),
        ("{# a note #}{{ q }}", "why?"),
        ("no variable", "no variable"),
    ],
)
def test_rendering(template: str, rendered: str):
    variables = {"q": "why?", "n": 7, "nothing": None, "items": [1, 2]}
    assert compile_template(template, "prompt")(variables) == rendered


@given(parts=st.lists(TEXTS, min_size=1, max_size=4), value=st.one_of(TEXTS, st.integers(), st.none(), st.booleans()))
def test_the_fast_way_renders_what_jinja_renders(parts: list[str], value: object):
    template = "{{ x }}".join(part.replace("{", "(").replace("%", "").replace("#", "") for part in parts)
    wanted = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(template).render(x=value)
    assert compile_template(template, "prompt")({"x": value}) == wanted


def test_a_variable_that_does_not_exist():
    with pytest.raises(TemplateError, match="'qestion' is undefined"):
        compile_template("{{ qestion }}", "prompt")({"question": "why?"})
    with pytest.raises(TemplateError, match="'qestion' is undefined"):
        compile_template("{{ qestion | upper }}", "prompt")({"question": "why?"})
    with pytest.raises(TemplateError, match=r"no variable 'qestion'. Did you mean 'question'\?"):
        check_variables("{{ qestion }}", ["question"], "prompt")


def test_a_template_that_does_not_parse():
    with pytest.raises(TemplateError, match="prompt, line 2: not a valid template"):
        compile_template("fine\n{% if %}", "prompt")
