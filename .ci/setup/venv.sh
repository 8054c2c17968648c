#!/bin/sh
# Make .venv with the Python named in PYTHON, and note where, so that make can tell a moved one.
set -eu
. .ci/setup/say.sh
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    give_up "Python 3.11 or newer is needed, '$python' is not. Name another: make PYTHON=python3.11" \
        "需要 Python 3.11 或更高版本，请用 make PYTHON=python3.11 指定。"

# Debian keeps this part of Python in a package of its own; other Pythons have it.
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    sh .ci/setup/packages.sh "$(basename "$(readlink -f "$(command -v "$python")")")-venv"

say "Making .venv with $("$python" --version)"
"$python" -m venv --clear .venv
pwd -P >.venv/.made-in
