"""Templates write Chinese marks between their words; each reader gets those of the own language.

Every template passes here once, when it is compiled, so that none has to say of each colon that it is translated.
"""

import re

from django.template import Origin
from django.template.base import tag_re
from django.template.loaders import cached

from market.kernel.marks import RUN

VERBATIM = re.compile(r"{%\s*(end)?(blocktranslate|blocktrans|comment|verbatim)\b")


class Loader(cached.Loader):
    def get_contents(self, origin: Origin) -> str:
        return with_marks(super().get_contents(origin))


def with_marks(source: str) -> str:
    """The template with a `{% mark %}` for each run of marks that stands in its text, outside tags and messages."""
    parts, depth = tag_re.split(source), 0
    for index, part in enumerate(parts):
        if found := VERBATIM.match(part):
            depth += -1 if found[1] else 1
        elif not depth and not part.startswith(("{%", "{{", "{#")):
            parts[index] = RUN.sub(lambda run: f'{{% mark "{run[0]}" %}}', part)
    return "".join(parts)
