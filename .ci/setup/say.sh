# shellcheck shell=sh
# Sourced by the other scripts of this folder: how set-up talks to whoever started it.

say() {
    printf '%s\n' "==> $1"
}

# give_up ENGLISH CHINESE: what is wrong and what to do next, then the end.
give_up() {
    printf '\n%s\n%s\n\n' "Stopped: $1" "已停止：$2" >&2
    exit 1
}

# as_root COMMAND…: directly when we are root, else through sudo; never asks without a terminal.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        return 127
    elif [ -t 0 ] && [ -z "${CI:-}" ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 \
        -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" </dev/null
}
