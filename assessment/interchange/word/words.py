"""The words by which a paper is taken apart: beginnings of questions and parts, invitations to read, keys, ends."""

import re

QUESTION = re.compile(
    r"\s*(?:câu(?:\s*hỏi)?|bài(?:\s*tập)?|question)\s*(?P<number>\d{1,3})(?!\d)\s*"
    r"(?:\((?P<points>[^()]{0,30}?điểm)\)\s*)?(?P<end>[.:;)/]|-(?=\s))?\s*",
    re.I,
)
BARE = re.compile(r"\s*(?P<number>\d{1,3})\s*(?P<end>[.:)/])(?P<points>)\s*(?!\d)")
PART = re.compile(
    r"\s*(?:(?:PHẦN|Phần|PART|Part)\s+(?P<name>[IVXL]{1,8}|\d{1,3}|[A-D])\b|(?P<roman>[IVX]{1,4}|[A-D])\s*[.\-:)/]\s*(?:PHẦN\s+)?"
    r"(?=TRẮC|TỰ\s+LUẬN|ĐỌC|LÀM\s+VĂN|VIẾT|CÂU\s+HỎI|ĐÚNG|TRẢ\s+LỜI))"
)
_PART_KINDS = (
    ("short", r"trả lời ngắn|điền đáp|short answer"),
    ("statements", r"đúng\s*[-–/,]?\s*(?:hoặc\s*|hay\s*)?sai|true"),
    ("choice", r"nhiều (?:phương án|lựa chọn)|trắc nghiệm|multiple"),
    ("essay", r"tự luận|làm văn|viết|đọc hiểu|writing"),
)
RANGE = re.compile(
    r"(?:câu(?:\s*hỏi)?|questions?|blanks?|từ|from)\s*(?:từ\s*|from\s*)?(?:câu\s*)?(\d{1,3})\s*"
    r"(?:đến|tới|to|-|và|and|,|;|&)\s*(?:câu\s*)?(\d{1,3})",
    re.I,
)
INVITATION = re.compile(
    r"\s*(?:đọc|dựa|căn cứ|cho|quan sát|sử dụng|xem|đề bài|từ (?:thông tin|đoạn)|read|mark|choose|look|listen|use|"
    r"the following|dữ kiện|thông tin)\b",
    re.I,
)
READ_ON = re.compile(r"\s*(?:đọc|read)\b.*\b(?:sau|dưới đây|following|passage|trích)\b", re.I)
EACH_OF = re.compile(r"\s*(?:mark|choose|read)\b.*\b(?:each of the following|following questions?)\b", re.I)
SOLUTION = re.compile(
    r"\s*(?:lời giải(?:\s*chi tiết)?|hướng dẫn(?:\s+(?:giải|chấm|trả lời))?|giải(?:\s*chi tiết|\s*thích)?|gợi ý)"
    r"\s*(?:[:.]\s*|$)",
    re.I,
)
CHOSEN = re.compile(
    r"\s*(?:=>|⇒)?\s*(?:chọn|đáp án(?:\s*đúng)?|đ/?a|key|answer)\s*(?:đáp án\s*|là\s*)?\s*[:.]?\s*"
    r"(?P<letter>[A-F])\s*(?:[.]|$)\s*",
    re.I,
)
CHOSEN_LAST = re.compile(
    r"(?<!không )\b(?:chọn|đáp án)\s*(?:(?:đáp án|phương án|đúng|là)\s*){0,3}[:.]?\s*"
    r"(?P<letter>(?-i:[A-F]))\s*\.?\s*$",
    re.I,
)
"""A solution that ends with the letter that is right."""
KEY_LIST = re.compile(
    r"\s*(?:(?:bảng\s+)?đáp án|đ/?a|key|answers?)?\s*[:.]?\s*"
    r"(?:(?:câu\s*)?\d{1,3}\s*[.\-:)]?\s*[A-F](?!\w)[\s,;.|]*){2,}$",
    re.I,
)
"""Several questions with their letters in one line, as in `Đáp án: 1A, 2B`."""
ANSWER_WORD = re.compile(r"^\s*(?:(?:bảng\s+)?đáp án|đ/?a|key|answers?)\s*[:.]?\s*", re.I)
FIRST_OPTION = re.compile(r"\s*A\s*[.)]\s*\S")
LOOSE_TEX = re.compile(r"\\[A-Za-z]{2,}")
INNER_START = re.compile(r"(?:^|\n)\s*(?:câu(?:\s*hỏi)?|question)\s*\d{1,3}\b", re.I)
TRUTHS = re.compile(r"([a-d])\s*[).:]?\s*[:\-]?\s*(đúng|sai|[đsđ]|true|false|[tf])(?!\w)", re.I)
TRUTH_LINE = re.compile(r"\s*(?:đáp án|đ/?a|key)\s*[:.]?\s*(?P<said>.*)$", re.I)
ANSWER = re.compile(r"\s*(?:đáp số|đáp án|trả lời|đs|kết quả|answer)\s*[:=]\s*(?P<said>\S.{0,200})$", re.I)
SUFFIX = re.compile(r"[\s\-:]*[(\[]?\b(?P<said>Đ|S|Đúng|Sai|ĐÚNG|SAI)\b[)\]]?\s*\.?\s*$")
END = re.compile(r"[\s\-_*.=]*(?:hết|the end)[\s\-_*.=]*$", re.I)
KEYS = re.compile(
    r"\s*(?:[IVX]+\s*[.\-]\s*)?(?:bảng\s+)?(?:đáp án|đáp số|key|answer key)s?(?![^:]*:\s*\S)"
    r"(?!\s+(?-i:[A-F])\b)(?:\s+\w.{0,60})?\s*:?\s*$",
    re.I,
)
NOISE = re.compile(
    r"\s*(?:trang\s*\d+\s*(?:/\s*\d+)?\s*(?:[-|].{0,40})?|(?:[-|]\s*)?mã đề(?: thi)?\s*:?\s*\d+.{0,20}|"
    r".{0,3}(?:cán bộ coi thi|giám thị coi thi|thí sinh không được|học sinh không được).{0,80}|page\s*\d+.{0,10})\s*$",
    re.I,
)
INSTRUCTION = re.compile(
    r"\s*(?:thí sinh|học sinh|mỗi câu|trong mỗi ý|\(?\s*\d+[,.]?\d*\s*điểm|chọn (?:phương án|đáp án|một))", re.I
)
LEVEL = re.compile(r"\s*[\[(](NB|TH|VDC|VD|nhận biết|thông hiểu|vận dụng(?: cao)?|biết|hiểu)[\])]\s*[.:]?\s*", re.I)
LEVELS = {
    "nb": "know",
    "nhận biết": "know",
    "biết": "know",
    "th": "understand",
    "thông hiểu": "understand",
    "hiểu": "understand",
}
PAIR = re.compile(r"(?:câu\s*)?(\d{1,3})\s*[.\-:)/]{0,2}\s*([A-F])(?![\w])", re.I)


def part_kind(heading: str) -> str:
    """What kind of questions a heading announces; empty where it does not say."""
    low = heading.lower()
    return next((kind for kind, words in _PART_KINDS if re.search(words, low)), "")


def part_name(heading: str) -> str:
    """The number of a part in its heading, or empty when the line is no heading."""
    match = PART.match(heading)
    return (match["name"] or match["roman"]) if match else ""


def truths(said: str) -> dict[str, bool]:
    """Of statements: `a) Đ; b) S`, `ĐSĐS`, `Đ - S - S - Đ` as letter -> true."""
    found = {letter.lower(): word.lower()[0] in "đt" for letter, word in TRUTHS.findall(said)}
    if found:
        return found
    letters = re.sub(r"[\s,;.\-/]+", "", said).upper()
    if re.fullmatch(r"[ĐS]{2,6}|[TF]{2,6}", letters):
        return {"abcdef"[place]: sign in "ĐT" for place, sign in enumerate(letters)}
    return {}
