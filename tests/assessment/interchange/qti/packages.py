"""Small packages and items of QTI, written by hand."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from assessment.interchange.questions import MediaInMemory
from assessment.interchange.reading import report_on

V21 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
MATCH = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
MAP = MATCH.replace("match_correct", "map_response")


def item(body, declared="", rule=f'<responseProcessing template="{MATCH}"/>', after="", title="Câu"):
    """A QTI 2.1 item."""
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<assessmentItem xmlns="{V21}" identifier="i" title="{title}" '
            f'adaptive="false" timeDependent="false">{declared}'
            f'<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
            f"<itemBody>{body}</itemBody>{rule}{after}</assessmentItem>").encode()


def declare(*values, cardinality="single", base="identifier", more="", name="RESPONSE"):
    """A responseDeclaration."""
    right = "".join(f"<value>{value}</value>" for value in values)
    correct = f"<correctResponse>{right}</correctResponse>" if values else ""
    return (f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
            f"{correct}{more}</responseDeclaration>")


def choice(prompt="<p>Chọn</p>", title="Câu"):
    """A single choice whose second option is right."""
    return item(f'{prompt}<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">'
                '<simpleChoice identifier="A">một</simpleChoice><simpleChoice identifier="B">hai</simpleChoice>'
                "</choiceInteraction>", declare("B"), title=title)


def manifest(*hrefs, kind="imsqti_item_xmlv2p1"):
    """A manifest of these files; one that begins with `test` is a test."""
    rows = "".join(f'<resource identifier="r{n}" type="{"imsqti_test_xmlv2p1" if href.startswith("test") else kind}" '
                   f'href="{href}"><file href="{href}"/></resource>' for n, href in enumerate(hrefs))
    return (f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><organizations/>'
            f"<resources>{rows}</resources></manifest>").encode()


def zipped(files, listed=None):
    """A zip of these files, with a manifest of the XML among them unless one is given."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        if "imsmanifest.xml" not in files:
            names = listed if listed is not None else [name for name in files if name.endswith(".xml")]
            archive.writestr("imsmanifest.xml", manifest(*names))
        for name, data in files.items():
            archive.writestr(name, data)
    out.seek(0)
    return out


def read(data, media=None):
    """The report of a file."""
    stream = data if hasattr(data, "read") else BytesIO(data)
    return report_on("x", stream, media or MediaInMemory())


def read_one(data):
    """The one question of a file."""
    report = read(data)
    assert not report.problems, report.problems
    [question] = report.questions
    return question
