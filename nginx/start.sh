#!/bin/sh
# Starts nginx in a container with the parts of nginx.conf that its environment asks for (docs/operations/settings.md).
# RINHA_LIMIT: off, or requests per second for each address. NGINX_TLS, NGINX_METRICS: on, from a compose file.
set -eu
limit=${RINHA_LIMIT:-off} parts=none
case $limit in
  off) ;;
  *[!0-9]* | 0*) echo "RINHA_LIMIT: expected off or a whole number, not '$limit'" >&2 && exit 2 ;;
  *) parts="$parts|limit" ;;
esac
[ "${NGINX_TLS:-off}" = off ] || parts="$parts|tls"
[ "${NGINX_METRICS:-off}" = off ] || parts="$parts|metrics"
files=$(ulimit -Hn) tmp=${TMPDIR:-/tmp}
[ "$files" != unlimited ] && [ "$files" -lt 32768 ] || files=32768
[ "$limit" != off ] || limit=100
sed -E "s/^( *)#($parts): /\\1/; s/rate=100r/rate=${limit}r/; s/burst=200 /burst=$((2 * limit)) /
s/^(worker_rlimit_nofile) 32768/\\1 $files/; s/listen 127.0.0.1:9998/listen 9998/" \
  "${NGINX_TEMPLATE:-/etc/nginx/nginx.conf}" >"$tmp/nginx.conf"
exec nginx -e stderr -p "$tmp/" -c "$tmp/nginx.conf" -g 'daemon off;'
