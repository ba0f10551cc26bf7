"""Near-duplicates: what counts as alike, and what does not."""

from assessment.bank import likeness


def alike(one: str, other: str, options: tuple[list[str], list[str]] = ([], [])) -> float:
    contents = [{"prompt": text, "options": [{"id": f"o{n}", "text": each} for n, each in enumerate(rows)]}
                for text, rows in zip((one, other), options, strict=True)]
    first, second = (likeness.signature(likeness.shingles(each)).tobytes() for each in contents)
    return likeness.likeness(first, second)


def test_numbers_variables_and_tone_marks_do_not_matter() -> None:
    one = r"<p>Cho hàm số \(y = x^3 - 3x + 2\). Tìm số điểm cực trị của hàm số trên khoảng \((0; 5)\).</p>"
    other = r"<p>Cho ham so \(f = t^4 - 7t + 12\). Tìm số điểm cực trị của hàm số trên khoảng \((1; 9)\).</p>"
    assert alike(one, other) == 1.0


def test_the_order_of_options_does_not_matter_but_their_words_do() -> None:
    stem = "<p>Chọn câu trả lời đúng nhất.</p>"
    one, other = ["Sông Hồng chảy qua Hà Nội", "Sông Mã chảy qua Thanh Hóa"], ["Tim bơm máu", "Phổi trao đổi khí"]
    assert alike(stem, stem, (one, one[::-1])) == 1.0
    assert alike(stem, stem, (one, other)) < likeness.ALIKE


def test_a_changed_word_in_a_long_stem_is_still_alike_and_another_question_is_not() -> None:
    stem = ("Một vật dao động điều hòa với biên độ A và chu kì T, tại thời điểm ban đầu vật đi qua vị trí cân bằng "
            "theo chiều dương, quãng đường vật đi được trong một phần tư chu kì đầu tiên bằng bao nhiêu")
    assert alike(stem, stem.replace("dương", "âm")) > likeness.ALIKE
    assert alike(stem, "Trình bày nguyên nhân và ý nghĩa của Chiến thắng Điện Biên Phủ năm 1954") < 0.2


def test_a_secure_bank_has_bands_of_its_own() -> None:
    numbers = likeness.signature({"một hai ba"})
    assert not set(likeness.bands(numbers)) & set(likeness.bands(numbers, "a bank"))
    assert all(0 <= band < 2**63 for band in likeness.bands(numbers))
