#!/bin/sh
# fonts.sh FOLDER PYTHON: put the seven font files of the printed papers into FOLDER, those that are missing.
#   仿宋 楷体 小标宋  Fandol, out of Debian's texlive-lang-chinese (its dependencies are not needed)
#   黑体 宋体         Noto Sans/Serif CJK, of the installed package fonts-noto-cjk
# Files somebody put there by hand stay. Then custody/infra/fonts.py writes the renderer's
# configuration and looks at every file. Where all is there, this costs a few milliseconds.
set -eu
. "$(dirname "$0")/say.sh"

folder=$1
python=$2
fandol="FandolFang-Regular.otf FandolKai-Regular.otf FandolSong-Bold.otf"
noto="NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc NotoSerifCJK-Regular.ttc NotoSerifCJK-Bold.ttc"

missing=
for font in $noto $fandol; do
    [ -e "$folder/$font" ] || missing="$missing $font"
done
if [ -z "$missing" ] && [ "$folder/fonts.conf" -nt custody/infra/fonts.py ] &&
    grep -qF "<dir>$folder</dir>" "$folder/fonts.conf"; then
    exit 0
fi

mkdir -p "$folder" 2>/dev/null || true
[ -w "$folder" ] || give_up "the font folder $folder cannot be written." \
    "字体目录 $folder 无法写入。请修改目录权限，或另设 CUSTODY_FONTS。"

for font in $noto; do
    [ ! -e "$folder/$font" ] || continue
    source=$(dpkg -L fonts-noto-cjk 2>/dev/null | grep "/$font\$" || true)
    [ -n "$source" ] || give_up "$font is not in the package fonts-noto-cjk; put it into $folder." \
        "未找到字体 ${font}，请将该文件放入 $folder。"
    # A hard link costs no space and keeps these bytes when the system's package is updated.
    ln "$source" "$folder/$font" 2>/dev/null || cp "$source" "$folder/$font"
done

missing=
for font in $fandol; do
    [ -e "$folder/$font" ] || missing="$missing $font"
done
if [ -n "$missing" ]; then
    say "Fetching fonts out of texlive-lang-chinese (a download of 49 MB, once)"
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    fetch() {
        (cd "$scratch" && apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=3 \
            download texlive-lang-chinese </dev/null >log 2>&1)
    }
    if ! fetch && ! { apt_get update >/dev/null 2>&1; fetch; }; then
        tail -5 "$scratch/log" >&2
        give_up "texlive-lang-chinese could not be downloaded. Check the network and
         /etc/apt/sources.list and run make again, or put$missing into $folder." \
            "字体下载失败。请检查网络和软件源后重新执行 make，或将$missing 放入 $folder。"
    fi
    dpkg-deb --fsys-tarfile "$scratch"/texlive-lang-chinese_*.deb |
        tar -x -C "$scratch" --wildcards '*/fonts/opentype/public/fandol/*.otf'
    for font in $missing; do
        find "$scratch" -name "$font" -exec mv {} "$folder/$font" \;
    done
fi

if ! CUSTODY_FONTS=$folder "$python" -m custody.infra.fonts; then
    rm -f "$folder/fonts.conf"
    give_up "the fonts in $folder are not as they should be; see the lines above." \
        "字体检查未通过，请按上面的提示处理。"
fi
