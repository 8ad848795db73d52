"""The application without a toolkit: state, verbs, jobs."""
