"""Who reads the analysis of an exam, and who has it computed."""

from lms.core.permissions import has_role, in_organisation_as, is_owner, rule

rule("analysis:read", is_owner, in_organisation_as("teacher"), has_role("administrator"))
rule("analysis:run", is_owner, in_organisation_as("teacher"), has_role("administrator"))
