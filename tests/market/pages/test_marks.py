"""Marks between words: those of the reader's language, and none where there is nothing to part."""

import pytest
from django.template import engines
from django.utils import translation

from market.kernel.marks import bracketed, labelled, listed
from market.pages.loader import with_marks
from tests import story

WRITTEN = """<p title="甲：乙">{% translate "单位" %}：{{ name }}（{{ code }}）、{# ： #}</p>
{% blocktranslate %}共{{ n }}项，已载入：{% endblocktranslate %}{% comment %}，{% endcomment %}"""


def test_marks_in_the_text_of_a_template_are_tags_and_the_rest_stays():
    assert with_marks(WRITTEN) == (
        """<p title="甲{% mark "：" %}乙">{% translate "单位" %}{% mark "：" %}{{ name }}{% mark "（" %}{{ code }}"""
        """{% mark "）、" %}{# ： #}</p>
{% blocktranslate %}共{{ n }}项，已载入：{% endblocktranslate %}{% comment %}，{% endcomment %}"""
    )


@pytest.mark.parametrize(("language", "shown"), [("zh-hans", "甲：乙（丙），丁"), ("en", "甲: 乙 (丙), 丁")])
def test_a_reader_sees_the_marks_of_the_own_language(language, shown):
    template = engines["django"].from_string(with_marks("甲：乙（丙），丁"))

    with translation.override(language):
        assert " ".join(template.render().split()) == shown


def test_what_is_not_there_has_no_mark():
    with translation.override("zh-hans"):
        assert listed(["甲", "", "乙"]) == "甲、乙"
        assert (labelled("甲", "乙"), bracketed("甲", "乙"), bracketed("甲", "")) == ("甲：乙", "甲（乙）", "甲")
    render = engines["django"].from_string('{% dotted a none empty b|named:"乙" empty|named:"丙" dash %}').render
    assert render({"a": "<甲>", "none": None, "empty": "", "b": 1, "dash": "—"}) == "&lt;甲&gt; · 乙 1"


def test_a_patent_that_is_half_filled_in_shows_no_bare_mark(cast, api):
    told = story.draft(story.agree(story.opened(cast)), patents=[{"title": "铜箔退火炉", "patentee": "示例大学"}])

    page = api.as_(cast.university_clerk).get(f"/contracts/{told.contract.id}/").content.decode()

    assert "<li>铜箔退火炉 · 专利权人 示例大学</li>" in page
