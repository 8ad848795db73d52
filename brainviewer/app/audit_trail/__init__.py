"""The audit trail as the application uses it: recording, switching, looking, taking out.

``recording.record`` and ``recording.audited`` are called by what both the window and the command
line do. They raise BrainViewerError where a line cannot be written, and what was to be recorded is
then not done.
"""
