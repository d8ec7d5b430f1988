"""Markdown as words to be heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.markdown.plain import plain_text


@pytest.mark.parametrize(
    ("markdown", "heard"),
    [
        ("", ""),
        ("6 × 7 = **42**.", "6 × 7 = 42."),
        ("# Title\n\n*one* `two` [three](https://x.y)", "Title\none two three"),
        ("a  \nb", "a b"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("- one\n- two\n\n  more", "one\ntwo\nmore"),
        ("- [x] done\n- [ ] left", "done: done\nto do: left"),
        ("> quoted\n\n---\n\nafter", "quoted\nafter"),
        ("| a | b |\n|---|---|\n| 1 | **2** |", "a, b\n1, 2"),
        ("```python\nx = 1\n```", "x = 1"),
    ],
)
def test_the_marks_are_left_out_and_the_words_are_not(markdown: str, heard: str) -> None:
    assert plain_text(markdown).strip() == heard


@given(st.text(alphabet="a*_`#>|-[]()\n $1.", max_size=80))
def test_whatever_is_written_can_be_heard(markdown: str) -> None:
    heard = plain_text(markdown)
    assert heard.count("a") >= markdown.count("a") - markdown.count("](")
