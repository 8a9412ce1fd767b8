#!/usr/bin/env bash
# The invariant: every account has what its transfers say, and every flow made one.
set -euo pipefail
source "$(dirname "$0")/programs.sh"
ask() { psql --no-psqlrc --tuples-only --no-align -v ON_ERROR_STOP=1 -c "$1"; }

wrong=$(ask "SELECT coalesce(string_agg(format('account %s has %s, its transfers say %s', id, balance, due), '; '), '')
  FROM (SELECT id, balance, 1000 + coalesce((SELECT sum(CASE WHEN target = id THEN amount ELSE -amount END)
    FROM transfers WHERE id IN (source, target)), 0) AS due FROM accounts) books WHERE balance <> due")
made=$(ask 'SELECT count(*) FROM transfers')
flows=$(node -p 'JSON.parse(fs.readFileSync(process.env.FLOWGATE_RESULTS, "utf8")).flows.filter(({ outcome }) => outcome === "ok").length')
if [ -n "$wrong" ]; then echo "$wrong" >&2; exit 1; fi
if [ "$made" != "$flows" ]; then echo "$flows flows were ok, but $made transfers were made" >&2; exit 1; fi
