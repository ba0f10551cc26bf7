"""Whole papers: heads, parts, passages, questions, keys at the end; every paper with its truth."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import groupby
from random import Random

from bench.word_papers import ooxml, texts_letters, texts_science
from bench.word_papers.inline import Hand, formulas_of
from bench.word_papers.omml import omml
from bench.word_papers.ooxml import paragraph, run
from bench.word_papers.truth import Paper, Question
from bench.word_papers.ways import WAYS, Way
from bench.word_papers.writing import BOLD, Pen, letters

OWN = {**texts_science.SUBJECTS, **texts_letters.SUBJECTS}
CENTRE = '<w:jc w:val="center"/>'
PARTS = {
    "choice": "PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn. Thí sinh trả lời từ câu 1 đến câu {n}. Mỗi câu hỏi thí "
              "sinh chỉ chọn một phương án.",
    "statements": "PHẦN II. Câu trắc nghiệm đúng sai. Thí sinh trả lời từ câu 1 đến câu {n}. Trong mỗi ý a), b), c), d) "
                  "ở mỗi câu, thí sinh chọn đúng hoặc sai.",
    "short": "PHẦN III. Câu trắc nghiệm trả lời ngắn. Thí sinh trả lời từ câu 1 đến câu {n}.",
    "essay": "PHẦN IV. TỰ LUẬN (3,0 điểm)",
}
PLAIN_PARTS = {"choice": "I. PHẦN TRẮC NGHIỆM (7,0 điểm)", "essay": "II. PHẦN TỰ LUẬN (3,0 điểm)"}


def papers(seed: int, outside: dict[str, list[Question]] | None = None, ways: tuple[Way, ...] = WAYS) -> Iterator[Paper]:
    """A paper of own texts for each way, and one of `outside` texts (questions by subject) where given."""
    for place, way in enumerate(ways):
        random = Random(f"{seed}/{way.name}")
        yield _paper(way, *_own(way, random, place), random, "own")
        if outside and not (way.parts or way.solutions or way.passages):
            name = "Eng" if way.english else random.choice(sorted(outside))
            chosen = deepcopy(random.sample(outside[name], min(20, len(outside[name]))))
            yield _paper(way, name, chosen, random, "outside")


def long_paper(seed: int, way: Way, subject: str, count: int) -> Paper:
    """One paper of `count` different questions with options, of own texts."""
    random = Random(f"{seed}/{way.name}/{count}")
    made: dict[str, Question] = {}
    while len(made) < count:
        for question in (make(random) for make in OWN[subject]):
            if question.kind == "choice" and not question.stimulus and len(made) < count:
                made.setdefault(question.stem, question)
    for question in made.values():
        question.explanation = ""
    return _paper(way, subject, list(made.values()), random, "own")


def _own(way: Way, random: Random, place: int) -> tuple[str, list[Question]]:
    subjects = ["Tiếng Anh"] if way.english else ["Ngữ văn", "Tiếng Anh"] if way.passages else sorted(OWN)
    if way.parts:
        subjects = ["Toán", "Vật lí", "Hoá học"]
    if way.faults:
        subjects = ["Toán", "Hoá học"]
    subject = subjects[(place + random.randint(0, len(subjects))) % len(subjects)]
    made: dict[str, Question] = {}
    for _round in range(2):
        for make in OWN[subject]:
            question = make(random)
            made.setdefault(question.stem, question)
    questions = [q for q in made.values() if way.passages or not q.stimulus]
    questions = [q for q in questions if way.parts or q.kind in ("choice", "essay")]
    for question in questions:
        question.explanation *= way.solutions or (question.kind == "essay" and way.solutions)
    return subject, questions


def _paper(way: Way, subject: str, questions: list[Question], random: Random, source: str) -> Paper:
    _shuffle(questions, random)
    if way.faults:
        _spoil(questions, way, random)
    if way.key == "none":
        for question in questions:
            question.faults |= {"no_key"} if question.kind != "essay" else set()
    omml([tex for q in questions for text in (q.stem, *q.options, q.explanation, q.stimulus) for tex in formulas_of(text)])
    package = ooxml.Package()
    hand = Hand(random, package, way.font, way.decomposed)
    _head(package, subject, random)
    _body(package, questions, way, hand, random)
    package.body.append(paragraph(run("----------- HẾT -----------", BOLD), CENTRE))
    _keys(package, questions, way, hand, random)
    name = f"{source}: {subject}, {way.name}"
    return Paper(name, way.name, source, package.save(), questions)


def _shuffle(questions: list[Question], random: Random) -> None:
    """Options in a new order; questions of a kind and of a passage together."""
    random.shuffle(questions)
    order = list(dict.fromkeys(question.stimulus for question in questions))
    questions.sort(key=lambda q: (list(PARTS).index(q.kind), order.index(q.stimulus)))
    for question in questions:
        if question.kind == "choice":
            places = list(range(len(question.options)))
            random.shuffle(places)
            question.options = [question.options[place] for place in places]
            question.right = [places.index(question.right[0])]


def _spoil(questions: list[Question], way: Way, random: Random) -> None:
    choices = [question for question in questions if question.kind == "choice"]
    faults = ["two_keys", "no_key", "letter_twice", "missing_option"] if way.key != "both" else ["conflict", "conflict"]
    for question, fault in zip(random.sample(choices, min(len(faults), len(choices))), faults, strict=False):
        question.faults.add(fault)
        if fault == "missing_option":
            question.options = question.options[:3]
            question.right = [min(question.right[0], 2)]


def _head(package: ooxml.Package, subject: str, random: Random) -> None:
    code = random.randint(101, 424)
    package.header = paragraph(run("Tổ chuyên môn – Đề kiểm tra"))
    package.footer = paragraph(run(f"Trang 1/4 - Mã đề {code}"))
    left = paragraph(run("SỞ GD&ĐT TỈNH BÌNH MINH"), CENTRE) + paragraph(run("TRƯỜNG THPT HỒNG HÀ", BOLD), CENTRE)
    right = paragraph(run("ĐỀ KIỂM TRA CUỐI HỌC KÌ I", BOLD)) + paragraph(run(f"Môn: {subject} – Lớp 12"))
    right += paragraph(run("Thời gian làm bài: 50 phút, không kể thời gian giao đề"))
    if random.random() < 0.3:
        right += ooxml.table([[paragraph(run(f"Mã đề: {code}"))]]) + paragraph("")
    package.body.append(ooxml.table([[left, right], [paragraph(run("(Đề có 04 trang)"))]], {(1, 0): 2}))
    package.body.append(paragraph(run("Họ, tên thí sinh: ......................... Số báo danh: ..............")))
    if random.random() < 0.5:
        package.body.append(paragraph(run("Cho biết nguyên tử khối: H = 1; C = 12; O = 16; Na = 23; Cu = 64.")))


def _body(package: ooxml.Package, questions: list[Question], way: Way, hand: Hand, random: Random) -> None:
    pen = Pen(way, hand, random)
    for kind, group in groupby(questions, key=lambda question: question.kind):
        members = list(group)
        heads = PARTS if way.parts else PLAIN_PARTS
        if way.parts or any(question.kind == "essay" for question in questions):
            package.body.append(paragraph(run(heads[kind].format(n=len(members)), BOLD)))
        if way.number == "auto":
            pen.number_list = package.add_list(("decimal", "Câu %1:" if random.random() < 0.7 else "Câu %1."))
        _questions(package, members, pen, way, hand, random)


def _questions(package: ooxml.Package, members: list[Question], pen: Pen, way: Way, hand: Hand, random: Random) -> None:
    number = 0
    for passage, same in groupby(members, key=lambda question: question.stimulus):
        block = list(same)
        if passage:
            package.body.append(paragraph(run(_invitation(number + 1, number + len(block), way, random), BOLD, "<w:i/>")))
            package.body += [paragraph(hand.runs(line)) for line in passage.split("\n")]
        for question in block:
            number += 1
            written = pen.write(question, number)
            if way.framed:
                written = ooxml.table([[written]])
            package.body.append(written)
            if random.random() < 0.06:
                package.body.append(paragraph(run("Trang 2/4 - Mã đề 101"), CENTRE))


def _invitation(first: int, last: int, way: Way, random: Random) -> str:
    if way.english:
        return random.choice((
            f"Read the following passage and mark the letter A, B, C, or D on your answer sheet to indicate the correct "
            f"answer to each of the questions from {first} to {last}.",
            f"Read the passage and answer the questions {first}-{last}."))
    return random.choice((f"Đọc đoạn văn sau và trả lời các câu hỏi từ {first} đến {last}:",
                          f"Đọc đoạn trích dưới đây và thực hiện các yêu cầu từ câu {first} đến câu {last}.",
                          f"Dựa vào thông tin sau để trả lời các câu {first}, {last}:" if last - first == 1 else
                          f"Dựa vào thông tin sau để trả lời các câu từ {first} đến {last}:"))


def _keys(package: ooxml.Package, questions: list[Question], way: Way, hand: Hand, random: Random) -> None:
    if way.key == "end":
        _solutions_at_end(package, questions, hand)
    if way.key not in ("table", "line", "letters", "both"):
        return
    package.body.append(paragraph(run(random.choice(("BẢNG ĐÁP ÁN", "ĐÁP ÁN", "ĐÁP ÁN ĐỀ KIỂM TRA")), BOLD), CENTRE))
    for kind, group in groupby(questions, key=lambda question: question.kind):
        members = list(group)
        if way.parts and kind != "essay":
            package.body.append(paragraph(run(PARTS[kind].partition(".")[0], BOLD)))
        if kind != "essay":
            package.body += _key_of(members, kind, way, random)


def _key_of(members: list[Question], kind: str, way: Way, random: Random) -> list[str]:
    said = [_said(question) for question in members]
    if way.key == "letters" and kind == "choice":
        return [paragraph(run(" ".join(f"{n}{letter}" for n, letter in enumerate(said, 1))))]
    if way.key == "line":
        shape = random.choice(("{}.{}", "{}-{}", "{}. {}"))
        return [paragraph(run((random.choice(("  ", "\t", " "))).join(
            shape.format(n, letter) for n, letter in enumerate(said, 1))))]
    rows = [[paragraph(run(text)) for text in ("Câu", *map(str, range(1, len(said) + 1)))]]
    if kind == "statements":
        rows += [[paragraph(run(f"{chr(97 + n)})")), *(paragraph(run(text[n])) for text in said)] for n in range(4)]
        return [ooxml.table(rows)]
    width = 11
    rows.append([paragraph(run(text)) for text in ("Đáp án", *said)])
    if kind == "choice" and random.random() < 0.4:
        cells = [paragraph(run(f"{n}.{letter}")) for n, letter in enumerate(said, 1)]
        return [ooxml.table([cells[n:n + 10] for n in range(0, len(cells), 10)])]
    return [ooxml.table([row[:1] + row[n:n + width] for n in range(1, len(rows[0]), width) for row in rows])]


def _said(question: Question) -> str:
    if question.kind == "statements":
        return "".join("Đ" if place in question.right else "S" for place in range(4))
    if question.kind == "short":
        return question.answer
    if "conflict" in question.faults:
        return "ABCD"[(question.right[0] + 1) % 4]
    return letters(question)


def _solutions_at_end(package: ooxml.Package, questions: list[Question], hand: Hand) -> None:
    package.body.append(paragraph(run("HƯỚNG DẪN GIẢI", BOLD), CENTRE))
    for question in questions:
        chosen = f"Chọn {letters(question)}. " if question.kind == "choice" else ""
        first, *more = question.explanation.split("\n")
        package.body.append(paragraph(run(f"Câu {question.label}. {chosen}", BOLD) + hand.runs(first)))
        package.body += [paragraph(hand.runs(line)) for line in more if line]
