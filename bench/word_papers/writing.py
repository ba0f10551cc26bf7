"""One question written down in one way: number, stem, options in their layout, marks of the key."""

from dataclasses import dataclass
from random import Random

from bench.word_papers import ooxml
from bench.word_papers.inline import TOKEN, Hand
from bench.word_papers.ooxml import paragraph, run
from bench.word_papers.truth import Question
from bench.word_papers.ways import Way

MARKS = {"u": '<w:u w:val="single"/>', "b": "<w:b/>", "red": '<w:color w:val="FF0000"/>',
         "highlight": '<w:highlight w:val="yellow"/>'}
BOLD = "<w:b/>"
SLIP_NUMBERS = ("Câu{}.", "câu {} : ", "CÂU {}: ", "Câu {}.", "Câu  {} . ", "Câu {} ")
SLIP_LABELS = ("{}.", "{}) ", "{} . ", "{}/ ", "{}.  ", "{}. ")


@dataclass
class Pen:
    """Who writes one paper: the way, the hand, and the lists that Word numbers by itself."""

    way: Way
    hand: Hand
    random: Random
    number_list: int = 0

    def write(self, question: Question, number: int) -> str:
        """The question as body XML, and its label into the truth."""
        question.label = str(number)
        lines = question.stem.split("\n")
        first = self._start(number) + self.hand.runs(lines[0], *([BOLD] if self.random.random() < 0.05 else []))
        if self.way.layout == "breaks" and question.kind == "choice":
            return self._in_one_paragraph(first, lines[1:], question)
        props = (ooxml.numbered(self.number_list),) if self.way.number == "auto" else ()
        body = paragraph(first, *props) + "".join(paragraph(self.hand.runs(line)) for line in lines[1:])
        body += {"choice": self._options, "statements": self._statements}.get(question.kind, lambda _q: "")(question)
        return body + self._after(question)

    def _start(self, number: int) -> str:
        if self.way.number == "auto":
            return ""
        shape = self.random.choice(SLIP_NUMBERS) if self.way.slips else self.way.number
        return self._label_runs(shape.format(number), BOLD)

    def _label_runs(self, text: str, *props: str) -> str:
        """A label, now and then cut in the middle, as Word does after corrections; odd spaces where asked for."""
        if self.way.odd_spaces:
            text = text.replace(" ", self.random.choice(("\u00a0", " \u00a0", "  ", "\u2002")))
        cut = self.random.randint(1, len(text) - 1) if self.random.random() < 0.3 and len(text) > 2 else len(text)
        return "".join(self.hand.plain(piece, *props) for piece in (text[:cut], text[cut:]) if piece)

    def options_of(self, question: Question) -> list[str]:
        """Each option as runs, with its letter and marks."""
        letters = [chr(65 + place) for place in range(len(question.options))]
        if "letter_twice" in question.faults:
            letters[3] = letters[2]
        if "missing_option" in question.faults:
            letters, kept = letters[:3], question.options[:3]
        else:
            kept = question.options
        marked = self._marked(question)
        bold_letters = self.random.random() < 0.4 and self.way.mark != "b"
        return [self._option(letter, text, place in marked, bold_letters)
                for place, (letter, text) in enumerate(zip(letters, kept, strict=True))]

    def _marked(self, question: Question) -> set[int]:
        if self.way.key not in ("letter", "option", "star", "both") or "no_key" in question.faults:
            return set()
        marked = set(question.right)
        if "two_keys" in question.faults:
            marked.add((question.right[0] + 1) % len(question.options))
        return marked

    def _option(self, letter: str, text: str, marked: bool, bold: bool) -> str:
        props = [MARKS[self.way.mark]] if marked and self.way.key != "star" else []
        whole = props if self.way.key == "option" else []
        if self.way.label == "auto":
            return self.hand.runs(text, *whole)
        label, props = self._letter(letter), props + [BOLD] * bold
        star = run("*") if marked and self.way.key == "star" else ""
        cut = len(label) if self.way.key == "option" else 1
        tail = self._label_runs(label[cut:], *([BOLD] * bold)) if label[cut:] else ""
        return star + self.hand.plain(label[:cut], *dict.fromkeys(props)) + tail + self.hand.runs(text, *whole)

    def _letter(self, letter: str) -> str:
        if self.way.slips:
            return self.random.choice(SLIP_LABELS).format(letter)
        if self.way.label == "Ａ":
            return f"{chr(ord(letter) - 65 + ord('Ａ'))}．"
        if self.way.label == "lower":
            return f"{letter.lower()}. "
        label = self.way.label.format(letter)
        return label.replace(" ", "\u00a0") if self.way.odd_spaces else label

    def _options(self, question: Question) -> str:
        options, layout = self.options_of(question), self.way.layout
        lengths = [len(TOKEN.sub("xxxx", text)) for text in question.options]
        if layout == "mixed":
            layout = "lines" if max(lengths) > 40 else self.random.choice(
                ("tabs", "spaces", "cells", "lines") if max(lengths) < 16 else ("two", "lines"))
        elif layout in ("tabs", "spaces", "cells", "boxes") and max(lengths) > 60:
            layout = "lines"
        return _LAYOUTS[layout](self, options)

    def _lines(self, options: list[str]) -> str:
        if self.way.label == "auto":
            number = self.hand.package.add_list(("upperLetter", "%1."))
            return "".join(paragraph(option, ooxml.numbered(number)) for option in options)
        return "".join(paragraph(option, '<w:ind w:left="283"/>') for option in options)

    def _tabs(self, options: list[str]) -> str:
        lead = run("\t") if self.random.random() < 0.5 else ""
        return paragraph(lead + run("\t").join(options))

    def _spaces(self, options: list[str]) -> str:
        return paragraph(run(" " * self.random.choice((1, 4, 9)) if not self.way.slips else " ").join(options))

    def _two(self, options: list[str]) -> str:
        pairs = [options[n:n + 2] for n in range(0, len(options), 2)]
        return "".join(paragraph(run("\t") + run("\t\t").join(pair)) for pair in pairs)

    def _cells(self, options: list[str]) -> str:
        width = self.random.choice((2, 4))
        rows = [[paragraph(each) for each in options[n:n + width]] for n in range(0, len(options), width)]
        return ooxml.table(rows, border=False)

    def _boxes(self, options: list[str]) -> str:
        return paragraph("".join(ooxml.text_box(paragraph(option)) for option in options))

    def _in_one_paragraph(self, first: str, more: list[str], question: Question) -> str:
        lines = [first, *map(self.hand.runs, more), *self.options_of(question)]
        return paragraph(run("\v").join(lines)) + self._after(question)

    def _statements(self, question: Question) -> str:
        if self.way.truth == "columns":
            rows = [[paragraph(run(text, BOLD)) for text in ("Mệnh đề", "Đ", "S")]]
            for place, text in enumerate(question.options):
                ticks = ["X" if (place in question.right) == true else "" for true in (True, False)]
                rows.append([paragraph(self.hand.runs(f"{chr(97 + place)}) {text}")), *(paragraph(run(t)) for t in ticks)])
            return ooxml.table(rows)
        body = ""
        for place, text in enumerate(question.options):
            true, letter = place in question.right, chr(97 + place)
            marked = true and self.way.truth == "mark" and self.way.key in ("letter", "option")
            props = [MARKS[self.way.mark]] if marked else []
            suffix = (" (Đ)" if true else " (S)") if self.way.truth == "suffix" else ""
            body += paragraph(self.hand.plain(f"{letter})", *props) + run(" ")
                              + self.hand.runs(text, *(props if self.way.key == "option" else [])) + run(suffix))
        return body

    def _after(self, question: Question) -> str:
        """What stands under a question: its key, its answer, its solution."""
        body = ""
        if question.kind == "choice" and self.way.key == "each":
            body += paragraph(run(f"Đáp án: {letters(question)}", BOLD))
        if question.kind == "statements" and self.way.truth == "each":
            said = "; ".join(f"{chr(97 + n)}) {'Đ' if n in question.right else 'S'}" for n in range(4))
            body += paragraph(run(f"Đáp án: {said}"))
        if question.kind == "short" and self.way.key not in ("table", "line", "letters", "none"):
            body += paragraph(self._label_runs(self.way.short, BOLD) + run(question.answer))
        if self.way.solutions and self.way.key != "end":
            body += self._solution(question)
        return body

    def _solution(self, question: Question) -> str:
        chosen = question.kind == "choice" and self.way.key == "chosen"
        if not question.explanation and not chosen:
            return ""
        head = self.random.choice(("Lời giải", "Hướng dẫn giải", "Lời giải:"))
        lines = question.explanation.split("\n") if question.explanation else []
        body = paragraph(run(head, BOLD), '<w:jc w:val="center"/>')
        body += paragraph(run(f"Chọn {letters(question)}", BOLD)) if chosen else ""
        return body + "".join(paragraph(self.hand.runs(line)) for line in lines)


def letters(question: Question) -> str:
    """The letters of the right options."""
    return "".join(chr(65 + place) for place in question.right)


_LAYOUTS = {"lines": Pen._lines, "tabs": Pen._tabs, "spaces": Pen._spaces, "two": Pen._two, "cells": Pen._cells,
            "boxes": Pen._boxes, "breaks": Pen._lines}
