#!/bin/sh
# start-redis.sh PROGRAM [ARGUMENT]...
# Starts a Redis or Valkey, version 7 or newer, that keeps its append-only file in this folder, after cutting off what a kill tore.
#
# A server that is killed while it writes may leave the beginning of a step in its file: MULTI and some commands, without EXEC. The
# next start forgets that step but leaves its MULTI where it was, and writes behind it; at the start after that, the half is
# carried out together with the first step that follows (https://github.com/valkey-io/valkey/pull/4342). So all of it goes first.
set -eu

check=${1%server}check-aof
folder=appendonlydir

"$check" "$folder/appendonly.aof.manifest" </dev/null 2>&1 |
  sed -n 's/^AOF analyzed: filename=\(.*\), size=.*, ok_up_to=\([0-9]*\), .*diff=[1-9].*$/\2 \1/p' |
  while read -r whole file; do
    # The beginning of one step holds no EXEC. Where there is one, more is wrong than a kill explains: the server will say so, and not start.
    if ! tail -c "+$whole" "$folder/$file" | grep -q EXEC; then
      echo "cutting $file off after byte $whole: a step that was being written when the server ended" >&2
      truncate -s "$whole" "$folder/$file"
    fi
  done

exec "$@"
