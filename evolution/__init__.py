"""Evolution through Large Models: walkers as programs, mutated, simulated, archived.

A library for researchers: no Django, no Celery, no server. The path of a
program, top to bottom, is

    program text -> sandbox -> Walker -> simulation -> Evaluation -> archive

Source of the method: Lehman et al., "Evolution through Large Models" (2022).
"""

__version__ = "0.1.0"
