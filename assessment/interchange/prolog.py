"""What stands before the root of an XML file, looked at before any parser sees it."""

import re

from assessment.interchange.questions import Refused
from lms.core.i18n import _

PROLOG = 1024**2
_BEFORE_ROOT = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.S)
_ROOT = re.compile(rb"<(?!!)([^\s>/]{1,80})")
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})")
_ENCODINGS = re.compile(rb"(?:utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d|cp125\d)\Z", re.I)


def root_of(head: bytes) -> str:
    """The name of the root, "" where the file ends before it.

    Raises Refused for a document type (entities have no place in question files), for an encoding in which
    one could hide, and for a beginning that holds no root within a megabyte.
    """
    head = head[:PROLOG].replace(b"\0", b"")
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    if (named := _ENCODING.match(head.lstrip())) and not _ENCODINGS.match(named[1]):
        raise Refused(_("the file is in an encoding that is not taken here: %(name)s", name=named[1].decode()))
    before = _BEFORE_ROOT.match(head)
    rest = head[before.end() if before else 0:]
    if re.match(rb"<!DOCTYPE", rest, re.I):
        raise Refused(_("the file declares a document type (DOCTYPE), which is not allowed"))
    root = _ROOT.match(rest)
    if not root and len(head) >= PROLOG // 2:
        raise Refused(_("the XML has no beginning"))
    return root[1].decode("utf-8", errors="replace") if root else ""
