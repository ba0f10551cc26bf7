"""Near-duplicates of a question among many: by bands in an index, beside a comparison with every signature.

`bin/bench alike [--items N] [--quick]`. The last line is JSON. The bank is generated from a seed and written by the
bank itself: four questions of five are sentences of chance, one of five comes from a few patterns in which only the
numbers differ, as in real banks. Timed: a new question (`one_ms`), one of a pattern, which is like hundreds
(`crowded_ms`), one of a chunk of 50 (`chunk_ms_per_item`), and the comparison with all (`brute_ms`: the signatures
read and compared; `brute_compare_ms`: compared only). `ratio` is brute_ms over one_ms. `recall` is the share of
planted near-duplicates (other numbers, no tone marks, options in another order, one word changed) that were found,
`false_alarms` the share of new questions that were taken for one; `brute_recall` what the comparison with all finds
of the same.
"""

import argparse
import json
import statistics
import tempfile
import time
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bench.question_file import WORDS

SEED = 20_261_123
CHUNK, PLANTED, ASKED = 500, 200, 50
PATTERNS = 40
Content = dict[str, Any]


def main() -> None:
    """Fill the bank, ask, tell."""
    reader = argparse.ArgumentParser(prog="bin/bench alike")
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--items", type=int, default=100_000)
    given = reader.parse_args()
    count = min(given.items, 5_000) if given.quick else given.items
    bench = import_module("bench.import")
    with tempfile.TemporaryDirectory() as folder, bench.small_app(bench.prepared(Path(folder))).app_context():
        told = run(count, *bench.teacher_and_subject())
        print(f"{count} questions (generated): a new one looked up in {told['one_ms']} ms, one that is like hundreds "
              f"in {told['crowded_ms']} ms, by comparing with all {told['brute_ms']} ms; "
              f"{told['recall']:.1%} of {PLANTED} planted ones found, by comparing {told['brute_recall']:.1%}")
        print(json.dumps({"bench": "alike", "items": count, **told, "peak_mb": bench.peak_mb()}))


def run(count: int, teacher: Any, subject_id: Any) -> dict[str, Any]:
    """The figures."""
    from assessment.bank import services as bank

    random = Random(SEED)
    contents = [made(random, number) for number in range(count)]
    begun = time.perf_counter()
    fill(teacher, subject_id, contents)
    filled = time.perf_counter() - begun
    lookup = bank.find_near_duplicates
    fresh = [sentence_question(random) for _each in range(ASKED)]
    crowded = [pattern_question(random) for _each in range(ASKED)]
    chunks = [[made(random, number) for number in range(ASKED)] for _each in range(3)]
    one = median_ms(lambda content: lookup(teacher, [content]), fresh)
    brute, compare = brute_ms(fresh[:5])
    return {
        "fill_per_second": round(count / filled), "one_ms": one,
        "crowded_ms": median_ms(lambda content: lookup(teacher, [content]), crowded),
        "chunk_ms_per_item": round(median_ms(lambda chunk: lookup(teacher, chunk), chunks) / ASKED, 2),
        "brute_ms": brute, "brute_compare_ms": compare, "ratio": round(brute / one, 1),
        **found(teacher, random, contents),
    }


def made(random: Random, number: int) -> Content:
    """One question of the bank."""
    return pattern_question(random) if number % 5 == 4 else sentence_question(random)


def sentence_question(random: Random) -> Content:
    """A question of words in the order of chance, with a formula and four options."""
    said = " ".join(random.choices(WORDS, k=24)).capitalize()
    formula = f"\\( y = {random.randint(2, 9)}x^{random.randint(2, 5)} - {random.randint(1, 30)} \\)"
    return with_options(f"<p>{said} {formula}?</p>", [" ".join(random.choices(WORDS, k=4)) for _each in range(4)])


def pattern_question(random: Random) -> Content:
    """A question of one of the patterns: only its numbers are its own."""
    said = " ".join(Random(f"{SEED}:{random.randrange(PATTERNS)}").choices(WORDS, k=14)).capitalize()
    numbers = [str(random.randint(1, 900)) for _each in range(6)]
    return with_options(f"<p>{said} {numbers[0]} và {numbers[1]}?</p>", numbers[2:])


def with_options(prompt: str, texts: list[str]) -> Content:
    """The content of a question with one right option."""
    return {"prompt": prompt, "options": [{"id": f"o{place}", "text": text} for place, text in enumerate(texts, 1)]}


