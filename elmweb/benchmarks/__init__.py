"""Figures of the application that we claim: `python manage.py benchmark NAME`."""
