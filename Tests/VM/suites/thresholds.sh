# The hash thresholds for policies: chosen from the file's prefixes, set by netlink with either interface, never where
# that would keep a CPU busy. What they are good for, the benchmark tells. `ip xfrm policy count` is the witness.
. ./check.sh

series=$(uname -r | cut -d. -f1,2)
# local and remote of both families: `24 24, 64 48`
thresholds() {
    ip -s -s xfrm policy count | sed -n 's/.*SPD IPv[46] thresholds: local \([0-9]*\) remote \([0-9]*\).*/\1 \2/p' |
        tr '\n' , | sed 's/,$//; s/,/, /'
}
set_thresholds() { ip xfrm policy set hthresh4 "$1" "$1" hthresh6 "$2" "$2"; }
defaults() { reset_kernel; set_thresholds 32 128; }

# policies COUNT: of a network each, in and out
policies() {
    awk -v count="$1" 'BEGIN {
        for (i = 0; i < count; i++) {
            near = sprintf("10.%d.%d.0/24", i / 256, i % 256)
            print "spdadd " near " 172.16.0.0/24 any -P out discard;"
        }
    }'
}
{
    policies 10
    echo 'spdadd 2001:db8:1::/48 2001:db8:2::/64 any -P in discard;'
    echo 'spdadd 0.0.0.0/0 0.0.0.0/0 icmp -P out prio low none;'
} > "$work/small.conf"

settled() { client --status 2> /dev/null | grep -q 'state: settled'; }
# begin FILE [OPTION...]: from the start to the settled state
begin() {
    : > "$work/log"
    start_daemon --config "$@"
    until_ 30 settled
}

for interface in pfkey xfrm; do
    defaults
    begin "$work/small.conf"
    is "$(thresholds)" '24 24, 64 48' "$interface: they are the file's"
    log_has 'policy hash thresholds: IPv4 24/24 (was 32/32), IPv6 64/48 (was 128/128), chosen from the prefixes of the file'
    ok $? 'and the log says so' "$(cat "$work/log")"
    client --reload > /dev/null
    stop_daemon
    is "$(thresholds)" '24 24, 64 48' 'they stay when the daemon ends'
    is "$(grep -c thresholds "$work/log")" 1 'a reload says nothing more'
    begin "$work/small.conf"
    lacks "$(cat "$work/log")" thresholds 'nor does a start that finds them'
    stop_daemon

    defaults
    begin "$work/small.conf" --thresholds keep
    is "$(thresholds)" '32 32, 128 128' '--thresholds keep leaves them alone'
    stop_daemon

    # 1200 policies of others that no hash would find: to sort them anew takes the square of their number on 6.1.
    defaults
    awk 'BEGIN { for (i = 0; i < 1200; i++)
        printf "xfrm policy add src 10.%d.%d.0/20 dst 192.0.2.0/24 dir in action block\n", i / 200, i % 200 }' | ip -batch -
    begin "$work/small.conf"
    if [ "$series" = 6.1 ]; then
        is "$(thresholds)" '32 32, 128 128' 'many policies of others: they stay'
        log_has 'set them before policies are loaded: ip xfrm policy set hthresh4 24 24 hthresh6 64 48'
        ok $? 'and the log says how to set them' "$(cat "$work/log")"
    else
        is "$(thresholds)" '24 24, 64 48' 'many policies of others: this kernel sorts them quickly'
    fi
    stop_daemon
done

defaults
finish
