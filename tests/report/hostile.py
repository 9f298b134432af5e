"""Outputs that try to become active, each with a marker that it would set if it did."""

from __future__ import annotations

MARK = "window.__owned=1;document.title='owned'"

PAYLOADS = (
    f"<script>{MARK}</script>",
    f"</script><script>{MARK}</script>",
    f"</style><script>{MARK}</script>",
    f'<img src=x onerror="{MARK}">',
    f'<svg onload="{MARK}"><animate onbegin="{MARK}" attributeName=x dur=1s>',
    f'"><details open ontoggle="{MARK}">',
    f"' autofocus onfocus='{MARK}' x='",
    f"[click](javascript:{MARK.replace(' ', '')})",
    f'<a href="javascript:{MARK}">x</a><iframe srcdoc="<script>parent.__owned=1</script>"></iframe>',
    "<link rel=stylesheet href=https://evil.example/x.css><img src=https://evil.example/x.png>",
    "![x](https://evil.example/x.png) <https://evil.example> http://evil.example www.evil.example",
    "<meta http-equiv=refresh content='0;url=https://evil.example'><base href=https://evil.example>",
    "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}{#",
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x00\x08\x9b31m",
    "user\u202etxt.exe\u2066\u2069\u200f\u061c\ufeff\U000e0041",
    "```\n</details>\n<script>window.__owned=1</script>\n````\n~~~\n| a | b |\n|---|---|\n",
    "<!-- ]]> --> &lt;script&gt; &#60;script&#62; <![CDATA[ <xmp> <plaintext> <textarea> <title>",
    "a|b|c `code` \\| **bold** @everyone #1 $x^2$ <details>",
)
