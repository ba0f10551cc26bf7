"""The versions of QTI that are written: where they differ, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    """One version of QTI: its namespaces and addresses, and what its schema lets an item hold."""

    name: str
    space: str
    """Namespace of items and tests."""
    schema: str
    """Address of their schema."""
    package_space: str
    package_schema: str
    package_version: str
    templates: str
    """Address of a standard rule, with `{}` for its name."""
    is_dashed: bool = False
    """Names are spelt `qti-item-body`, texts of QTI stand in a `qti-content-body`, shared texts are files of QTI;
    and the text is HTML5, with `data-` attributes, sounds, figures and lists that begin anywhere."""
    has_rich_gaps: bool = True
    """The words of a pool may hold formulas and pictures."""
    says_who_marks: bool = True
    """An outcome may say that a person marks (`externalScored`)."""

    @property
    def kind(self) -> str:
        """The version in the type of a resource: `imsqti_item_xml{kind}`."""
        return "v" + self.name.replace(".", "p")


def _two(minor: int, schema: str, **lacks: bool) -> Version:
    return Version(
        f"2.{minor}", f"http://www.imsglobal.org/xsd/imsqti_v2p{minor}", schema,
        "http://www.imsglobal.org/xsd/imscp_v1p1", f"QTIv2.{minor} Package", "1.0.0",
        f"http://www.imsglobal.org/question/qti_v2p{minor}/rptemplates/{{}}", **lacks)


V21 = _two(1, "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd", has_rich_gaps=False, says_who_marks=False)
V22 = _two(2, "http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd")
V30 = Version(
    "3.0", "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml", is_dashed=True)
