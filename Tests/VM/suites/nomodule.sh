# A kernel without PF_KEY: af_key is unloaded, and nothing can load it again in the guest.
. ./check.sh

modprobe -r af_key 2>/dev/null
if ! rmmod af_key 2>/dev/null && grep -q '^af_key ' /proc/modules; then
    fail 'af_key can be unloaded' "$(grep '^af_key' /proc/modules)"
else
    mv "/lib/modules/$(uname -r)/kernel/net/key" /tmp/
    : > "$work/empty.conf"
    output=$(timeout 20 setkeyd --kernel pfkey --config "$work/empty.conf" --socket "$socket" --state-directory "$work/state" 2>&1)
    status=$?
    [ $status != 0 ] && [ $status != 124 ]
    ok $? 'the daemon refuses to start' "status $status"$'\n'"$output"
    has "$output" af_key 'the message names the module'
    has "$output" '--kernel simulated' 'and the simulated kernel'
    output=$(timeout 20 setkeyd --config "$work/empty.conf" --socket "$socket" --state-directory "$work/state" 2>&1)
    status=$?
    [ $status != 0 ] && [ $status != 124 ]
    ok $? 'auto does not fall to the simulated kernel by itself' "status $status"$'\n'"$output"
    mv /tmp/key "/lib/modules/$(uname -r)/kernel/net/"
    insmod "$(echo "/lib/modules/$(uname -r)"/kernel/net/key/af_key.ko*)" 2>/dev/null || modprobe af_key
    grep -q '^af_key ' /proc/modules
    ok $? 'af_key is back for the suites after this one'
fi
finish
