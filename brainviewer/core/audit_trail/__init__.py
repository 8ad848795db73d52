"""The audit trail as values: its actions, its lines, their seals, and what is wrong with them.

Each line is sealed with HMAC-SHA256 (RFC 2104) by a key of the installation, over all that it says
and the seal of the line before (after Schneier and Kelsey, Secure Audit Logs, 1999).
"""
