# Before the second boot: the package, a file whose policy lets nothing pass in clear, and a
# network that comes up as early as it may and sends what that policy protects.
. ./check.sh
umask 022

output=$(dpkg -i "$PWD"/setkeyd_*.deb 2>&1)
is $? 0 'the package is installed' "$output"
echo 'spdadd 10.1.0.1 10.2.0.1 any -P out ipsec esp/tunnel/10.9.0.1-10.9.0.2/require;' > /etc/setkeyd/setkey.conf
# A service that is turned off, and has to be after the boot.
mkdir -p /run/netns
ip netns add blue
echo 'spdadd 10.7.0.0/16 10.8.0.0/16 any -P out discard;' > /etc/setkeyd/blue.conf
systemctl start setkeyd@blue.service
is $? 0 'a service for a namespace starts' "$(systemctl status setkeyd@blue.service 2>&1 | tail -n 8)"
output=$(setkey --socket /run/setkeyd/blue/control.sock --off 2>&1)
is $? 0 'and is turned off' "$output"
is "$(ip netns exec blue ip xfrm policy | grep -c 10.7.0.0)" 0 'with nothing left in the kernel'
cat > /usr/local/sbin/early-network <<'SH'
#!/bin/bash
# The first interface: it captures from the first moment, and sends at once and for a while.
ip link set lo up
ip link add wire type dummy
ip addr add 10.1.0.1/24 dev wire
ip route add 10.2.0.0/16 dev wire 2> /dev/null
tcpdump --immediate-mode -U -n -Q out -i wire -w /var/early.pcap icmp 2> /var/early.log &
ip link set wire up
ip route add 10.2.0.0/16 dev wire
ip neigh add 10.2.0.1 lladdr 02:00:00:00:00:01 dev wire
ip neigh add 10.2.0.2 lladdr 02:00:00:00:00:02 dev wire
until grep -q listening /var/early.log; do sleep .05; done
ping -q -c 20 -i .05 -W 1 -I 10.1.0.1 10.2.0.1
# What no policy protects goes out in clear: so the capture works.
ping -q -c 3 -i .05 -W 1 -I 10.1.0.1 10.2.0.2
systemctl is-active setkeyd.service > /var/early.active
kill -INT $!
wait
SH
chmod 755 /usr/local/sbin/early-network
cat > /etc/systemd/system/early-network.service <<'UNIT'
[Unit]
Description=An interface that comes up as early as it may
DefaultDependencies=no
After=network-pre.target
Before=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/early-network
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable early-network.service 2> /dev/null
ok $? 'the network waits for what comes before networks'
systemctl enable apparmor.service 2> /dev/null
systemctl is-enabled --quiet setkeyd.service setkeyd-root.socket
ok $? 'and the service starts at boot'
finish
