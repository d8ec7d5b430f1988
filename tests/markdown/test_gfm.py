"""GitHub's extensions of CommonMark: tables, task lists, strikethrough and bare addresses.

For each rule and each example of the four sections of its specification (0.29, 4.10, 5.3, 6.5 and
6.9) there is an example of our own, in the order of the specification.
"""

import pytest

from desktop_app.markdown.parse import parse
from tests.markdown.as_html import canonical, html_of


def check(markdown: str, html: str) -> None:
    assert canonical(html_of([one.block for one in parse(markdown)])) == canonical(html)


def table(head: str, *rows: str) -> str:
    """The HTML of a table, cells separated by `;`."""
    lines = [f"<tr>{cells(head, 'th')}</tr>", *(f"<tr>{cells(row, 'td')}</tr>" for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def cells(row: str, tag: str) -> str:
    return "".join(f"<{tag}>{cell}</{tag}>" for cell in row.split(";"))


def link(text: str, address: str = "") -> str:
    return f'<a href="{address or text}">{text}</a>'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("| a | b |\n| --- | --- |\n| c | d |", table("a;b", "c;d")),
        (
            "| one | a longer one |\n:-: | ---:\nc | d",
            (
                '<table><tr><th align="center">one</th><th align="right">a longer one</th></tr>'
                '<tr><td align="center">c</td><td align="right">d</td></tr></table>'
            ),
        ),
        (
            "a | b\n:- | -\nc | d",
            (
                '<table><tr><th align="left">a</th><th>b</th></tr>'
                '<tr><td align="left">c</td><td>d</td></tr></table>'
            ),
        ),
        (
            "| x\\|y |\n| --- |\n| a `\\|` b |\n| a *\\|* b |",
            table("x|y", "a <code>|</code> b", "a <em>|</em> b"),
        ),
        (
            "| a | b |\n| - | - |\n| c | d |\n> quoted",
            table("a;b", "c;d") + "<blockquote><p>quoted</p></blockquote>",
        ),
        (
            "| a | b |\n| - | - |\n| c | d |\n- item",
            table("a;b", "c;d") + "<ul><li>item</li></ul>",
        ),
        (
            "| a | b |\n| - | - |\n| c | d |\ne\n\nf",
            table("a;b", "c;d", "e;") + "<p>f</p>",
        ),
        ("| a | b |\n| - | - |\n| c | d |\ne\n===", table("a;b", "c;d", "e;", "===;")),
        ("| a | b |\n| - |\n| c |", "<p>| a | b | | - | | c |</p>"),
        (
            "| a | b |\n| - | - |\n| c |\n| d | e | too much |",
            table("a;b", "c;", "d;e"),
        ),
        ("| a | b |\n| - | - |", table("a;b")),
        ("words above\n| a |\n| - |\n| b |", "<p>words above</p>" + table("a", "b")),
    ],
)
def test_tables(markdown: str, html: str) -> None:
    check(markdown, html)


