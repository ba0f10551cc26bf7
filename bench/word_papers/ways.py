"""The ways in which papers are written: what one teacher does throughout one paper."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Way:
    """One way of writing; the defaults are the commonest."""

    name: str
    number: str = "Câu {}: "
    """How a question begins; "auto" for Word's own list."""
    label: str = "{}. "
    """How an option begins; "auto" for Word's own list."""
    layout: str = "lines"
    """lines, tabs, spaces, two, cells, boxes, breaks, mixed"""
    key: str = "letter"
    """letter or option (marked in place with `mark`), star, table, line, letters, each, chosen, none, end"""
    mark: str = "u"
    """u, b, red, highlight"""
    truth: str = "mark"
    """Of the statements: mark, suffix, each, columns, or with the key table."""
    short: str = "Đáp số: "
    parts: bool = False
    solutions: bool = False
    passages: bool = False
    english: bool = False
    framed: bool = False
    """Every question in a row of a table, options in a table inside."""
    faults: bool = False
    slips: bool = False
    font: str = ""
    decomposed: bool = False
    odd_spaces: bool = False


_2025 = Way("2025", number="Câu {}. ", parts=True, layout="mixed")
WAYS = (
    Way("options on lines, letter underlined"),
    Way("options on lines, option bold", key="option", mark="b", number="Câu {}. "),
    Way("one line with tabs, letter red", layout="tabs", mark="red", number="Câu {}. "),
    Way("one line with spaces, starred", layout="spaces", key="star"),
    Way("two columns by tabs, highlighted", layout="two", key="option", mark="highlight"),
    Way("options in table cells, key table", layout="cells", key="table"),
    Way("options in text boxes, key line", layout="boxes", key="line"),
    Way("Bài 1, option underlined", number="Bài {}. ", key="option", layout="mixed"),
    Way("automatic lists for all, key line", number="auto", label="auto", key="line"),
    Way("automatic numbers, options red", number="auto", key="option", mark="red", layout="mixed"),
    Way("automatic numbers, letter underlined", number="auto", layout="tabs"),
    Way("bare numbers, key line", number="{}. ", key="line", layout="mixed"),
    Way("typing slips, letter underlined", slips=True, layout="mixed"),
    Way("typing slips, key table", slips=True, layout="mixed", key="table"),
    Way("full-width letters, key line", label="Ａ", key="line", layout="tabs"),
    Way("odd spaces and decomposed letters", odd_spaces=True, decomposed=True, layout="mixed"),
    Way("TCVN3 font, key table", font=".VnTime", key="table", layout="mixed"),
    Way("VNI font, letter bold", font="VNI-Times", mark="b", layout="two"),
    replace(_2025, name="three parts, key table", key="table"),
    replace(_2025, name="three parts, true ones underlined"),
    replace(_2025, name="three parts, Đ/S behind", truth="suffix", short="Trả lời: ", mark="red"),
    replace(_2025, name="three parts, columns Đ/S", truth="columns", key="option", mark="b", short="Đáp án: "),
    replace(_2025, name="three parts, key line each, solutions", truth="each", key="each", solutions=True),
    Way("solutions with the letter chosen", solutions=True, key="chosen", layout="mixed"),
    Way("solutions and letter underlined", solutions=True, layout="two", number="Câu {}. "),
    Way("solutions at the end", solutions=True, key="end", layout="tabs"),
    Way("shared passages, letter red", passages=True, mark="red", layout="mixed"),
    Way("English with passages, key table", english=True, passages=True, key="table", number="Question {}: ", layout="tabs"),
    Way("English with passages, letter underlined", english=True, passages=True, number="Question {}. ", layout="two"),
    Way("line breaks inside one paragraph", layout="breaks", mark="red"),
    Way("key under each question", key="each", layout="mixed"),
    Way("key letters in one word", key="letters", layout="mixed", number="Câu {}. "),
    Way("tables in tables, key table", framed=True, layout="cells", key="table"),
    Way("option red", key="option", mark="red", number="Câu {}. "),
    Way("lower-case letters, underlined", label="lower", number="Câu {}. "),
    Way("brackets, highlighted letter", label="{}) ", mark="highlight", layout="two"),
    Way("mistakes in keys and options, underlined", faults=True, layout="mixed"),
    Way("mistakes in keys and options, both", faults=True, layout="lines", key="both"),
    Way("no keys", key="none", layout="mixed"),
)
