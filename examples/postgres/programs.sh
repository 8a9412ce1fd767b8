# The distribution's own PostgreSQL, the newest that is installed: initdb and postgres are not on the PATH there.
for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
  if [ -x "$folder/postgres" ]; then PATH="$folder:$PATH"; fi
done
export PATH
