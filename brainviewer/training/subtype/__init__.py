"""Molecular subtype of gliomas: training, evaluation, packaging."""
