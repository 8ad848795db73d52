"""PACS nodes: what the user has set up, and what is asked of them by DIMSE and DICOMweb.

The only room that opens the network; see ``core/process/network``.
"""
