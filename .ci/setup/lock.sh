#!/bin/sh
# Write requirements.txt and requirements-dev.txt anew from pyproject.toml.
# Pins that still fit stay; `sh .ci/setup/lock.sh --upgrade` takes the newest of everything.
# uv lives in a throw-away environment. It does not read pip's settings, so the index pip uses is
# handed to it; neither ends up in the files.
set -eu
cd "$(dirname "$0")/../.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"${PYTHON:-python3}" -m venv "$scratch/uv"
"$scratch/uv/bin/pip" install --quiet --disable-pip-version-check uv

index=$("$scratch/uv/bin/pip" config list | sed -n "s/^[a-z:.]*\.index-url='\(.*\)'$/\1/p" | tail -1)
if [ -n "$index" ]; then
    export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
fi

compile() {
    output=$1
    shift
    "$scratch/uv/bin/uv" pip compile --quiet --no-progress --universal --python-version 3.11 \
        --generate-hashes --custom-compile-command "make lock" \
        --output-file "$output" "$@" pyproject.toml
}

compile requirements.txt --group build "$@"
compile requirements-dev.txt --group build --group dev --constraints requirements.txt "$@"
