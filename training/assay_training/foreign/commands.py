"""Commands of the foreign models."""

from __future__ import annotations


def foreign_models(argv: list[str]) -> None:
    """write small models with the inputs and outputs of public ones, for the product's tests"""
    from assay_training.foreign.export import main

    main(argv)


COMMANDS = {"foreign-models": foreign_models}
