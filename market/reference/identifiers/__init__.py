"""Identifiers that other registries issue: one module each, a frozen value, `parse_…`, and a field validator.

Parsing normalises: `parse_credit_code(" 91360781ma35a1b20n ").value` is what is stored and compared. A validator
accepts whatever parses, so a service stores the parsed value, never the text as typed.
"""
