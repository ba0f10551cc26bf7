"""Who may import: those who may write items; a staged file is its owner's alone."""

from lms.core.permissions import has_role, is_owner, rule

rule("import:stage", has_role("teacher", "administrator"))
rule("import:read", is_owner)
rule("import:confirm", is_owner)
