"""Who may import and export: those who may write items; a staged file is its owner's alone."""

from lms.core.i18n import _l
from lms.core.permissions import OWN, SIGNED_IN, rule, to

rule("import:stage", _l("Import questions from a file"), to("teacher", "administrator"))
rule("import:read", _l("See an import"), to(SIGNED_IN, scope=OWN))
rule("import:confirm", _l("Take the questions of an import"), to(SIGNED_IN, scope=OWN))
rule("import:undo", _l("Undo an import"), to(SIGNED_IN, scope=OWN))
rule("export:begin", _l("Export questions"), to("teacher", "administrator"))
rule("export:read", _l("Load questions that were exported"), to(SIGNED_IN, scope=OWN))
