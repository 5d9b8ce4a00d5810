# Runs a program of the image as a container engine would: its root read-only, one
# folder of data, not root. Called in a mount namespace of its own.
set -eu
root=$1 data=$2; shift 2
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --bind "$data" "$root/data"
if [ "${MEMORY:-}" = /tmp ]; then mount -t tmpfs -o mode=1777 none "$root/tmp"; fi
exec chroot --userspec=65532:65532 "$root" "$@"