def fill(teacher: Any, subject_id: Any, contents: list[Content]) -> None:
    """Write the questions as an import does, chunk by chunk."""
    from assessment.bank import services as bank
    from assessment.bank.content import ItemBody
    from lms.core.db import transaction

    key = {"correct": "o1"}
    for start in range(0, len(contents), CHUNK):
        with transaction():
            bank.create_items(teacher, [
                bank.ItemDraft("single_choice", each, key, subject_id, "know", state="ready",
                               body=ItemBody("single_choice", each, key)) for each in contents[start:start + CHUNK]])


def median_ms(work: Any, asked: list[Any]) -> float:
    """The median of what one call takes, in milliseconds."""
    from lms.core.db import outside_transaction

    times = []
    for each in asked:
        begun = time.perf_counter()
        work(each)
        times.append(1000 * (time.perf_counter() - begun))
        outside_transaction()
    return round(statistics.median(times), 2)


def brute_ms(asked: list[Content]) -> tuple[float, float]:
    """Milliseconds of reading and comparing every signature, and of comparing alone."""
    from assessment.bank.services.duplicates import sign

    signed = [sign(content) for content in asked]
    whole = median_ms(lambda numbers: shares(all_signatures(), numbers), signed)
    matrix = all_signatures()
    return whole, median_ms(lambda numbers: shares(matrix, numbers), signed)


def all_signatures() -> Any:
    """(items, 64) uint32: every stored signature, in the order of the items."""
    from sqlalchemy import select

    from assessment.bank.banks_models import ItemLikeness
    from lms.core.db import db

    rows = db.session.scalars(select(ItemLikeness.signature).order_by(ItemLikeness.item_id))
    return np.frombuffer(b"".join(rows), np.uint32).reshape(-1, 64)


def shares(matrix: Any, numbers: Any) -> Any:
    """(items,) float: how alike each is to one signature."""
    return (matrix == numbers).mean(axis=1)


def found(teacher: Any, random: Random, contents: list[Content]) -> dict[str, float]:
    """The shares of planted near-duplicates found by the index and by comparing, and of new ones taken for one."""
    from assessment.bank import likeness
    from assessment.bank import services as bank
    from assessment.bank.services.duplicates import sign

    originals = random.sample([each for number, each in enumerate(contents) if number % 5 != 4], PLANTED)
    planted = [PLANTS[number % len(PLANTS)](random, each) for number, each in enumerate(originals)]
    fresh = [sentence_question(random) for _each in range(PLANTED)]
    matrix = all_signatures()
    by_index = bank.find_near_duplicates(teacher, planted)
    by_brute = [bool((shares(matrix, sign(each)) >= likeness.ALIKE).any()) for each in planted]
    alarms = bank.find_near_duplicates(teacher, fresh)
    stems = [in_bank[0].stem if (in_bank := [each for each in alike if each.item_id]) else "" for alike in by_index]
    hits = [stem == stem_of(original) for stem, original in zip(stems, originals, strict=True)]
    return {"recall": sum(hits) / PLANTED, "brute_recall": sum(by_brute) / PLANTED,
            "false_alarms": sum(any(each.item_id for each in alike) for alike in alarms) / PLANTED}


def stem_of(content: Content) -> str:
    """What the bank's list shows of a content."""
    from assessment.bank.content import ItemBody

    return ItemBody("single_choice", content, {}).stem_text


def other_numbers(random: Random, content: Content) -> Content:
    """The same with other numbers in its formula."""
    words, _formula = content["prompt"].split("\\(")
    return {**content, "prompt": f"{words}\\( y = {random.randint(2, 9)}x^{random.randint(2, 5)} - 77 \\)?</p>"}


def no_marks(_random: Random, content: Content) -> Content:
    """The same typed without tone marks."""
    from assessment.bank.markup import without_marks

    words, formula = content["prompt"].split("\\(")
    return {**content, "prompt": f"{without_marks(words)} \\({formula}"}


def other_order(random: Random, content: Content) -> Content:
    """The same with its options in another order."""
    return {**content, "options": random.sample(content["options"], 4)}


def other_word(random: Random, content: Content) -> Content:
    """The same with one word changed."""
    words = content["prompt"].split(" ")
    words[random.randrange(3, 20)] = "khác"
    return {**content, "prompt": " ".join(words)}


PLANTS = (other_numbers, no_marks, other_order, other_word)

if __name__ == "__main__":
    main()
