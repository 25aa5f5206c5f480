import pytest

from deixis.core.markdown import block, code, words


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", "Qwen/Qwen3-VL-8B-Instruct"),
        ("scenes_counting, 3.5 % (TVP)", "scenes_counting, 3.5 % (TVP)"),
        ("openai:gpt-4o@http", "openai:gpt-4o@http"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)>"),
        ("[a](javascript:alert(1))", r"\[a\](javascript:alert(1))"),
        ("![a](http://x/y.png)", r"!\[a\](http:\//x/y.png)"),
        ("a | b | c", r"a \| b \| c"),
        ("a\n\n# b", "a # b"),
        ("a\r\n| b", r"a \| b"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("12. a", r"12\. a"),
        ("12) a", r"12\) a"),
        ("> a", r"\> a"),
        ("---", r"\---"),
        ("-- -", r"\-- -"),
        ("===", r"\==="),
        ("-3.6 points", "-3.6 points"),
        ("9.0 points", "9.0 points"),
        ("#1", "#1"),
        ("```\na", r"\`\`\` a"),
        ("`a`", r"\`a\`"),
        ("*a* _b_ c_d ~e~", r"\*a\* \_b\_ c_d \~e\~"),
        ("\\<b>", r"\\\<b>"),
        ("&lt;b&gt; &#60; a & b", r"\&lt;b\&gt; \&#60; a & b"),
        ("www.x.org https://x.org", r"www\.x.org https:\//x.org"),
        ("a\x1b[31m\u202eb", r"a\[31mb"),
    ],
)
def test_words_are_shown_and_never_obeyed(text, written):
    assert words(text) == written


def test_code_is_in_backticks_where_nothing_in_it_ends_them():
    assert code("nano") == "`nano`"
    assert code("a<b>") == "`a<b>`"
    assert code("a`<b>`") == r"a\`\<b>\`"
    assert code("a|b") == r"a\|b"
    assert code("a\n\nb") == "`a b`"
    assert code("") == ""


def test_every_line_of_a_block_belongs_to_it():
    assert block("a --name 'b\n# c\r<d>'\x1b") == "    a --name 'b\n    # c\n    <d>'\\x1b"
