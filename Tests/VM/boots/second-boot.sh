# The boot itself: policies stood before the first interface came up, and no packet that they
# protect left in clear.
. ./check.sh

until_ 60 eval '[ "$(systemctl is-active early-network.service)" = active ]'
ok $? 'the network is up' "$(systemctl status early-network.service 2>&1 | tail -n 12)"
clear() { tcpdump --count -n -r /var/early.pcap "dst $1" 2> /dev/null | sed -n 's/^\([0-9]*\) packets\?$/\1/p'; }
is "$(cat /var/early.active)" active 'the service was active by then' "$(journalctl -b -u setkeyd.service --no-pager | tail -n 12)"
is "$(tr -d '\0' < "/proc/$(systemctl show -p MainPID --value setkeyd.service)/attr/current")" 'setkeyd (enforce)' \
    'confined by AppArmor, whose profiles are loaded before it starts'
is "$(clear 10.2.0.2)" 3 'what no policy protects was seen'
is "$(clear 10.2.0.1)" 0 'no packet that a policy protects left in clear'
has "$(journalctl -b -u setkeyd.service --no-pager)" 'settled: 0 SAs and 1 policy declared, 1 kernel write' \
    'the policy was brought into an empty kernel'
ip netns add blue
systemctl start setkeyd@blue.service
is $? 0 'the service that was turned off before the boot starts' "$(systemctl status setkeyd@blue.service 2>&1 | tail -n 8)"
is "$(ip netns exec blue ip xfrm policy | grep -c 10.7.0.0)" 0 'is off'
has "$(systemctl status setkeyd@blue.service)" 'off: nothing of /etc/setkeyd/blue.conf is applied until setkey --on' 'says so'
setkey --socket /run/setkeyd/blue/control.sock --on > /dev/null 2>&1
is "$(ip netns exec blue ip xfrm policy | grep -c 10.7.0.0)" 1 'and applies its file when it is turned on'
started=$(systemctl show -p ActiveEnterTimestampMonotonic --value setkeyd.service)
network=$(systemctl show -p ExecMainStartTimestampMonotonic --value early-network.service)
[ "$started" -gt 0 ] && [ "$started" -lt "$network" ]
ok $? "the file was in force $(((network - started) / 1000)) ms before the network began"
finish
