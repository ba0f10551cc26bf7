"""A paper taken apart: its parts, its questions with their lines, shared passages, keys and solutions at the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assessment.interchange.word import words
from assessment.interchange.word.keys import KeyBlock, read_key_line, read_key_table
from assessment.interchange.word.options import is_option_table
from assessment.interchange.word.records import records
from assessment.interchange.word.rich import Block, Line, Rich, Table


@dataclass
class Part:
    """A part of a paper: its name (`I`), the kind of questions that its heading announces."""

    name: str = ""
    kind: str = ""


@dataclass
class Passage:
    """What several questions share; `last` 0: until something else begins."""

    ref: str
    invitation: Line
    part: Part
    first: int
    last: int
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Draft:
    """A question as it was found: its lines without its number, and what was said of its key."""

    number: int
    paragraph: int
    part: Part
    blocks: list[Block] = field(default_factory=list)
    solution: list[Block] = field(default_factory=list)
    chosen: str = ""
    """A letter that a line names as right."""
    others: str = ""
    """Letters that lines before it named."""
    truths: dict[str, bool] = field(default_factory=dict)
    answer: str = ""
    points: str = ""
    passage: Passage | None = None
    odd_number: bool = False
    conflict: bool = False


@dataclass
class Outline:
    """All that was found in a paper."""

    drafts: list[Draft] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    keys: list[KeyBlock] = field(default_factory=list)
    skipped: list[Line] = field(default_factory=list)
    """Lines before the first question of a part that belong to no question and no passage."""
    strays: list[tuple[int, int]] = field(default_factory=list)
    """Solutions of questions that were not found: (number, paragraph)."""
    unread: list[Block] = field(default_factory=list)
    """Rows and tables that belong to no question, no passage and no key."""


def outline(blocks: list[Block]) -> Outline:
    """Take the blocks of a document apart."""
    lines = list(_opened(blocks, _has_starts(blocks)))
    return _Walk(lines).run()


def _has_starts(blocks: list[Block]) -> bool:
    """Whether questions begin with a word (`Câu 1`); else they begin with bare numbers."""
    return any(words.QUESTION.match(line.text) for line in _all_lines(blocks))


def _all_lines(blocks: list[Block]) -> Iterator[Line]:
    for block in blocks:
        if isinstance(block, Line):
            yield block
        else:
            yield from _all_lines(list(block.lines()))


def _opened(blocks: list[Block], worded: bool) -> Iterator[Block]:
    """The blocks, with frames around questions and tables of options opened; other tables stay."""
    for block in blocks:
        if isinstance(block, Line):
            yield block
        elif rows := records(block):
            yield from rows
        elif is_option_table(block) or _is_frame(block, worded):
            yield from _opened(list(block.lines()), worded)
        else:
            yield block


def _is_frame(table: Table, worded: bool) -> bool:
    if not worded:
        return False
    starts = [words.QUESTION.match(line.text) for line in _all_lines(list(table.lines()))]
    ends = [
        match
        for line, match in zip(_all_lines(list(table.lines())), starts, strict=True)
        if match and len(line.text) > match.end() + 12
    ]
    options = any(words.FIRST_OPTION.match(line.text) for line in _all_lines(list(table.lines())))
    return bool(ends) or (options and any(starts))


class _Walk:
    """One walk through the lines; each step looks at one block and knows what came before."""

    def __init__(self, blocks: list[Block]) -> None:
        self.blocks, self.made = blocks, Outline()
        texts = [block.text for block in blocks if isinstance(block, Line)]
        self.start = words.QUESTION if any(words.QUESTION.match(text) for text in texts) else words.BARE
        self.part, self.draft, self.passage = Part(), None, None
        self.number, self.mode = 0, "head"
        """Modes: head, question, solution, passage, keys, ending (solutions at the end)."""
        self.key_part, self.solved = "", -1

    draft: Draft | None
    passage: Passage | None

    def run(self) -> Outline:
        for place, block in enumerate(self.blocks):
            if isinstance(block, Table):
                self._table(block)
            elif not block.rich.is_empty:
                self._line(block, place)
            elif self.draft is None and self.mode == "head":
                continue
        return self.made

    def _table(self, table: Table) -> None:
        if self.mode == "keys":
            found = read_key_table(table, self.key_part)
            self.made.keys += found
            self.made.unread += [] if found else [table]
        elif self.mode == "passage" and self.passage is not None:
            self.passage.blocks.append(table)
        elif self.mode == "solution" and self.draft is not None:
            self.draft.solution.append(table)
        elif self.mode == "question" and self.draft is not None:
            self.draft.blocks.append(table)
        elif self.mode == "ended" and (found := read_key_table(table, self.key_part)):
            self.made.keys += found
        elif self.mode != "head":
            self.made.unread.append(table)

    def _line(self, line: Line, place: int) -> None:
        text = line.text
        if line.role:
            self._told(line)
            return
        if words.NOISE.match(text):
            return
        if words.END.match(text):
            self.mode, self.draft, self.passage = "ended", None, None
            return
        if self._heading(line, place) or self._question(line) or self._invitation(line):
            return
        if self.mode == "keys":
            self.made.keys += read_key_line(text, self.key_part)
        elif self.mode == "passage" and self.passage is not None:
            self.passage.blocks.append(line)
        elif self.mode == "ending":
            self._solution_line(line)
        elif self.mode in ("question", "solution") and self.draft is not None:
            self._inside(line)
        elif self.mode == "ended":
            self.made.keys += read_key_line(text, self.key_part)
        else:
            self.made.skipped.append(line)

    def _told(self, line: Line) -> None:
        """A line of which its table says what it is."""
        begins = bool(words.SOLUTION.fullmatch(line.text))
        if line.role == "unread" or (begins and self.draft is None):
            self.made.unread.append(line)
        elif begins:
            self.mode = "solution"
        else:
            self._solution_line(line)

    def _heading(self, line: Line, place: int) -> bool:
        """Headings of parts, of the key, and of solutions at the end."""
        text = line.text.strip()
        if name := words.part_name(text):
            return self._part(text, name)
        if words.KEYS.match(text) and len(text) < 80 and self._no_more_questions(place):
            self.mode, self.draft, self.key_part = "keys", None, ""
            return True
        solution = words.SOLUTION.match(text)
        if solution and len(text) < 60 and solution.end() == len(text) and self._begins_ending(place):
            self.mode, self.draft, self.key_part = "ending", None, ""
            return True
        return False

    def _begins_ending(self, place: int) -> bool:
        """Whether solutions of all questions follow: the next line begins again with a question or part seen before."""
        following = next(
            (block.text for block in self.blocks[place + 1 :] if isinstance(block, Line) and not block.rich.is_empty),
            "",
        )
        if name := words.part_name(following):
            return any(draft.part.name == name for draft in self.made.drafts)
        match = self.start.match(following)
        return bool(match and self.made.drafts) and match is not None and int(match["number"]) != self.number + 1

    def _part(self, text: str, name: str) -> bool:
        if self.mode in ("keys", "ended", "ending"):
            self.key_part = name
            return True
        self.part = Part(name, words.part_kind(text))
        self.number, self.draft, self.passage, self.mode = 0, None, None, "part"
        return True

    def _next_number(self, place: int) -> int | None:
        for block in self.blocks[place + 1 :]:
            match = self.start.match(block.text) if isinstance(block, Line) else None
            if match:
                return int(match["number"])
        return None

    def _no_more_questions(self, place: int) -> bool:
        """Whether the numbers that follow do not go on from here."""
        following = self._next_number(place)
        return bool(self.made.drafts) and (following is None or following != self.number + 1)

    def _question(self, line: Line) -> bool:
        match = self.start.match(line.text)
        if match is None:
            return False
        number = int(match["number"])
        if self.mode in ("keys", "ended", "ending"):
            return self._said_of(number, line.rich.cut(match.end()), line)
        expected = self.number + 1
        bare = self.start is words.BARE
        if number != expected and (not match["end"] or bare):
            return False
        rest = line.rich.cut(match.end())
        if not match["end"] and not rest.is_empty and not rest.text[:1].isupper() and not rest.inside:
            return False
        self.draft = Draft(number, line.number, self.part, points=match["points"] or "", odd_number=number != expected)
        self.draft.blocks.append(Line(rest, line.number))
        self.draft.passage = self._passage_of(number)
        self.made.drafts.append(self.draft)
        self.number, self.mode = number, "question"
        return True

    def _passage_of(self, number: int) -> Passage | None:
        passage = self.passage
        if passage is None or (passage.last and not passage.first <= number <= passage.last):
            return None
        return passage

    def _said_of(self, number: int, rest: Rich, line: Line) -> bool:
        """A line of the key, or the beginning of a solution, that names its question."""
        self.draft = None
        found = read_key_line(line.text, self.key_part)
        if found and self.mode != "ending":
            self.made.keys += found
            return True
        drafts = self.made.drafts
        same = [
            place
            for place, draft in enumerate(drafts)
            if draft.number == number and (not self.key_part or draft.part.name in ("", self.key_part))
        ]
        place = next((place for place in same if place > self.solved), None)
        if place is None:
            self.made.strays.append((number, line.number))
            return True
        self.solved, self.draft, self.mode = place, drafts[place], "ending"
        self._solution_line(Line(rest, line.number))
        return True

    def _solution_line(self, line: Line) -> None:
        if self.draft is None:
            return
        rich = self._take_chosen(self.draft, line.rich)
        if rich is line.rich and (last := words.CHOSEN_LAST.search(line.text)):
            self._choose(self.draft, last["letter"])
        if not rich.is_empty:
            self.draft.solution.append(Line(rich, line.number))

    def _invitation(self, line: Line) -> bool:
        text = line.text
        if self.mode in ("keys", "ended", "ending") or not words.INVITATION.match(text):
            return False
        ranged = words.RANGE.search(text)
        if ranged and int(ranged[1]) == self.number + 1 and int(ranged[2]) >= int(ranged[1]):
            return self._begin_passage(line, int(ranged[1]), int(ranged[2]))
        closed = self.mode != "question" or self.draft is None or _is_closed(self.draft)
        if closed and not ranged and (words.READ_ON.match(text) or words.EACH_OF.match(text)):
            return self._begin_passage(line, self.number + 1, 0)
        return False

    def _begin_passage(self, line: Line, first: int, last: int) -> bool:
        self.passage = Passage(f"passage-{len(self.made.passages) + 1}", line, self.part, first, last)
        self.made.passages.append(self.passage)
        self.mode, self.draft = "passage", None
        return True

    def _inside(self, line: Line) -> None:
        """A further line of the open question: its solution, its key, its answer, or more of its text."""
        draft, text = self.draft, line.text
        assert draft is not None
        if self._is_key_list(text):
            self.made.keys += read_key_line(words.ANSWER_WORD.sub("", text), self.key_part)
            return
        solution = words.SOLUTION.match(text)
        if solution and not _is_label(text):
            self.mode = "solution"
            line = Line(line.rich.cut(solution.end()), line.number)
        if self.mode == "solution":
            self._solution_line(line)
            return
        if not self._answer(draft, line):
            draft.blocks.append(line)

    def _is_key_list(self, text: str) -> bool:
        """Whether a line gives the letters of several questions that were seen, one after the other."""
        if not words.KEY_LIST.match(text):
            return False
        numbers = [int(number) for number, _letter in words.PAIR.findall(text)]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[-1] <= self.number

    def _answer(self, draft: Draft, line: Line) -> bool:
        rich = self._take_chosen(draft, line.rich)
        if rich.is_empty:
            return True
        said = words.TRUTH_LINE.match(line.text)
        if said and (found := words.truths(said["said"])):
            draft.truths |= found
            return True
        answer = words.ANSWER.match(line.text)
        if answer:
            draft.conflict |= bool(draft.answer)
            draft.answer = answer["said"].strip()
        return bool(answer)

    @staticmethod
    def _take_chosen(draft: Draft, rich: Rich) -> Rich:
        """The line without `Chọn B` at its beginning, which is kept as the key; all of it where it says no more."""
        match = words.CHOSEN.match(rich.plain)
        if match is None or (match.end() < len(rich.plain.rstrip()) and "." not in match[0]):
            return rich
        _Walk._choose(draft, match["letter"])
        return rich.cut(match.end()).strip()

    @staticmethod
    def _choose(draft: Draft, letter: str) -> None:
        """Remember the letter that is said to be right; another one than before is a conflict."""
        if draft.chosen and draft.chosen != letter.upper():
            draft.conflict, draft.others = True, draft.others + draft.chosen
        draft.chosen = letter.upper()


def _is_label(text: str) -> bool:
    return text[:2] in ("A.", "B.", "C.", "D.")


def _is_closed(draft: Draft) -> bool:
    """Whether the options of a question have begun, so that a new line may be something else."""
    lines = [block.text for block in draft.blocks if isinstance(block, Line)]
    return any(("B." in line or "B)" in line or "D." in line) for line in lines) or draft.part.kind in (
        "short",
        "essay",
    )
