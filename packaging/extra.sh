#!/bin/sh
# What the Debian package holds beside the binary: completions and the manual, made by the binary itself.
#   cargo build --profile dist --locked -p gage-cli && sh packaging/extra.sh && cargo deb -p gage-cli --profile dist --no-build
set -eu
folder=${1:-target/dist}
extra=$folder/extra
rm -rf "$extra"
mkdir -p "$extra/man1"
for shell in bash zsh fish; do
    "$folder/gage" completions "$shell" > "$extra/gage.$shell"
done
"$folder/gage" man --dir "$extra/man1"
gzip -9n "$extra/man1/"*.1
