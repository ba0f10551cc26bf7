"""A large question file as a school's Moodle would export it: made from a seed, with pictures, every common type."""

import re
from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from random import Random
from typing import BinaryIO

from PIL import Image, ImageDraw

SEED = 20_260_622
A_PICTURE_EVERY = 4
TYPES = ("multichoice",) * 9 + ("several", "truefalse", "truefalse", "shortanswer", "shortanswer", "numerical",
                                "numerical", "matching", "cloze", "ordering", "essay")
WORDS = re.split(r"\s+", """hàm số đồng biến nghịch biến cực trị tiệm cận đạo hàm nguyên hàm tích phân logarit xác suất
véc tơ mặt phẳng đường thẳng góc khoảng cách thể tích lăng trụ hình chóp dao động sóng điện trường từ thông hạt nhân""")


def write_file(path: Path, count: int) -> None:
    """Write `count` questions in Moodle XML; every fourth has a picture of its own."""
    random = Random(SEED)
    with path.open("wb") as out:
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
        for number in range(count):
            if number % 500 == 0:
                out.write(f'<question type="category"><category><text>$course$/top/Chương {number // 500 + 1}/Bài '
                          f"{number % 7}</text></category></question>\n".encode())
            _write_question(out, number, random)
        out.write(b"</quiz>\n")


def _write_question(out: BinaryIO, number: int, random: Random) -> None:
    kind = TYPES[number % len(TYPES)]
    image, file = "", ""
    if number % A_PICTURE_EVERY == 0:
        image = f'<p><img src="@@PLUGINFILE@@/hinh{number}.png" alt="Hình {number}" width="160" height="120"></p>'
        file = f'<file name="hinh{number}.png" path="/" encoding="base64">{picture(number, random)}</file>'
    prompt = f"<p>Câu {number}. {sentence(random, 24)} \\(y = x^{{{number % 9 + 2}}} - {number % 7 + 2}x\\)</p>{image}"
    body = _BODIES[kind](number, random)
    if kind == "cloze":
        prompt, body = f"{prompt}<p>{body}</p>", ""
    name = {"several": "multichoice"}.get(kind, kind)
    said = (f'<question type="{name}"><name><text>Câu {number}</text></name>\n<questiontext format="html"><text>'
            f"<![CDATA[{prompt}]]></text>{file}</questiontext>\n<generalfeedback format=\"html\"><text><![CDATA[<p>"
            f"{sentence(random, 14)}</p>]]></text></generalfeedback>\n<defaultgrade>1.0000000</defaultgrade>\n"
            f"<hidden>0</hidden><idnumber></idnumber>\n{body}</question>\n")
    out.write(said.encode())


def sentence(random: Random, words: int) -> str:
    """Words in the order of chance."""
    return " ".join(random.choices(WORDS, k=words)).capitalize() + "."


def picture(number: int, random: Random) -> str:
    """A graph of a few lines, 160 x 120 dots, as base64 of a PNG."""
    image = Image.new("RGB", (160, 120), "white")
    draw = ImageDraw.Draw(image)
    points = [(x, random.randrange(10, 110)) for x in range(0, 161, 16)]
    draw.line(points, fill=(number % 200, 40, 160), width=2)
    draw.line([(0, 60), (160, 60)], fill="black")
    out = BytesIO()
    image.save(out, "PNG")
    return b64encode(out.getvalue()).decode()


def _answer(text: str, fraction: float | int, more: str = "") -> str:
    return (f'<answer fraction="{fraction}" format="html"><text>{escape(text, quote=False)}</text>'
            f'<feedback format="html"><text></text></feedback>{more}</answer>\n')


def _choice(number: int, random: Random) -> str:
    options = [f"<p>{sentence(random, 5)} {number}{letter}</p>" for letter in "ABCD"]
    return "<single>true</single><shuffleanswers>true</shuffleanswers>\n" + "".join(
        _answer(text, 100 if place == number % 4 else 0) for place, text in enumerate(options))


def _several(number: int, random: Random) -> str:
    options = [f"<p>{sentence(random, 5)} {number}{letter}</p>" for letter in "ABCDE"]
    return "<single>false</single>\n" + "".join(_answer(text, 50 if place < 2 else 0)
                                                for place, text in enumerate(options))


def _true_false(number: int, _random: Random) -> str:
    return _answer("true", 100 * (number % 2)) + _answer("false", 100 * (1 - number % 2))


def _short(number: int, random: Random) -> str:
    return "<usecase>0</usecase>" + _answer(" ".join(random.choices(WORDS, k=2)), 100) + _answer(f"số {number}", 100)


def _numerical(number: int, _random: Random) -> str:
    return _answer(str(number / 10), 100, "<tolerance>0.05</tolerance>")


def _matching(number: int, random: Random) -> str:
    return "".join(f'<subquestion format="html"><text>{sentence(random, 2)} {place}</text><answer><text>'
                   f"nhóm {number}.{place}</text></answer></subquestion>\n" for place in range(4))


def _cloze(number: int, random: Random) -> str:
    return (f"{sentence(random, 3)} {{1:SHORTANSWER:={random.choice(WORDS)}#Đúng~*#Sai}} và "
            f"{{1:MULTICHOICE:=a{number}~b{number}~c{number}}}, {{1:NUMERICAL:={number}:0.5}}")


def _ordering(number: int, random: Random) -> str:
    return "".join(_answer(f"{sentence(random, 2)} {number}.{place}", place) for place in range(1, 5))


def _essay(_number: int, _random: Random) -> str:
    return ("<responseformat>editor</responseformat><responsefieldlines>15</responsefieldlines>"
            '<attachments>0</attachments><graderinfo format="html"><text></text></graderinfo>')


_BODIES = {"multichoice": _choice, "several": _several, "truefalse": _true_false, "shortanswer": _short,
           "numerical": _numerical, "matching": _matching, "cloze": _cloze, "ordering": _ordering, "essay": _essay}
