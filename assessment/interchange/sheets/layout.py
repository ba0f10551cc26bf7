"""The one layout of question tables: what the columns are called and what stands in them by type.

Columns are found by their heading, in any order; only the question is needed in every row.

======================  ==================  ==================================================================
Vietnamese              English             what stands in it
======================  ==================  ==================================================================
Loại                    Type                a name or code of a type; empty: found from options and answer
Câu hỏi                 Question            text or HTML; formulas in `\\( \\)`
A, B, C, … L            A, B, C, … L        options, statements, left sides of pairs, things in their order
Đáp án                  Answer              `B`; `A, C`; `a) Đ b) S …` or `Đ S Đ Đ`; `Đúng`; `1,5 ± 0,1 | 3`; words
Lời giải                Explanation         text or HTML
Mức độ                  Level               NB, TH, VD or biết, hiểu, vận dụng or know, understand, apply
Chủ đề                  Topic               a path, its parts by ` / `
Điểm                    Points              a number
Độ khó                  Difficulty          0 to 1
Yêu cầu cần đạt         Outcomes            codes by `;`
Thẻ                     Tags                words by `;`
Tên                     Name                what the question is called
======================  ==================  ==================================================================

In a matching question an option is `left => right`; the answer stays empty or lists, by `|`, right sides too many.
"""

from assessment.bank.markup import without_marks

LETTERS = "ABCDEFGHIJKL"
FIELDS: dict[str, tuple[str, ...]] = {
    "type": ("Loại", "Type", "Loại câu hỏi", "Dạng", "Dạng câu hỏi", "Question type"),
    "question": ("Câu hỏi", "Question", "Nội dung", "Nội dung câu hỏi", "Đề bài", "Question text", "Prompt"),
    "answer": ("Đáp án", "Answer", "Đáp án đúng", "Correct answer", "Trả lời", "Key"),
    "explanation": ("Lời giải", "Explanation", "Hướng dẫn giải", "Giải thích", "Feedback"),
    "level": ("Mức độ", "Level", "Mức độ nhận thức", "Mức"),
    "topic": ("Chủ đề", "Topic", "Chương", "Bài", "Category", "Nội dung kiến thức"),
    "points": ("Điểm", "Points", "Số điểm", "Score"),
    "difficulty": ("Độ khó", "Difficulty"),
    "outcomes": ("Yêu cầu cần đạt", "Outcomes", "Mã yêu cầu cần đạt", "Outcome"),
    "tags": ("Thẻ", "Tags", "Nhãn", "Từ khóa"),
    "name": ("Tên", "Name", "Tên câu hỏi", "Mã", "Mã câu hỏi"),
}
TYPES: dict[str, tuple[str, ...]] = {
    "single_choice": ("Một lựa chọn", "Single choice", "Trắc nghiệm", "Nhiều phương án lựa chọn", "Multiple choice",
                      "MC", "TN"),
    "multiple_response": ("Nhiều lựa chọn", "Multiple response", "Nhiều đáp án đúng", "MR"),
    "single_true_false": ("Đúng/sai một ý", "One true/false", "Đúng sai một ý", "True or false"),
    "true_false": ("Đúng/sai bốn ý", "True/false", "Đúng sai", "Đúng/sai", "Trắc nghiệm đúng sai", "TF"),
    "four_cell": ("Điền số bốn ô", "Four cells", "Trả lời ngắn bốn ô"),
    "short_numeric": ("Số", "Number", "Điền số", "Numeric", "Trả lời ngắn"),
    "short_text": ("Từ ngữ", "Words", "Điền từ", "Short text", "Short answer"),
    "matching": ("Ghép đôi", "Matching", "Nối"),
    "ordering": ("Sắp xếp", "Ordering", "Sắp thứ tự"),
    "essay": ("Tự luận", "Essay"),
}
ARROW = "=>"
SEVERAL = "|"
TRUE_WORDS = {"đ", "d", "đúng", "dung", "t", "true", "x", "1"}
FALSE_WORDS = {"s", "sai", "f", "false", "0"}


def plain(text: str) -> str:
    """A heading or word as it is compared: lower case, without tone marks and signs."""
    return " ".join(without_marks(text).replace("*", " ").replace(":", " ").split())


_FIELD_OF = {plain(name): field for field, names in FIELDS.items() for name in names}
_TYPE_OF = {plain(name): code for code, names in TYPES.items() for name in (*names, code, code.replace("_", " "))}


def field_of(heading: str) -> str | None:
    """The field of a heading: `type`, …, or the letter of an option; None for a column that is not ours."""
    word = plain(heading)
    letter = word.removeprefix("phuong an ").removeprefix("option ").removeprefix("dap an ").upper()
    if letter in LETTERS and len(letter) == 1:
        return letter
    return _FIELD_OF.get(word)


def type_of(word: str) -> str | None:
    """The type that a cell names; None for none that the layout has."""
    return _TYPE_OF.get(plain(word))