def item(inner: str, *, done: bool) -> str:
    return f'<li><input type="checkbox"{" checked" if done else ""}>{inner}</li>'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (
            "- [ ] open\n- [x] done\n- [X] done, too",
            (
                f"<ul>{item('open', done=False)}{item('done', done=True)}"
                f"{item('done, too', done=True)}</ul>"
            ),
        ),
        (
            "- [x] outer\n  - [ ] inner\n  - [x] *inner*\n- [ ] last",
            "<ul>"
            + item(
                f"outer<ul>{item('inner', done=False)}{item('<em>inner</em>', done=True)}</ul>",
                done=True,
            )
            + f"{item('last', done=False)}</ul>",
        ),
        ("1. [x] a\n2. [ ] b", f"<ol>{item('a', done=True)}{item('b', done=False)}</ol>"),
        (
            "- [y] no\n- [x]no\n- []  no\n- no [x] no",
            "<ul><li>[y] no</li><li>[x]no</li><li>[] no</li><li>no [x] no</li></ul>",
        ),
        ("[x] no item", "<p>[x] no item</p>"),
    ],
)
def test_task_lists(markdown: str, html: str) -> None:
    check(markdown, html)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("~~Gone~~ and ~gone~, too", "<p><del>Gone</del> and <del>gone</del>, too</p>"),
        ("It ~~ends\n\nwith a paragraph~~.", "<p>It ~~ends</p><p>with a paragraph~~.</p>"),
        ("Three are ~~~too~~~ many.", "<p>Three are ~~~too~~~ many.</p>"),
        ("~~one~ and ~two~~", "<p>~~one~ and ~two~~</p>"),
        ("~~**both**~~", "<p><del><strong>both</strong></del></p>"),
    ],
)
def test_strikethrough(markdown: str, html: str) -> None:
    check(markdown, html)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("www.example.org", link("www.example.org", "http://www.example.org")),
        (
            "See www.example.org/a/b for more.",
            f"See {link('www.example.org/a/b', 'http://www.example.org/a/b')} for more.",
        ),
        ("See www.example.org.", f"See {link('www.example.org', 'http://www.example.org')}."),
        (
            "See www.example.org/a.b.",
            f"See {link('www.example.org/a.b', 'http://www.example.org/a.b')}.",
        ),
        (
            "*www.example.org/a!*?",
            f"<em>{link('www.example.org/a', 'http://www.example.org/a')}!</em>?",
        ),
        ("www.example.org/q+(w)", link("www.example.org/q+(w)", "http://www.example.org/q+(w)")),
        (
            "www.example.org/q+(w)))",
            link("www.example.org/q+(w)", "http://www.example.org/q+(w)") + "))",
        ),
        (
            "(www.example.org/q+(w))",
            f"({link('www.example.org/q+(w)', 'http://www.example.org/q+(w)')})",
        ),
        (
            "(www.example.org/q+(w)",
            f"({link('www.example.org/q+(w)', 'http://www.example.org/q+(w)')}",
        ),
        (
            "www.example.org/q=(w))+no",
            link("www.example.org/q=(w))+no", "http://www.example.org/q=(w))+no"),
        ),
        (
            "www.example.org/?q=a&amp=b",
            link("www.example.org/?q=a&amp;amp=b", "http://www.example.org/?q=a&amp;amp=b"),
        ),
        (
            "www.example.org/?q=a&hl;",
            link("www.example.org/?q=a", "http://www.example.org/?q=a") + "&amp;hl;",
        ),
        (
            "www.example.org/a<b",
            link("www.example.org/a", "http://www.example.org/a") + "&lt;b",
        ),
        ("http://example.org", link("http://example.org")),
        (
            "(See https://www.example.org/q?w=A+(b))",
            f"(See {link('https://www.example.org/q?w=A+(b)')})",
        ),
        ("It is at ftp://a.b.example.", f"It is at {link('ftp://a.b.example')}."),
        ("HTTPS://Example.org/A", link("HTTPS://Example.org/A")),
        ("http://example.org/*a*_b_", link("http://example.org/*a*_b") + "_"),
        ("me@example.test", link("me@example.test", "mailto:me@example.test")),
        (
            "a@mail+b.example is none, a+b@mail.example is one.",
            "a@mail+b.example is none, "
            + link("a+b@mail.example", "mailto:a+b@mail.example")
            + " is one.",
        ),
        ("a.b-c_d@e.f", link("a.b-c_d@e.f", "mailto:a.b-c_d@e.f")),
        ("a.b-c_d@e.f.", link("a.b-c_d@e.f", "mailto:a.b-c_d@e.f") + "."),
        ("a.b-c_d@e.f-", "a.b-c_d@e.f-"),
        ("a.b-c_d@e.f_", "a.b-c_d@e.f_"),
        ("mailto:a@b.example", link("mailto:a@b.example")),
        ("me@host", "me@host"),
    ],
)
def test_bare_addresses(markdown: str, html: str) -> None:
    check(markdown, f"<p>{html}</p>")


@pytest.mark.parametrize(
    "text",
    [
        *("http://", "http://.", "www.", "www.example", "www..x", "xwww.example.org"),
        *("http://a_b.example_c", "www.example.b_c", "a://b.c", "xhttp://example.org"),
        *("example.com", "main.py", "README.md", "@", "a@", "@b.c", "`www.example.org`"),
    ],
)
def test_what_is_no_address_is_no_link(text: str) -> None:
    assert "<a " not in html_of([one.block for one in parse(text)])


def test_an_address_within_a_link_is_the_text_of_the_link() -> None:
    for text in ("www.example.org", "https://example.org", "a@example.org"):
        check(f"[see {text} there](/u)", f"<p>{link(f'see {text} there', '/u')}</p>")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("请看https://example.org\uff0c谢谢", "https://example.org"),
        ("\uff08https://example.org/a\uff09", "https://example.org/a"),
        ("“https://example.org”", "https://example.org"),
        ("'https://example.org/a'", "https://example.org/a"),
        ("https://例え.example/パス", "https://例え.example/パス"),
        ("http://localhost:8080/x", "http://localhost:8080/x"),
    ],
)
def test_an_address_stands_in_any_script(text: str, address: str) -> None:
    ((paragraph),) = (one.block for one in parse(text))
    spans = [span for span in getattr(paragraph, "spans", ()) if span.link]
    assert [span.text for span in spans] == [address]
