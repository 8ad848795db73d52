"""A trail that is switched on, in a home of its own."""

import pytest

from brainviewer.app.audit_trail.recording import own_trail
from brainviewer.app.audit_trail.switching import start
from brainviewer.files.audit_trail.trail import AuditTrail


@pytest.fixture
def trail(home: None) -> AuditTrail:
    start()
    return own_trail()
