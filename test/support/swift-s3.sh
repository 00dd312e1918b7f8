#!/bin/sh
# A real S3 server for tests: OpenStack Swift with its S3 API, one node, from Debian's packages.
#
#   swift-s3.sh DIR PROXY_PORT OBJECT_PORT CONTAINER_PORT ACCOUNT_PORT MEMCACHED_PORT
#
# Runs until its stdin closes, then ends every server and removes DIR. Credentials: test:tester / testing.
set -eu

dir=$1 proxy_port=$2 object_port=$3 container_port=$4 account_port=$5 memcached_port=$6
etc=$dir/etc
servers=

stop() {
  trap - EXIT INT TERM HUP
  # shellcheck disable=SC2086 # a list of process ids
  [ -z "$servers" ] || { kill -9 $servers; wait; } 2>/dev/null
  rm -rf "$dir"
}

start() {
  "$@" >>"$dir/log" 2>&1 </dev/null &
  servers="$servers $!"
}

for program in swift-proxy-server swift-object-server swift-container-server swift-account-server memcached; do
  command -v "$program" >/dev/null || { echo "$program is not installed" >&2; exit 127; }
done
trap stop EXIT
trap : INT TERM HUP # a Ctrl-C on the terminal reaches the test too, and that closes our stdin
mkdir -p "$etc" "$dir/node/disk"
cd "$etc"

cat >swift.conf <<END
[swift-hash]
swift_hash_path_prefix = assay
swift_hash_path_suffix = assay
[storage-policy:0]
name = single
default = yes
[swift-constraints]
# The signature and metadata headers of S3 clients are long.
max_header_size = 16384
END

# storage_server TYPE PORT: a ring of one device and the server behind it
storage_server() {
  swift-ring-builder "$1.builder" create 4 1 1 >>"$dir/log"
  swift-ring-builder "$1.builder" add --region 1 --zone 1 --ip 127.0.0.1 --port "$2" --device disk --weight 1 >>"$dir/log"
  swift-ring-builder "$1.builder" rebalance >>"$dir/log"
  cat >"$1.conf" <<END
[DEFAULT]
devices = $dir/node
mount_check = false
bind_ip = 127.0.0.1
bind_port = $2
user = $(id -un)
swift_dir = $etc
workers = 0
log_level = WARNING
fallocate_reserve = 0
disable_fallocate = true
[pipeline:main]
pipeline = $1-server
[app:$1-server]
use = egg:swift#$1
END
  start "swift-$1-server" "$etc/$1.conf"
}

storage_server object "$object_port"
storage_server container "$container_port"
storage_server account "$account_port"

cat >proxy.conf <<END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $proxy_port
user = $(id -un)
swift_dir = $etc
workers = 0
log_level = WARNING
[pipeline:main]
pipeline = catch_errors cache s3api tempauth copy bulk slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
# Never give up on the only node there is because it was slow to answer.
error_suppression_limit = 1000000
node_timeout = 60
[filter:s3api]
use = egg:swift#s3api
s3_acl = no
location = us-east-1
allow_multipart_uploads = true
min_segment_size = 5242880
# Small pages, so that a test of paging needs few objects.
max_bucket_listing = 100
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$memcached_port
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:copy]
use = egg:swift#copy
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:symlink]
use = egg:swift#symlink
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
END
if [ "$(id -u)" = 0 ]; then
  start memcached -u nobody -l 127.0.0.1 -p "$memcached_port" -m 16
else
  start memcached -l 127.0.0.1 -p "$memcached_port" -m 16
fi
start swift-proxy-server "$etc/proxy.conf"

cat >/dev/null
