# WORK BYTES TOKEN PROGRAM...
set -e
work=$1; token=$3; shift 3
cp -r "$work/../program/." "$work"
cd "$work"
echo "$token"
exec "$@"
