"""Questions of the bank as packages of QTI 2.2 and 3.0, and as a quiz for Canvas."""

from functools import partial

from assessment.interchange.writers.base import Format
from assessment.interchange.writers.qti import canvas
from assessment.interchange.writers.qti.losses import losses
from assessment.interchange.writers.qti.package import write_package
from lms.core.i18n import _l

QTI_3 = Format("qti_30", _l("QTI 3.0 package"), "zip", "application/zip", losses, partial(write_package, "3.0"))
QTI_22 = Format("qti_22", _l("QTI 2.2 package"), "zip", "application/zip", losses, partial(write_package, "2.2"))
CANVAS = Format("canvas_qti", _l("Canvas (QTI 1.2)"), "zip", "application/zip", canvas.losses, canvas.write)
