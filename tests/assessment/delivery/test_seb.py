"""Safe Exam Browser's keys, by the rules and the example of its documentation."""

import plistlib
from datetime import UTC, datetime
from hashlib import sha256

from assessment.delivery import seb

# Parts of the example of a SEB-JSON string in the documentation of the Config Key, in another order.
EXAMPLE = {
    "zoomMode": 0,
    "URLFilterRules": [{"regex": False, "expression": "safeexambrowser.org/exams", "active": True, "action": 1}],
    "urlFilterRegex": True, "URLFilterMessage": 1, "URLFilterIgnoreList": [],
    "startURL": "http://www.safeexambrowser.org/exams",
    "allowedDisplaysMaxNumber": 1, "allowDownUploads": False, "allowedDisplayBuiltin": True, "additionalResources": [],
    "allowFlashFullscreen": False, "browserMessagingSocket": "ws:\\localhost:8706",
    "proxies": {"FTPPort": 21, "ExceptionsList": []},
    "mainBrowserWindowWidth": "100%", "originatorVersion": "SEB_OSX_2.1.4", "embeddedCertificates": [],
}
WRITTEN = (
    '{"additionalResources":[],"allowDownUploads":false,"allowedDisplayBuiltin":true,"allowedDisplaysMaxNumber":1,'
    '"allowFlashFullscreen":false,"browserMessagingSocket":"ws:\\localhost:8706","embeddedCertificates":[],'
    '"mainBrowserWindowWidth":"100%","proxies":{"ExceptionsList":[],"FTPPort":21},'
    '"startURL":"http://www.safeexambrowser.org/exams","URLFilterIgnoreList":[],"URLFilterMessage":1,'
    '"urlFilterRegex":true,"URLFilterRules":[{"action":1,"active":true,"expression":"safeexambrowser.org/exams",'
    '"regex":false}],"zoomMode":0}')


def test_settings_are_written_as_in_the_documentation() -> None:
    hashed = {name: value for name, value in EXAMPLE.items() if name != "originatorVersion"}
    assert seb.seb_json(hashed) == WRITTEN
    assert seb.config_key(EXAMPLE) == sha256(WRITTEN.encode()).hexdigest()


def test_data_dates_and_empty_dictionaries() -> None:
    moment = datetime(2026, 6, 11, 0, 30, tzinfo=UTC)
    given = {"salt": b"\x00\x01\xff", "at": moment, "none": {}, "deep": [{"b": {}, "a": "Việt"}]}
    assert seb.seb_json(given) == '{"at":"2026-06-11T00:30:00Z","deep":[{"a":"Việt"}],"salt":"AAH/"}'


def test_a_request_proves_the_key_for_its_own_address_only() -> None:
    settings = seb.exam_settings("https://thi.example.vn/exams/1/start", "https://thi.example.vn/quit",
                                 hosts=["thi.example.vn"])
    key = seb.config_key(settings)
    sent = sha256(f"https://thi.example.vn/exams/1/start{key}".encode()).hexdigest()
    assert seb.proves("https://thi.example.vn/exams/1/start#top", [key], sent)
    assert seb.proves("https://thi.example.vn/exams/1/start", ["0" * 64, key], sent.upper())
    for url, keys, given in (("https://thi.example.vn/exams/2/start", [key], sent),
                             ("https://thi.example.vn/exams/1/start", ["0" * 64], sent),
                             ("https://thi.example.vn/exams/1/start", [key], ""),
                             ("https://thi.example.vn/exams/1/start", [key], key),
                             ("https://thi.example.vn/exams/1/start", [], sent)):
        assert not seb.proves(url, keys, given)


def test_the_file_holds_what_the_key_is_made_of() -> None:
    settings = seb.exam_settings("https://thi.example.vn/a?b=c&d=đ", "https://thi.example.vn/quit",
                                 hosts=["thi.example.vn", "tep.example.vn"], quit_hash=seb.hash_password("rời đi"))
    read = plistlib.loads(seb.seb_file(settings))
    assert seb.config_key(read) == seb.config_key(settings)
    assert read["allowQuit"]
    assert read["hashedQuitPassword"] == sha256("rời đi".encode()).hexdigest()
    assert [rule["expression"] for rule in read["URLFilterRules"]] == ["thi.example.vn", "tep.example.vn"]
