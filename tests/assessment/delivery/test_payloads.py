"""What a client may write: every response of the right shape, and nothing else, whatever it sends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.bank.types import TYPES
from assessment.delivery.payloads import BadPayload, ItemShape, fits, is_hash, read_payload
from tests.factories.every_type import sample

OPTIONS = frozenset({"o1", "o2", "o3", "o4"})
FOUR = {"options": [{"id": each, "text": each} for each in sorted(OPTIONS)]}
ITEMS = {type: ItemShape(type, FOUR if type in ("single_choice", "multiple_response", "true_false")
                         else sample(type)[0]) for type in TYPES}
anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                        lambda inner: st.lists(inner, max_size=3)
                        | st.dictionaries(st.text(max_size=3), inner, max_size=3))


@given(st.sampled_from(sorted(ITEMS)), anything)
def test_a_response_that_fits_has_its_items_shape(type: str, response: object) -> None:
    if not fits(ITEMS[type], response) or response is None:
        return
    if type == "single_choice":
        assert response in OPTIONS
    elif type == "multiple_response":
        assert set(response) <= OPTIONS
    elif type == "true_false":
        assert all(isinstance(value, bool) for value in response.values())
    elif type == "short_numeric":
        assert isinstance(response, str)


@given(st.sets(st.sampled_from(sorted(OPTIONS))).map(sorted))
def test_every_choice_of_options_fits_a_multiple_response(chosen: list[str]) -> None:
    assert fits(ITEMS["multiple_response"], chosen)


@given(st.dictionaries(st.sampled_from(sorted(OPTIONS)), st.booleans()))
def test_every_judgement_of_statements_fits(judged: dict[str, bool]) -> None:
    assert fits(ITEMS["true_false"], judged)


@given(st.text() | anything.map(lambda value: json.dumps(value)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        written = read_payload(text, ITEMS)
    except BadPayload:
        return
    assert written.kind in ("answer", "submit")


@given(st.dictionaries(st.sampled_from(["item", "response", "ms", "submit", "started", "auto_submit"]), anything))
def test_no_client_writes_the_servers_own_events(payload: dict[str, object]) -> None:
    try:
        assert read_payload(json.dumps(payload), ITEMS).kind in ("answer", "submit")
    except BadPayload:
        return


def test_answer_and_submission_are_read() -> None:
    assert read_payload('{"item":"single_choice","response":"o1","ms":7}', ITEMS) == ("answer", 7)
    assert read_payload('{"submit":true,"ms":3,"unanswered":2}', ITEMS) == ("submit", 3)


@pytest.mark.parametrize(("value", "good"), [("a" * 64, True), ("A" * 64, False), ("a" * 63, False), (None, False),
                                             (7, False), ("a" * 63 + "\n", False)])
def test_hash_is_sixty_four_hex_digits(value: object, good: bool) -> None:
    assert is_hash(value) is good


@pytest.mark.parametrize("text", ["\ud800", "1\0", "\udfff\ud800"])
def test_an_answer_that_no_page_can_show_is_refused(text: str) -> None:
    with pytest.raises(BadPayload):
        read_payload(json.dumps({"item": "short_numeric", "response": text, "ms": 1}), ITEMS)


def test_an_answer_may_hold_any_letter() -> None:
    text = json.dumps({"item": "short_numeric", "response": "🙂 −1,5", "ms": 1})
    assert read_payload(text, ITEMS).kind == "answer"


@pytest.mark.parametrize("type", TYPES)
def test_the_response_of_every_type_is_read_and_nothing_cleared(type: str) -> None:
    for response in (sample(type)[2], None):
        assert read_payload(json.dumps({"item": type, "response": response, "ms": 1}), ITEMS).kind == "answer"


def test_a_response_is_as_long_as_its_type_allows() -> None:
    long = "ệ" * 30_000
    assert read_payload(json.dumps({"item": "essay", "response": long, "ms": 1}, ensure_ascii=False), ITEMS)
    with pytest.raises(BadPayload):
        read_payload(json.dumps({"item": "short_text", "response": long, "ms": 1}, ensure_ascii=False), ITEMS)


def test_plays_count_of_recordings_on_the_paper_only() -> None:
    assert read_payload('{"play":"m1","ms":1}', ITEMS, {"m1"}) == ("answer", 1)
    for text in ('{"play":"m2","ms":1}', '{"play":["m1"],"ms":1}', '{"play":"m1","item":"essay","ms":1}'):
        with pytest.raises(BadPayload):
            read_payload(text, ITEMS, {"m1"})
