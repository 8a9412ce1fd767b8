#!/usr/bin/env bash
# A PostgreSQL server with a database of its own on the given port, until it is told to stop; nothing of it remains.
set -euo pipefail
cd "$(dirname "$0")"
source programs.sh
port=$1

data=$(mktemp -d)
server=
finish() {
  # INT is PostgreSQL's fast shutdown: TERM would wait for clients that are still connected.
  if [ -n "$server" ]; then kill -INT "$server" 2>/dev/null || true; fi
  wait || true
  rm -rf "$data"
}
trap finish EXIT
trap 'exit 0' TERM INT

# PostgreSQL refuses to run as root, as whom containers run.
as=()
if [ "$(id -u)" = 0 ]; then
  user=nobody
  if id postgres >/dev/null 2>&1; then user=postgres; fi
  chown "$user" "$data"
  as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
fi
cd "$data"

"${as[@]}" initdb --pgdata="$data/cluster" --username=flowgate --auth=trust --locale=C --encoding=UTF8 --no-sync >initdb.log
"${as[@]}" postgres -D "$data/cluster" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c shared_buffers=16MB -c fsync=off &
server=$!
wait "$server"
