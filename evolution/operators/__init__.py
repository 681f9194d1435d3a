"""Mutation operators: program text in, program text out."""

from evolution.operators.base import Child, Operator, OperatorUnavailable

__all__ = ["Child", "Operator", "OperatorUnavailable"]
