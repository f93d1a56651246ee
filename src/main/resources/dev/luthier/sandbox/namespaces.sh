# In new namespaces of users, mounts, processes, network and System V: all that is mounted becomes read-only but
# for a small file system in memory, every right is given up, and what is left becomes the program.
# WORK BYTES TOKEN PROGRAM...
set -e
work=$1; bytes=$2; token=$3; shift 3
mount -o remount,bind,ro=recursive / / 2> /dev/null || true # util-linux 2.39; older ones need the loop below
mount -t tmpfs -o "size=$bytes,mode=700" tmpfs "$work"
cp -r "$work/../program/." "$work"
while read -r id parent device root point options rest; do
  point=$(printf '%b' "$point")
  case ",$options," in
    *,rw,*) [ "$point" = "$work" ] || mount -o "remount,bind,ro,${options#rw}" "$point" ;;
  esac
done < /proc/self/mountinfo
mount -t proc proc /proc 2> /dev/null || mount -t tmpfs tmpfs /proc
cd "$work"
echo "$token"
exec setpriv --no-new-privs --bounding-set -all --inh-caps -all -- "$@"
