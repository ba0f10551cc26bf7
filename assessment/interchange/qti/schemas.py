"""Packages held against the published schemas of QTI, which lie in a folder of one's own and are no part of this.

1EdTech publishes them (`imsqti_v2p1.xsd`, `imsqti_v2p2.xsd`, `imsqti_asiv3p0_v1p0.xsd`, `imscp_v1p1.xsd`, and what
they import). Nothing is fetched: an import is looked for by its file name in the folder, and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from assessment.interchange.qti.archive import LARGEST_XML, Archive
from assessment.interchange.qti.tree import Element

_XS = "{http://www.w3.org/2001/XMLSchema}"
_ROOTS = frozenset((
    "assessmentItem", "assessmentTest", "qti-assessment-item", "qti-assessment-test", "qti-assessment-stimulus",
    "manifest"))


@dataclass(frozen=True)
class Verdict:
    """One file of a package: its violations with their lines, or that no schema of the folder knows its root."""

    name: str
    faults: tuple[str, ...] = ()
    is_known: bool = True


class MissingSchema(Exception):
    """A schema of the folder imports one that the folder has not; says which."""


class _FolderOnly(etree.Resolver):
    """Answers every address with the file of that name in the folder."""

    def __init__(self, folder: Path) -> None:
        self.files = {path.name: path for path in sorted(folder.rglob("*.xsd"), reverse=True)}
        self.missing: list[str] = []

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        name = (system_url or "").rpartition("/")[2]
        if name in self.files:
            return self.resolve_string(self.files[name].read_bytes(), context, base_url=name)
        self.missing.append(system_url or public_id or "?")
        return self.resolve_empty(context)


class Schemas:
    """The schemas of a folder, each made ready when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._resolver = _FolderOnly(folder)
        self._parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
        self._parser.resolvers.add(self._resolver)
        self._places = dict(self._roots())
        self._ready: dict[str, Any] = {}

    def _roots(self) -> Iterator[tuple[str, Path]]:
        """Each root element of packages that a schema declares, as `{namespace}name`, and where."""
        for path in self._resolver.files.values():
            root = etree.fromstring(path.read_bytes(), self._parser)
            for element in root.iterfind(f"{_XS}element"):
                if element.get("name") in _ROOTS:
                    yield f"{{{root.get('targetNamespace')}}}{element.get('name')}", path

    def of(self, tag: str) -> Any:
        """The schema that knows this root element, or None; raises MissingSchema."""
        path = self._places.get(tag)
        if path is None:
            return None
        if path.name not in self._ready:
            self._resolver.missing.clear()
            try:
                root = etree.fromstring(path.read_bytes(), self._parser, base_url=path.name)
                self._ready[path.name] = etree.XMLSchema(root)
            except etree.XMLSchemaParseError as error:
                needs = ", ".join(dict.fromkeys(self._resolver.missing)) or str(error)[:300]
                raise MissingSchema(f"{path.name}: {needs}") from error
        return self._ready[path.name]


def check_package(stream: BinaryIO, schemas: Schemas) -> Iterator[Verdict]:
    """Every item, test, shared text and manifest of a package; raises Refused for what is no zip, MissingSchema."""
    archive = Archive(stream)
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    for name in archive.names:
        if not name.endswith(".xml"):
            continue
        try:
            root: Element = etree.fromstring(archive.read(name, LARGEST_XML), parser)
        except etree.XMLSyntaxError as error:
            yield Verdict(name, (str(error),))
            continue
        schema = schemas.of(str(root.tag))
        if schema is None:
            yield Verdict(name, is_known=False)
        else:
            schema.validate(root)
            yield Verdict(name, tuple(f"line {entry.line}: {entry.message}" for entry in schema.error_log))
