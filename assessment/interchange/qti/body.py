"""The text of a QTI item as HTML of the bank: formulas as TeX, pictures through the sink, gaps as marks."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape

from assessment.bank.markup import TAGS
from assessment.interchange.qti.files import Files
from assessment.interchange.qti.mathml import to_tex
from assessment.interchange.qti.tree import Element, text_of
from assessment.interchange.questions import Refused, Unsure
from lms.core.i18n import _

INTERACTIONS = frozenset([
    "associateInteraction", "choiceInteraction", "customInteraction", "drawingInteraction",
    "endAttemptInteraction", "extendedTextInteraction", "gapMatchInteraction", "graphicAssociateInteraction",
    "graphicGapMatchInteraction", "graphicOrderInteraction", "hotspotInteraction", "hottextInteraction",
    "inlineChoiceInteraction", "matchInteraction", "mediaInteraction", "orderInteraction",
    "portableCustomInteraction", "positionObjectInteraction", "selectPointInteraction", "sliderInteraction",
    "textEntryInteraction", "uploadInteraction",
])
FEEDBACK = frozenset(("feedbackInline", "feedbackBlock", "modalFeedback"))
_SILENT = FEEDBACK | {"stylesheet", "templateDeclaration", "companionMaterialsInfo", "catalogInfo", "script", "style",
                      "annotation", "interactionMarkup", "interactionModules"}
_RENAMED = {"h1": "h3", "h2": "h3", "strike": "s", "del": "s", "ins": "u", "tt": "code", "samp": "code",
            "section": "div", "article": "div", "header": "div", "footer": "div", "main": "div", "center": "div",
            "dl": "ul", "dt": "li", "dd": "li"}
_KEPT_ATTRIBUTES = {"td": ("colspan", "rowspan"), "th": ("colspan", "rowspan", "scope"), "ol": ("start", "type"),
                    "span": ("lang",), "p": ("lang",)}
_STYLES = {"qti-underline": "u", "lms-s": "s", "lms-figure": "figure", "lms-caption": "figcaption"}
_NUMBERS = re.compile(r"lms-(start|type)-(\w{1,9})")
_BLANKS = re.compile(r"[ \t\r\n]+")
_VOID = frozenset(("br", "hr"))


@dataclass
class Page:
    """One item while it is read: where its files are, and what is to be said about it in the end."""

    files: Files
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unsure: list[Unsure] = field(default_factory=list)
    stimulus: str | None = None
    marks: dict[Element, str] = field(default_factory=dict)
    """What stands in the text in place of an element: `[[g1]]` for a gap."""
    variables: dict[str, str] = field(default_factory=dict)
    """The name that a template variable has in the bank."""
    where: str = "prompt"
    is_preformatted: bool = False
    markers_told: bool = False
    """Whether the item tells markers something that is not in the text."""

    def note(self, message: str) -> None:
        """Say once what is not kept."""
        if message not in self.notes:
            self.notes.append(message)

    def problem(self, message: str) -> None:
        """Say once why it cannot be taken as it is."""
        if message not in self.problems:
            self.problems.append(message)

    def doubt(self, where: str, message: str) -> None:
        """Say once what a person should look at."""
        doubt = Unsure(where, message)
        if doubt not in self.unsure:
            self.unsure.append(doubt)

    def html(self, element: Element | None, where: str = "prompt") -> str:
        """What is inside an element, as HTML."""
        if element is None:
            return ""
        self.where = where
        return self._inside(element).strip()

    def part(self, element: Element) -> str:
        """An element itself, with its tail, as HTML."""
        return self._element(element) + self._text(element.tail)

    def picture(self, href: str | None, alt: str, width: str | None = "", height: str | None = "") -> str:
        """An `img`; a picture that is not there is a problem of the question."""
        try:
            kept = self.files.keep(href or "")
        except Refused as refusal:
            self.problem(_("Picture: %(reason)s", reason=str(refusal)))
            return ""
        sizes = "".join(f' {name}="{value}"' for name, value in (("width", width), ("height", height))
                        if value and value.isdigit() and len(value) <= 4)
        return f'<img src="{kept.src}" alt="{escape(" ".join(alt.split()))}"{sizes}>'

    def _inside(self, element: Element) -> str:
        children = list(element)
        if element.tag == "table":  # the foot of a table comes last in HTML, and before the body in QTI 2
            children.sort(key=lambda child: child.tag == "tfoot")
        return self._text(element.text) + "".join(self.part(child) for child in children)

    def _text(self, text: str | None) -> str:
        if not text:
            return ""
        plain = text if self.is_preformatted else _BLANKS.sub(" ", text)
        return escape(plain, quote=False).replace("[[", "[ [")

    def _element(self, element: Element) -> str:
        if element in self.marks:
            return self.marks[element]
        name = element.tag if isinstance(element.tag, str) else ""
        if name in _SILENT or not name:
            return ""
        maker = _MAKERS.get(name)
        if maker is not None:
            return maker(self, element)
        if name in INTERACTIONS:
            return ""
        name = _RENAMED.get(name, name)
        if name in _VOID:
            return f"<{name}>"
        before, self.is_preformatted = self.is_preformatted, self.is_preformatted or name == "pre"
        inside = self._inside(element)
        self.is_preformatted = before
        if name not in TAGS:
            return inside
        kept = "".join(f' {key}="{escape(element.get(key))}"' for key in _KEPT_ATTRIBUTES.get(name, ())
                       if element.get(key))
        if name == "ol":
            kept += _own_numbers(element)
        if name in ("div", "span", "p") and not kept:
            classes = set((element.get("class") or "").split())
            if name != "p":
                name = next((tag for style, tag in _STYLES.items() if style in classes), name)
            if name == "span" or "lms-bare" in classes:
                return inside
        return f"<{name}{kept}>{inside}</{name}>"


def _own_numbers(element: Element) -> str:
    """Where our own writer says in QTI 2 how a list is numbered."""
    return "".join(f' {name}="{value}"' for name, value in _NUMBERS.findall(element.get("class") or ""))


def _math(page: Page, element: Element) -> str:
    tex = to_tex(element, page.variables)
    if tex.doubts or not tex.text:
        page.doubt(page.where, _("a formula uses “%(name)s”, which is not known here; please look at it",
                                 name=", ".join(tex.doubts) or "math"))
    return escape(tex.html, quote=False) if tex.text else escape(text_of(element), quote=False)


def _image(page: Page, element: Element) -> str:
    tex = element.get("data-equation-content")
    if tex:
        return escape(rf"\({tex.strip()}\)", quote=False)
    return page.picture(element.get("src"), element.get("alt") or "", element.get("width"), element.get("height"))


def _object(page: Page, element: Element) -> str:
    """A picture, a sound, or a text that several items share; of nested ones the first that can be kept."""
    kind, href = (element.get("type") or "").lower(), element.get("data") or ""
    if kind.startswith("image/") and "eps" not in kind and "postscript" not in kind:
        alt = text_of(element) if element.find("object") is None else ""
        return page.picture(href, alt[:300], element.get("width"), element.get("height"))
    inner = element.find("object")
    if inner is not None:
        return _object(page, inner)
    if kind.startswith("audio/"):
        return _sound(page, href)
    if kind in ("text/html", "application/xhtml+xml", "application/xml", "text/xml"):
        _share(page, href)
        return ""
    page.problem(_("An embedded object of type %(type)s cannot be kept.", type=(kind or "?")[:60]))
    return page._inside(element)


def _share(page: Page, href: str, title: str = "") -> None:
    try:
        page.stimulus = page.files.share(href, title)
    except Refused as refusal:
        page.problem(_("Shared text: %(reason)s", reason=str(refusal)))


def _sound(page: Page, href: str) -> str:
    try:
        return f'<audio src="{page.files.keep(href).src}" controls></audio>'
    except Refused as refusal:
        page.problem(_("Sound: %(reason)s", reason=str(refusal)))
        return ""


def _audio(page: Page, element: Element) -> str:
    source = element.find("source")
    return _sound(page, element.get("src") or (source.get("src") if source is not None else "") or "")


def _unshowable(page: Page, element: Element) -> str:
    page.problem(_("An embedded object of type %(type)s cannot be kept.", type=str(element.tag)[:60]))
    return ""


def _variable(page: Page, element: Element) -> str:
    name = element.get("identifier") or ""
    if name not in page.variables:
        page.problem(_("The variable %(name)s is shown, but nothing says what it is.", name=name[:60]))
        return ""
    return "{{" + page.variables[name] + "}}"


def _template_text(page: Page, element: Element) -> str:
    page.problem(_("A part of the text is shown only in some draws (%(name)s); that is not supported.",
                   name=str(element.tag)))
    return page._inside(element)


def _rubric(page: Page, element: Element) -> str:
    """What candidates are told stands in the text; what markers are told goes to the key."""
    views = (element.get("view") or "candidate").split()
    if "candidate" not in views:
        page.markers_told = True
        return ""
    return f"<div>{page._inside(element)}</div>"


def _prompt(page: Page, element: Element) -> str:
    inside = page._inside(element).strip()
    if not inside:
        return ""
    blocks = any(isinstance(child.tag, str) and child.tag in _BLOCKS for child in element)
    return inside if blocks else f"<p>{inside}</p>"


def _stimulus_ref(page: Page, element: Element) -> str:
    _share(page, element.get("href") or "", element.get("title") or "")
    return ""


def _breakable(page: Page, element: Element) -> str:
    return page._inside(element)


_BLOCKS = frozenset(("p", "div", "ul", "ol", "table", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6"))
_MAKERS: dict[str, Callable[[Page, Element], str]] = {
    "math": _math, "img": _image, "object": _object, "audio": _audio, "printedVariable": _variable,
    "templateInline": _template_text, "templateBlock": _template_text, "rubricBlock": _rubric, "prompt": _prompt,
    "include": _stimulus_ref, "assessmentStimulusRef": _stimulus_ref, "hottext": _breakable,
    **dict.fromkeys(("video", "iframe", "embed", "applet", "canvas", "svg"), _unshowable),
}


def inner_blocks(elements: Iterable[Element], page: Page) -> str:
    """Several elements one after another."""
    return "".join(page.part(each) for each in elements).strip()
