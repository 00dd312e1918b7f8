"""`python -m assay_training <command>`: finds the commands of every room of the package and runs one.

The package itself and each of its rooms (sub-packages) may have a module `commands.py` with
`COMMANDS: dict[str, Command]`, where a command is a callable taking the remaining arguments (`list[str]`) and returning an exit code or None. The first line of its doc
string is its help. `commands.py` should import its heavy parts inside the functions, so that `--help` is quick.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable

import assay_training
from assay_training.freed_memory import keep_freed_memory

Command = Callable[[list[str]], "int | None"]


def discover() -> dict[str, Command]:
    """All commands by name; two rooms that offer the same name are an error."""
    found: dict[str, Command] = {}
    rooms = sorted(m.name for m in pkgutil.iter_modules(assay_training.__path__) if m.ispkg)
    for name in ["assay_training.commands", *(f"assay_training.{room}.commands" for room in rooms)]:
        if importlib.util.find_spec(name) is None:
            continue
        for command, run in importlib.import_module(name).COMMANDS.items():
            if command in found:
                raise RuntimeError(f"two rooms offer the command {command}")
            found[command] = run
    return found


def main(argv: list[str]) -> int:
    commands = discover()
    if not argv or argv[0] not in commands:
        print("usage: python -m assay_training <command> [options]\n", file=sys.stderr)
        for name, run in sorted(commands.items()):
            print(f"  {name:<18} {(run.__doc__ or '').strip().splitlines()[0]}", file=sys.stderr)
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    keep_freed_memory()
    return commands[argv[0]](argv[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
