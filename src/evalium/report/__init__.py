"""Reports: runs as one self-contained HTML file, or as Markdown."""

from ._collect import collect
from ._data import Failure, Group, Judged, ModelPart, Report, Shown, Standing
from ._html import render_html
from ._markdown import render_markdown
from ._visible import Text, visible
from ._write import form_of, write_report

__all__ = [
    "Failure",
    "Group",
    "Judged",
    "ModelPart",
    "Report",
    "Shown",
    "Standing",
    "Text",
    "collect",
    "form_of",
    "render_html",
    "render_markdown",
    "visible",
    "write_report",
]
