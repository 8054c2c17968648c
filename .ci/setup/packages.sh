#!/bin/sh
# packages.sh PACKAGE…: install the Debian packages that are not there yet.
# Where nothing is missing apt is not called, so this costs a few milliseconds on every start.
set -eu
. "$(dirname "$0")/say.sh"

if ! command -v dpkg-query >/dev/null; then
    say "No dpkg here, so these are taken as installed by other means: $*"
    exit 0
fi

installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed=//p' | tr '\n' ' ')"
missing=
for package; do
    case $installed in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

by_hand="apt-get update && apt-get install --no-install-recommends$missing"
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    give_up "these system packages are missing and need root:$missing
         As root: $by_hand" \
        "缺少系统软件包，需要管理员权限安装。请以 root 执行：$by_hand"
fi

say "Installing system packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# An update that fails for one source of several is no reason to stop; a package not found is.
apt_get update >"$log" 2>&1 || true
# shellcheck disable=SC2086
if ! apt_get install -y --no-install-recommends $missing >>"$log" 2>&1; then
    tail -5 "$log" >&2
    give_up "apt could not install:$missing
         Check the network and /etc/apt/sources.list, then as root: $by_hand
         and run make again." \
        "系统软件包安装失败。请检查网络和软件源，以 root 执行：${by_hand}，然后重新执行 make。"
fi
