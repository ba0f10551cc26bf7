"""The bare parts of a Word file: runs, paragraphs, tables, text boxes, numbering, headers, and the package."""

import struct
import zlib
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml", "o": "urn:schemas-microsoft-com:office:office",
}
SPACES = " ".join(f'xmlns:{name}="{address}"' for name, address in NAMES.items())
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str, *props: str, font: str = "") -> str:
    """A run; tabs and line breaks in the text become their elements."""
    inner = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}"/>' * bool(font) + "".join(props)
    body = ""
    for piece in escape(text, quote=False).replace("\t", "\0\t\0").replace("\v", "\0\v\0").split("\0"):
        body += {"\t": "<w:tab/>", "\v": "<w:br/>", "": ""}.get(piece, f'<w:t xml:space="preserve">{piece}</w:t>')
    return f"<w:r>{f'<w:rPr>{inner}</w:rPr>' if inner else ''}{body}</w:r>"


def paragraph(inner: str, *props: str) -> str:
    """A paragraph."""
    return f"<w:p>{f'<w:pPr>{chr(10).join(props)}</w:pPr>' if props else ''}{inner}</w:p>"


def numbered(number: int, level: int = 0) -> str:
    """The paragraph property of a list."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def table(rows: list[list[str]], spans: dict[tuple[int, int], int] | None = None, border: bool = True) -> str:
    """A table of cells, each a string of paragraphs; `spans` merges a cell over columns."""
    lines = '<w:tblBorders><w:top w:val="single" w:sz="4"/></w:tblBorders>' if border else ""
    body = ""
    for y, row in enumerate(rows):
        cells = ""
        for x, cell in enumerate(row):
            span = (spans or {}).get((y, x))
            props = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>' if span else ""
            cells += f"<w:tc>{props}{cell or paragraph('')}</w:tc>"
        body += f"<w:tr>{cells}</w:tr>"
    return f"<w:tbl><w:tblPr>{lines}</w:tblPr><w:tblGrid/>{body}</w:tbl>"


def text_box(paragraphs: str) -> str:
    """A run that holds a floating text box, as Word writes it: the new way and the old one beside it."""
    return ('<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData '
            'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:txbx>'
            f"<w:txbxContent>{paragraphs}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor>"
            "</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>"
            f"<w:txbxContent>{paragraphs}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>")


def picture(rel: str, *, floating: bool = False, alt: str = "") -> str:
    """A run that holds a picture."""
    kind = "anchor" if floating else "inline"
    return (f'<w:r><w:drawing><wp:{kind}><wp:extent cx="1270000" cy="952500"/><wp:docPr id="1" name="Picture" '
            f'descr="{escape(alt)}"/><a:graphic><a:graphicData uri="{NAMES["pic"]}"><pic:pic><pic:blipFill>'
            f'<a:blip r:embed="{rel}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:{kind}></w:drawing>'
            "</w:r>")


def png(shade: int) -> bytes:
    """A small picture in one colour."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + bytes((shade, 90, 200 - shade // 2)) * 24 for _ in range(18))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 24, 18, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@dataclass
class Package:
    """A Word file in the making: its body, its pictures, its lists."""

    body: list[str] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    lists: list[list[tuple[str, str]]] = field(default_factory=list)
    """Each list: (format, text) of its levels, as in ("decimal", "Câu %1:")."""
    header: str = ""
    footer: str = ""

    def add_picture(self, data: bytes) -> str:
        """Keep a picture; its relation's name."""
        self.pictures.append(data)
        return f"rIdPic{len(self.pictures)}"

    def add_list(self, *levels: tuple[str, str]) -> int:
        """A new automatic list; its number."""
        self.lists.append(list(levels))
        return len(self.lists)

    def save(self) -> bytes:
        """The bytes of the file."""
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
            archive.writestr("_rels/.rels", _RELS.format(
                f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/>'))
            sections = ('<w:sectPr><w:headerReference w:type="default" r:id="rIdHead"/>'
                        '<w:footerReference w:type="default" r:id="rIdFoot"/></w:sectPr>')
            archive.writestr("word/document.xml", _xml("document", f"<w:body>{''.join(self.body)}{sections}</w:body>"))
            archive.writestr("word/header1.xml", _xml("hdr", self.header or paragraph("")))
            archive.writestr("word/footer1.xml", _xml("ftr", self.footer or paragraph("")))
            archive.writestr("word/numbering.xml", _xml("numbering", self._numbering()))
            archive.writestr("word/_rels/document.xml.rels", _RELS.format(self._relations()))
            for number, data in enumerate(self.pictures, start=1):
                archive.writestr(f"word/media/image{number}.png", data)
        return out.getvalue()

    def _relations(self) -> str:
        rows = [("rIdHead", "header", "header1.xml"), ("rIdFoot", "footer", "footer1.xml"),
                ("rIdNum", "numbering", "numbering.xml")]
        rows += [(f"rIdPic{n}", "image", f"media/image{n}.png") for n in range(1, len(self.pictures) + 1)]
        return "".join(f'<Relationship Id="{name}" Type="{_REL}/{kind}" Target="{target}"/>' for name, kind, target in rows)

    def _numbering(self) -> str:
        abstract = numbers = ""
        for number, levels in enumerate(self.lists, start=1):
            rows = "".join(f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
                           "</w:lvl>" for n, (kind, text) in enumerate(levels))
            abstract += f'<w:abstractNum w:abstractNumId="{number}">{rows}</w:abstractNum>'
            numbers += f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
        return abstract + numbers


def _xml(root: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:{root} {SPACES}>{inner}</w:{root}>'


_RELS = ('<?xml version="1.0" encoding="UTF-8"?>\n<Relationships '
         'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>')
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    + "".join(f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}.{kind}+xml"/>' for name, kind in (
        ("document", "document.main"), ("header1", "header"), ("footer1", "footer"), ("numbering", "numbering")))
    + "</Types>")
