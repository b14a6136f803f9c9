# Runs a command in a throw-away copy of a bare Debian tree.
#
# Started in mount and process namespaces of its own, so that every mount and every process is gone when it ends, however it
# ends. Arguments: the bare tree, a work folder, then the command. The work folder holds `mounts` with lines of
#   KIND<tab>FROM<tab>TO      KIND: ro, rw (the same files), cow (a copy that forgets), copy (once, now)
# and `environment` with lines of NAME=VALUE, which is all the command gets to see.
set -eu
base=$1 work=$2
shift 2
root=$work/root
mkdir -p "$work/upper" "$work/overlay" "$root"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/overlay" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
number=0
tab=$(printf '\t')
while IFS="$tab" read -r kind from to; do
  to=$root$to
  if [ -d "$from" ]; then
    mkdir -p "$to"
  else
    mkdir -p "$(dirname "$to")"
    [ -e "$to" ] || : > "$to"
  fi
  case $kind in
    ro) mount --bind "$from" "$to" && mount -o remount,bind,ro "$to" ;;
    rw) mount --bind "$from" "$to" ;;
    cow)
      number=$((number + 1))
      mkdir -p "$work/cow$number/upper" "$work/cow$number/overlay"
      mount -t overlay overlay -o "lowerdir=$from,upperdir=$work/cow$number/upper,workdir=$work/cow$number/overlay" "$to"
      ;;
    copy) cp -aLT "$from" "$to" ;;
  esac
done < "$work/mounts"
set -- chroot "$root" "$@"
while IFS= read -r line; do
  set -- "$line" "$@"
done < "$work/environment"
exec env -i "$@"
