"""Packets as text with places, and the figures in it."""

import pytest

from pipelines.packets import quantities, reading
from pipelines.packets.reading import BadPacket

PACKET = """# My half

The *reranker* shipped with a **50/50 split**
for [three weeks](https://example.org/a_b). It won, cf. approx. 3 notes.

- one thing
  > quoted twice
- `code_name` ran 17 times

| metric | value |
| --- | --- |
| Hit@1 | 70.9 % |

```
not 12 sentences
```
<!-- nor 13 -->
"""


def test_sentences_are_plain_text_and_know_where_each_character_stands():
    sentences = reading.split(PACKET)
    lines = PACKET.splitlines()
    assert [sentence.text for sentence in sentences] == [
        "My half",
        "The reranker shipped with a 50/50 split for three weeks.",
        "It won, cf. approx. 3 notes.",
        "one thing",
        "quoted twice",
        "code_name ran 17 times",
        "metric; value",
        "Hit@1; 70.9 %",
    ]
    for sentence in sentences:
        for word in ("reranker", "50/50", "three weeks", "won", "quoted", "code_name", "17", "Hit@1", "70.9"):
            if word in sentence.text:
                line, column = sentence.place(sentence.text.index(word))
                assert lines[line - 1][column - 1 :].startswith(word), (word, line, column)
    assert sentences[1].paragraph == sentences[2].paragraph != sentences[3].paragraph


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7\x00\x01", "a binary file (a zero byte at offset 8)"),
        (b"caf\xe9", "not UTF-8 at byte 3 (0xe9)"),
        (b"", "no sentence to check"),
        (b"```\nx = 1\n```\n", "no sentence to check"),
        (b"\xef\xbb\xbf  \n", "no sentence to check"),
    ],
)
def test_what_is_no_packet_is_named(tmp_path, content, says):
    path = tmp_path / "packet.md"
    path.write_bytes(content)
    with pytest.raises(BadPacket) as caught:
        reading.read(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "expected a Markdown file in UTF-8" in str(caught.value)


def test_a_folder_or_a_missing_file_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "none.md"):
        with pytest.raises(BadPacket, match="cannot be read"):
            reading.read(path)


@pytest.mark.parametrize(
    ("text", "kind", "low", "high", "unit"),
    [
        ("1,820 examples", "number", 1820, 1820, ""),
        ("1 820 examples", "number", 1820, 1820, ""),
        ("1\u202f820 examples", "number", 1820, 1820, ""),
        ("4K examples", "number", 4000, 4000, ""),
        ("N=2.3M", "sample_size", 2.3e6, 2.3e6, ""),
        ("62.7 -> 70.9", "change", 62.7, 70.9, ""),
        ("from 62.7% to 70.9%", "change", 62.7, 70.9, "percent"),
        ("31.8 to 30.5", "change", 31.8, 30.5, ""),
        ("97 % of the set, up from 86 %", "change", 86, 97, "percent"),
        ("between three and eight changes", "number", 3, 8, ""),
        ("20-36%", "percent", 20, 36, "percent"),
        ("8.2 points", "points", 8.2, 8.2, "points"),
        ("-1.3 pp", "points", -1.3, -1.3, "points"),
        ("\u22121.3 pp", "points", -1.3, -1.3, "points"),
        ("50/50", "split", 50, 50, ""),
        ("three weeks", "duration", 21, 21, "week"),
        ("a two-week cycle", "duration", 14, 14, "week"),
        ("p < 0.001", "p_value", 0.001, 0.001, ""),
        ("p-value of 1e-5", "p_value", 1e-5, 1e-5, ""),
        ("the seventh attempt", "ordinal", 7, 7, ""),
        ("a quarter of it", "percent", 25, 25, "percent"),
        ("twenty-one runs", "number", 21, 21, ""),
        ("three thousand traces", "number", 3000, 3000, ""),
    ],
)
def test_figures_as_people_write_them(text, kind, low, high, unit):
    [quantity] = quantities.find(text)
    assert (quantity.kind, quantity.low, quantity.high, quantity.unit) == (kind, pytest.approx(low), pytest.approx(high), unit)


@pytest.mark.parametrize("text", ["reranker-v2", "Hit@1", "the p95", "version 1.2.3", "INC-10", "file.py2", "C3PO", "2 of"[1:]])
def test_parts_of_names_are_no_figures(text):
    assert [quantity for quantity in quantities.find(text) if quantity.kind != "period"] == []


def test_words_before_a_figure_open_or_widen_it_and_an_interval_behind_it_belongs_to_it():
    [about] = quantities.find("about 60 %")
    assert (about.comparison, about.tolerance) == ("~", 6)
    assert [quantity.comparison for quantity in quantities.find("more than 3, at most 8, over 9")] == [">", "<", ">"]
    [bounded] = quantities.find("1.9 projects (0.9 to 2.9)")
    assert (bounded.low, bounded.bounds) == (1.9, (0.9, 2.9))
    [effect] = quantities.find("+8.20 pp (95 % interval +8.08 to +8.32)")
    assert (effect.low, effect.bounds, effect.tolerance) == (8.2, (8.08, 8.32), pytest.approx(0.005))
