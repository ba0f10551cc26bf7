"""An item as it stood in its file, for the eye of a teacher: its text and choices first, then its XML."""

from collections.abc import Iterator
from html import escape

from lxml import etree

from assessment.bank.markup import plain_text
from assessment.interchange.qti.mathml import to_tex
from assessment.interchange.qti.tree import Element, text_of
from lms.core.i18n import _

LONGEST_XML, LONGEST_LINE, MOST_LINES = 20_000, 2_000, 200
_CHOICES = frozenset(("simpleChoice", "simpleAssociableChoice", "gapText", "gapImg", "inlineChoice", "hotspotChoice",
                      "associableHotspot", "response_label"))
_ENTRIES = frozenset(("textEntryInteraction", "extendedTextInteraction", "gap", "render_fib", "uploadInteraction"))
_INLINE = frozenset(("b", "i", "em", "strong", "u", "sub", "sup", "span", "a", "small", "hottext", "q", "code",
                     "material", "flow_mat"))


def source_of(root: Element) -> str:
    """HTML that shows an item of any QTI: what a reader sees, what the file calls right, and the XML itself."""
    lines = "".join(f"<p>{line}</p>" for line in _lines(root))
    xml = etree.tostring(root, encoding="unicode", pretty_print=True, with_tail=False)
    return f"{lines}<pre>{escape(xml[:LONGEST_XML])}</pre>"


def _lines(root: Element) -> Iterator[str]:
    body = next((each for each in (root.find("itemBody"), root.find("presentation")) if each is not None), None)
    if body is None:
        return
    text = "".join(_shown(body))
    for line in [each for each in (" ".join(part.split()) for part in text.split("\n")) if each][:MOST_LINES]:
        yield line[:LONGEST_LINE]
    right = [text_of(value) for value in root.iterfind("responseDeclaration/correctResponse/value")]
    names = {label.get("ident"): plain_text(text_of(label), limit=80) for label in root.iter("response_label")}
    right += [names.get(text_of(value)) or text_of(value)
              for value in root.iterfind(".//respcondition[setvar]/conditionvar//varequal")
              if not any(above.tag == "not" for above in value.iterancestors())]
    if right:
        yield escape(_("Right in the file: %(values)s", values=", ".join(right)[:LONGEST_LINE]), quote=False)


def _shown(element: Element) -> Iterator[str]:
    """The text of an element, a line for each block and each choice."""
    name = element.tag if isinstance(element.tag, str) else ""
    if name == "math":
        yield escape(to_tex(element).html, quote=False)
    elif name in ("img", "object", "matimage"):
        told = element.get("alt") or text_of(element) or element.get("data") or element.get("src") or element.get("uri")
        yield escape(f"[{told or name}]", quote=False)
    elif name in _ENTRIES:
        yield " ____ "
    elif name == "mattext":
        yield escape(plain_text(element.text or "", limit=LONGEST_LINE), quote=False) + " "
    elif name not in ("annotation", "annotation-xml"):
        yield from _inside(element, name)


def _inside(element: Element, tag: str) -> Iterator[str]:
    if tag in _CHOICES:
        name = f"{escape(element.get('identifier') or '', quote=False)}: " if element.get("identifier") else ""
        yield f"\n☐ {name}"
    elif tag not in _INLINE:
        yield "\n"
    yield escape(element.text or "", quote=False).replace("\n", " ")
    for child in element:
        yield from _shown(child)
        yield escape(child.tail or "", quote=False).replace("\n", " ")
    if tag not in _INLINE:
        yield "\n"
