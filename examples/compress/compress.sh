#!/bin/sh
# Packs this repository's sources into the flow's own folder, unpacks them there and compares checksums.
# tar, gzip, find, sort, cksum and cmp: nothing that a runner has to install.
set -eu

workspace=${FLOWGATE_WORKSPACE:?is set by flowgate}
sources='src docs examples package.json package-lock.json LICENSE'

checksums() {
  # Names have no spaces here; the list is split on purpose.
  find $sources -type f -exec cksum {} + | sort
}

checksums >"$workspace/before"
tar -cf - $sources | gzip -9 >"$workspace/sources.tar.gz"

mkdir "$workspace/unpacked"
gzip -dc "$workspace/sources.tar.gz" | (cd "$workspace/unpacked" && tar -xf -)
(cd "$workspace/unpacked" && checksums) >"$workspace/after"

cmp "$workspace/before" "$workspace/after"
echo "$(wc -l <"$workspace/before") files, $(wc -c <"$workspace/sources.tar.gz") bytes packed, all alike"
