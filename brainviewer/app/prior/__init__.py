"""The prior study of a patient: compared with the open one."""
