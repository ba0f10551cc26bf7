"""What marking does for its own pages and for analysis above it."""

from assessment.marking.export import Cell, csv_bytes
from assessment.marking.results import ExamResults, ItemColumn, Option
from assessment.marking.scoring import (
    ScoreTable,
    default_table,
    fold_text,
    is_omitted,
    parse_number,
    score,
    score_many,
)
from assessment.marking.services.appeals import (
    AppealCase,
    AppealRow,
    answer_appeal,
    get_appeal,
    get_question_to_ask,
    has_open_appeals,
    list_appeals,
    make_appeal,
)
from assessment.marking.services.by_hand import (
    HandAnswer,
    HandItem,
    answer_file,
    count_waiting,
    get_answer,
    give_back,
    list_hand_items,
    mark_answer,
    take_answer,
)
from assessment.marking.services.marks import (
    mark_attempt,
    mark_attempts,
    mark_exam,
    mark_exam_in_steps,
    request_marking,
)
from assessment.marking.services.results import (
    Result,
    ResultItem,
    ResultList,
    ResultRow,
    count_marked,
    get_result,
    list_results,
    plain,
    result_subject,
    results_of,
)
from assessment.marking.services.tables import ensure_score_tables

__all__ = [
    "AppealCase", "AppealRow", "Cell", "ExamResults", "HandAnswer", "HandItem", "ItemColumn", "Option", "Result",
    "ResultItem", "ResultList", "ResultRow", "ScoreTable", "answer_appeal", "answer_file", "count_marked",
    "count_waiting", "csv_bytes", "default_table", "ensure_score_tables", "fold_text", "get_answer", "get_appeal",
    "get_question_to_ask", "get_result", "give_back", "has_open_appeals", "is_omitted", "list_appeals",
    "list_hand_items", "list_results", "make_appeal", "mark_answer", "mark_attempt", "mark_attempts", "mark_exam",
    "mark_exam_in_steps", "parse_number", "plain", "request_marking", "result_subject", "results_of", "score",
    "score_many", "take_answer",
]
