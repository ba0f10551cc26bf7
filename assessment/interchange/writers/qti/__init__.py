"""Questions of the bank as packages of QTI 2.1, 2.2 and 3.0, and as a quiz for Canvas."""

from functools import partial

from assessment.interchange.writers.base import Format
from assessment.interchange.writers.qti import canvas
from assessment.interchange.writers.qti.losses import losses
from assessment.interchange.writers.qti.package import write_package
from assessment.interchange.writers.qti.versions import V21, V22, V30, Version
from lms.core.i18n import _l


def _package(code: str, name: object, version: Version) -> Format:
    return Format(code, name, "zip", "application/zip", partial(losses, version), partial(write_package, version))


QTI_3 = _package("qti_30", _l("QTI 3.0 package"), V30)
QTI_22 = _package("qti_22", _l("QTI 2.2 package"), V22)
QTI_21 = _package("qti_21", _l("QTI 2.1 package"), V21)
CANVAS = Format("canvas_qti", _l("Canvas (QTI 1.2)"), "zip", "application/zip", canvas.losses, canvas.write)
