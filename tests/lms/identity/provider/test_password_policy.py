"""What a new password must be, and that the reason is said."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from lms.core.errors import Invalid
from lms.core.permissions import SYSTEM
from lms.identity.provider import password_policy, services
from lms.identity.provider.password_policy import check_new_password, is_breached


def judge(password: str) -> str:
    """Why it is refused, in English; empty where it is not."""
    try:
        with force_locale("en"):
            check_new_password(password, username="hoa.nt", name="Nguyễn Thị Hoa", organisation="01-THPT-0001")
    except Invalid as refused:
        return refused.problems[0].message
    return ""


@pytest.mark.parametrize("password", [
    "hoa tím bằng lăng", "mưa rào tháng bảy", "ConMeoTrenMai7", "xK9#mm2Lq0", "correct horse battery"])
def test_words_that_do_not_belong_together_are_good(request_context: Flask, password: str) -> None:
    assert judge(password) == ""


@pytest.mark.parametrize(("password", "reason"), [
    ("short", "at least 10 characters"),
    ("password123", "very many people"),
    ("khongcopass1", "very many people"),
    ("Matkhau@2024", "very many people"),
    ("anhyeuem1234", "very many people"),
    ("tuan123456", "very many people"),
    ("M4tkh4u12345", "very many people"),
    ("hoa123456789", "your own name"),
    ("Nguyễn Thị Hoa 1", "your own name"),
    ("NTHoa@2025", "your own name"),
    ("01thpt0001", "your own name"),
    ("qwertyuiop[", "neighbouring keys"),
    ("abcdefghijkl", "abc"),
    ("aaaaaaaaaaaa", "repetitions"),
    ("15081990150", "date"),
])
def test_what_others_try_first_is_refused_and_why(request_context: Flask, password: str, reason: str) -> None:
    assert reason in judge(password)


def test_the_advice_says_how_to_do_better(request_context: Flask) -> None:
    with force_locale("en"), pytest.raises(Invalid) as refused:
        check_new_password("password123", username="hoa", name="Hoa")
    assert any("Three or four words" in problem.message for problem in refused.value.problems)


def test_the_length_is_a_setting(request_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    longer = replace(request_context.extensions["lms.settings"], password_length=20)
    monkeypatch.setitem(request_context.extensions, "lms.settings", longer)
    assert "at least 20" in judge("mưa rào tháng bảy")


def test_a_very_long_password_is_judged_quickly(request_context: Flask) -> None:
    assert judge("đồng lúa chín " * 70) == ""


def _breached_file(folder: Path, words: list[str], end: str) -> str:
    lines = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    file = folder / "breached.txt"
    file.write_bytes("".join(f"{line}:{number}{end}" for number, line in enumerate(lines, 1)).encode())
    return str(file)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_every_line_of_the_breached_file_is_found_and_nothing_else(tmp_path: Path, end: str) -> None:
    words = [f"word number {number}" for number in range(3000)]
    file = _breached_file(tmp_path, words, end)
    assert all(is_breached(word, file) for word in words[::17] + words[-1:])
    assert not any(is_breached(f"no such word {number}", file) for number in range(200))


def test_the_breached_file_is_searched_not_read(tmp_path: Path) -> None:
    file = Path(_breached_file(tmp_path, [str(number) for number in range(20_000)], "\n"))
    read: list[int] = []

    class Counting:
        def __init__(self) -> None:
            self.file = open(file, "rb")  # noqa: SIM115

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

        def readline(self) -> bytes:
            line = self.file.readline()
            read.append(len(line))
            return line

        def __enter__(self) -> "Counting":
            return self

        def __exit__(self, *_error: object) -> None:
            self.file.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_policy.Path, "open", lambda *_args: Counting())
        assert is_breached("12345", str(file))
    assert sum(read) < 2000, "of 900 kB"


def test_an_empty_breached_file_and_none_have_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert not is_breached("x", str(tmp_path / "empty"))
    assert not is_breached("x", "")


def test_a_breached_password_is_refused(
    request_context: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = _breached_file(tmp_path, ["mưa rào tháng bảy"], "\r\n")
    given = replace(request_context.extensions["lms.settings"], breached_passwords=file)
    monkeypatch.setitem(request_context.extensions, "lms.settings", given)
    assert "stolen passwords" in judge("mưa rào tháng bảy")
    assert judge("nắng hạn tháng tư") == ""


def test_administrators_cannot_give_weak_passwords_either(request_context: Flask) -> None:
    with pytest.raises(Invalid):
        services.save_account(SYSTEM, username="lan", password="lan1234567", name="Lan", roles=[])
