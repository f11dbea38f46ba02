#!/bin/sh
# with_group.sh COMMAND...: runs it where the group setkeyd exists, in a mount namespace of its own. Needs root.
[ -n "${WITH_GROUP:-}" ] || WITH_GROUP=1 exec unshare -m --propagation private "$0" "$@"
groups=$(mktemp)
grep -v '^setkeyd:' /etc/group > "$groups"
echo 'setkeyd:x:991:' >> "$groups"
chmod 644 "$groups"
mount --bind "$groups" /etc/group
rm "$groups"
unset WITH_GROUP
exec "$@"
