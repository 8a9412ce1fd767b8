#!/usr/bin/env bash
set -euo pipefail
source "$(dirname "$0")/programs.sh"
psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
CREATE TABLE transfers (token text PRIMARY KEY, source int NOT NULL, target int NOT NULL, amount int NOT NULL);
INSERT INTO accounts SELECT id, 1000 FROM generate_series(1, 5) id;
SQL
