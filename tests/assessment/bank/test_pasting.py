"""What is pasted becomes teaching text: as Word writes its clipboard, as pages do, and as an attacker would."""

import base64

import pytest

from assessment.bank.pasted_formulas import read_mathml, read_office
from assessment.bank.pasting import read_paste
from lms.core.db import db
from lms.core.errors import Forbidden, Invalid
from tests.assessment.bank.test_media_bytes import picture
from tests.factories.identity import make_actor, make_person

CAMBRIA = "<span style='font-family:\"Cambria Math\",serif'>"
FRACTION = (f"<m:oMath><m:f><m:fPr>{CAMBRIA}<m:ctrlPr></m:ctrlPr></span></m:fPr><m:num><i style='mso-bidi-font-style:"
            f"normal'>{CAMBRIA}<m:r>1</m:r></span></i></m:num><m:den><i>{CAMBRIA}<m:r>2</m:r></span></i></m:den></m:f>"
            f"<i>{CAMBRIA}<m:r>+</m:r></span></i><m:rad><m:radPr><m:degHide m:val=\"on\"/>{CAMBRIA}"
            f"<m:ctrlPr></m:ctrlPr></span></m:radPr><m:deg></m:deg><m:e><i>{CAMBRIA}<m:r>x</m:r></span></i></m:e></m:rad></m:oMath>")
INTEGRAL = ('<m:oMathPara><m:oMath><m:nary><m:naryPr><m:limLoc m:val="undOvr"/></m:naryPr><m:sub><m:r>0</m:r></m:sub>'
            "<m:sup><m:r>1</m:r></m:sup><m:e><m:sSup><m:e><m:r>x</m:r></m:e><m:sup><m:r>2</m:r></m:sup></m:sSup>"
            "<m:r>dx</m:r></m:e></m:nary></m:oMath></m:oMathPara>")
WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:m="http://schemas.microsoft.com/office/2004/12/omml">
<head><meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {{margin:0cm}} --></style></head>
<body lang=VI style='tab-interval:36.0pt'><!--StartFragment-->
<p class=MsoNormal><b style='mso-bidi-font-weight:normal'>Câu 1.</b> Cho <i>H</i><sub>2</sub>O và
<span style='font-weight:bold'>đậm</span>, giá trị <!--[if gte msEquation 12]>{FRACTION}<![endif]--><![if !msEquation]>
<span style='position:relative'><img src="file:///C:/Temp/clip_image002.png"></span><![endif]> là<o:p></o:p></p>
<p class=MsoNormal><!--[if gte msEquation 12]>{INTEGRAL}<![endif]--><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>một</p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>hai</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'>
<![if !supportLists]><span>a)<span>&nbsp; </span></span><![endif]>
ba</p>
<table class=MsoTableGrid border=1><tr><td width=10 style='border:solid'><p class=MsoNormal>x</p></td>
<td colspan=2>y</td></tr></table>
<p class=MsoNormal><!--[if gte vml 1]><v:shape><v:imagedata src="file:///C:/Temp/clip_image004.jpg"/></v:shape><![endif]-->
<![if !vml]><img width=30 height=20 src="file:///C:/Temp/clip_image004.jpg" v:shapes="P1"><![endif]></p>
<!--EndFragment--></body></html>"""


@pytest.fixture
def teacher(request_context):
    return make_actor(make_person("teacher"))


def test_office_formulas_and_mathml_become_tex():
    assert read_office([FRACTION, "no formula", INTEGRAL]) == [
        r"\frac{1}{2} + \sqrt{x}", None, r"\int_{0}^{1}{x^{2}dx}"]
    assert read_mathml(["<math><mfrac><mi>a</mi><msqrt><mi>b</mi></msqrt></mfrac></math>", "<math></math>"]) == [
        r"\frac{a}{\sqrt{b}}", None]
    assert read_office([]) == read_mathml([]) == []


def test_word_keeps_emphasis_lists_tables_and_formulas(teacher):
    pasted = read_paste(teacher, WORD)
    assert r"<b>Câu 1.</b> Cho <i>H</i><sub>2</sub>O và <b>đậm</b>, giá trị \(\frac{1}{2} + \sqrt{x}\) là" \
        in pasted.html
    assert r"\[\int_{0}^{1}{x^{2}dx}\]" in pasted.html
    assert "<ul><li>một</li>" in pasted.html.replace("\n", "")
    assert "<ol><li>ba</li></ol>" in pasted.html
    assert '<td colspan="2">y</td>' in pasted.html
    assert pasted.html.count("[[picture-1]]") == 1
    assert (pasted.waiting, pasted.notes) == (1, [])
    for rest in ("Mso", "style", "o:p", "file:", "endif", "class", "·"):
        assert rest not in pasted.html, rest


def test_pictures_that_come_along_are_kept_and_others_are_told(teacher):
    inside = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    pasted = read_paste(teacher, f'<p>a <img src="{inside}" alt="Hình"> b <img src="https://x.test/a.png"> '
                                 '<img src="data:image/png;base64,AAAA"><iframe src="https://x.test"></iframe></p>')
    db.session.flush()
    assert pasted.html.count("<img") == 1
    assert '/items/media/' in pasted.html
    assert 'alt="Hình"' in pasted.html
    assert len(pasted.notes) == 3


def test_what_cannot_be_read_is_said_and_stands_as_a_mark(teacher):
    pasted = read_paste(teacher, "<p>x <math><mspace/></math> "
                                 '<!--[if gte vml 1]><o:OLEObject ProgID="Equation.DSMT4"/><![endif]--></p>')
    assert "[?]" in pasted.html
    assert len(pasted.notes) == 2


@pytest.mark.parametrize("hostile", [
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<a href='javascript:alert(1)'>x</a>",
    "<svg onload=alert(1)>", "<math><mtext><script>alert(1)</script></mtext></math>", "<style>*{color:red}</style>",
    "<!--[if gte msEquation 12]><m:oMath><script>alert(1)</script><m:r>x</m:r></m:oMath><![endif]-->",
    "\ue0005\ue001", "<p style='mso-list:l0 level9 lfo1'>x", "<" * 3000, "<b>" * 400])
def test_hostile_paste_is_only_text(teacher, hostile):
    html = read_paste(teacher, hostile).html
    for sign in ("<script", "onerror", "onload", "javascript", "<style", "<svg", "<math"):
        assert sign not in html


def test_too_much_is_refused_and_students_paste_nothing(teacher):
    with pytest.raises(Invalid):
        read_paste(teacher, "x" * 8_000_001)
    with pytest.raises(Forbidden):
        read_paste(make_actor(make_person("student")), "x")
