"""Programs are kept apart or not run at all."""

import pytest

from assessment.bank.types import UnfitKey
from assessment.marking import code_runner
from assessment.marking.code_runner import NoIsolation, judge_program, require_isolation, run_program

KEY = {"tests": [{"input": "2", "output": "4\n"}, {"input": "5", "output": "10"}], "time_ms": 2_000, "memory_mb": 64}
try:
    require_isolation()
    can_isolate = True
except NoIsolation:
    can_isolate = False


def run(program):
    return run_program(program, "", 1_000, 64)


def test_where_nothing_can_be_kept_apart_nothing_is_run(monkeypatch):
    require_isolation.cache_clear()
    monkeypatch.setattr(code_runner, "_NAMESPACES", ("unshare-that-is-missing",))
    with pytest.raises(NoIsolation):
        judge_program(KEY, "print(4)")
    monkeypatch.setattr(code_runner, "_NAMESPACES", ("env",))
    with pytest.raises(NoIsolation):
        judge_program(KEY, "print(4)")
    require_isolation.cache_clear()


def test_a_program_without_tests_cannot_be_marked():
    with pytest.raises(UnfitKey):
        judge_program({"tests": []}, "print(1)")


if can_isolate:
    def test_programs_are_judged_by_their_tests():
        parts = judge_program(KEY, "print(2 * int(input()))   \n")
        assert (parts.right, parts.wrong, parts.total) == (2, 0, 2)
        assert judge_program(KEY, "print(4)").right == 1
        assert judge_program(KEY, "syntax error").right == 0

    @pytest.mark.parametrize("program", [
        "print(open('/etc/passwd').read())", "import os; os.fork()", "a = [0] * 10**9", "while True: print('y' * 1000)",
        "import socket; socket.create_connection(('127.0.0.1', 80), 1)", "open('/work/x', 'w')", "open('/x', 'w')",
        "import os; os.chroot('/tmp')", "open('/tmp/a', 'w').write('a' * 10**7)", "raise SystemExit(3)"])
    def test_nothing_gets_out(program):
        assert run(program).end != "done"

    def test_what_a_program_sees():
        seen = run("import os; print(sorted(os.listdir('/')), dict(os.environ).get('HOME')); open('/tmp/a', 'w')")
        assert seen.end == "done"
        assert "root" not in seen.output
        assert "None" in seen.output

    def test_a_program_that_does_not_end_is_stopped(monkeypatch):
        monkeypatch.setattr(code_runner, "START_SECONDS", 0.3)
        assert run_program("while True: pass", "", 200, 64).end == "stopped"
