#!/usr/bin/env bash
# One flow: money goes from one account to another, and a line says so. BANK_BUG=race forgets the lock.
set -euo pipefail
source "$(dirname "$0")/programs.sh"
if [ "${BANK_BUG:-}" = race ]; then lock=''; else lock='FOR UPDATE'; fi
source=$((FLOWGATE_ITERATION % 5 + 1))
target=$((source % 5 + 1))

# Rows are locked in order of their id, so that no two flows wait for each other.
psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 -v token="$FLOWGATE_TOKEN" -v source=$source -v target=$target <<SQL
BEGIN;
SELECT id FROM accounts WHERE id IN (:source, :target) ORDER BY id $lock \g /dev/null
SELECT balance AS before_source FROM accounts WHERE id = :source \gset
SELECT balance AS before_target FROM accounts WHERE id = :target \gset
SELECT pg_sleep(0.01) \g /dev/null
UPDATE accounts SET balance = CASE id WHEN :source THEN :before_source - 10 ELSE :before_target + 10 END
  WHERE id IN (:source, :target);
INSERT INTO transfers VALUES (:'token', :source, :target, 10);
COMMIT;
SQL
