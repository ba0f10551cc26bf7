"""Packages held against schemas of a folder; here a small one of our own, for the published ones are not ours."""

from io import BytesIO

import pytest

from assessment.interchange.qti.schemas import MissingSchema, Schemas, check_package
from assessment.interchange.writers.qti import QTI_21
from tests.assessment.interchange.qti.packages import V21, choice, zipped
from tests.assessment.interchange.samples import MEDIA, items

SCHEMA = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{V21}" targetNamespace="{V21}"
    elementFormDefault="qualified">
  <xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="http://www.w3.org/2001/03/xml.xsd"/>
  <xs:element name="assessmentItem"><xs:complexType><xs:sequence>
    <xs:any maxOccurs="unbounded" processContents="skip"/></xs:sequence>
    <xs:attribute name="identifier" type="xs:NCName" use="required"/>
    <xs:attribute name="title" type="xs:string" use="required"/>
    <xs:attribute name="adaptive" type="xs:boolean"/><xs:attribute name="timeDependent" type="xs:boolean"/>
    <xs:attribute ref="xml:lang"/>
  </xs:complexType></xs:element>
</xs:schema>"""
LANG = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="lang" type="xs:language"/></xs:schema>"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "imsqti_v2p1.xsd").write_text(SCHEMA)
    (tmp_path / "w3").mkdir()
    (tmp_path / "w3" / "xml.xsd").write_text(LANG)
    return tmp_path


def test_files_are_valid_not_valid_or_unknown(folder):
    bad = choice().replace(b' title="C\xc3\xa2u"', b"")
    found = {verdict.name: verdict for verdict in check_package(zipped({"a.xml": choice(), "b.xml": bad}),
                                                                Schemas(folder))}
    assert not found["a.xml"].faults
    assert [fault[:7] for fault in found["b.xml"].faults] == ["line 2:"]
    assert "title" in found["b.xml"].faults[0]
    assert not found["imsmanifest.xml"].is_known


def test_an_import_that_the_folder_has_not_is_named_and_not_fetched(folder):
    (folder / "w3" / "xml.xsd").unlink()
    with pytest.raises(MissingSchema, match=r"2001/03/xml\.xsd"):
        list(check_package(zipped({"a.xml": choice()}), Schemas(folder)))


def test_the_command_counts_and_fails_for_what_it_does_not_know(app, folder, tmp_path):
    out = BytesIO()
    QTI_21.write(items(), out, MEDIA)
    path = tmp_path / "package.zip"
    path.write_bytes(out.getvalue())
    result = app.test_cli_runner().invoke(args=["bank", "check-qti", str(folder), str(path)])
    assert result.exit_code == 1
    assert f"{len(items()) + 2} files, {len(items())} valid, 0 not, 2 of a kind" in result.output
    assert "test.xml: no schema" in result.output
