# ESP in UDP out of the sandbox of the units: two network namespaces, each with a daemon.
. ./check.sh
umask 022

reset_kernel
output=$(dpkg -i "$PWD"/setkeyd_*.deb 2>&1)
is $? 0 'the package installs' "$output"

# both OUT IN: the file of the end for which 10.9.0.1 to 10.9.0.2 is OUT
key=0x3f0c1d2e4b5a69788796a5b4c3d2e1f0
both() {
    echo "add 10.9.0.1 10.9.0.2 esp-udp 0x2001 -E aes-cbc $key -A hmac-sha1 ${key}11111111;
add 10.9.0.2 10.9.0.1 esp-udp 0x2002 -E aes-cbc $key -A hmac-sha1 ${key}22222222;
spdadd 10.9.0.1 10.9.0.2 any -P $1 ipsec esp/transport//require;
spdadd 10.9.0.2 10.9.0.1 any -P $2 ipsec esp/transport//require;"
}
for end in a b; do
    ip netns add $end
    ip -n $end link set lo up
    install -m 640 -g _setkeyd /dev/null /etc/setkeyd/$end.conf
done
both out in > /etc/setkeyd/a.conf
both in out > /etc/setkeyd/b.conf
# The daemons come first, and the addresses afterwards, as at a boot.
systemctl start setkeyd@a.service setkeyd@b.service
is $? 0 'two daemons with ESP in UDP start' "$(systemctl status 'setkeyd@*.service' 2>&1 | tail -n 24)"
ip link add wire netns a type veth peer name wire netns b
ip -n a addr add 10.9.0.1/24 dev wire
ip -n b addr add 10.9.0.2/24 dev wire
ip -n a link set wire up
ip -n b link set wire up
ip netns exec a ping -q -c 5 -i .1 -W 5 10.9.0.2 > /dev/null
ok $? 'and what arrives in UDP passes their sandbox' "$(ip netns exec b grep -v '\s0$' /proc/net/xfrm_stat; journalctl -u 'setkeyd@*' -n 20 --no-pager)"
counted() { ip -n "$1" -s xfrm state list spi "$2" | sed -n 's/^\s*[0-9]*(bytes), \([0-9]*\)(packets)$/\1/p'; }
is "$(counted b 0x2001) $(counted a 0x2002)" '5 5' 'by the SAs'
has "$(systemctl show -p IPAddressDeny --value setkeyd@b.service)" '0.0.0.0/0' 'although no packet may reach the service itself'
lacks "$(setkey --socket /run/setkeyd/b/control.sock --status)" warning 'the status has no complaint'

# The sandbox gives no port below 1024: a warning, and no obstacle.
sed -i 's/10.9.0.2 esp-udp/10.9.0.2[500] esp-udp/' /etc/setkeyd/b.conf
systemctl reload setkeyd@b.service
is $? 0 'a port below 1024 is no obstacle to a reload'
has "$(setkey --socket /run/setkeyd/b/control.sock --status)" \
    'ESP in UDP to 10.9.0.2[500] is not received: a port below 1024 needs CAP_NET_BIND_SERVICE' 'but a warning'
journalctl --sync
has "$(journalctl -x -u setkeyd@b.service MESSAGE_ID="$(sed -n '/case .portClosed: /s/.*"\(.*\)"/\1/p' LogKind.swift)" --no-pager)" 'ESP in UDP to 10.9.0.2[500] is not received' 'in the journal, too'

systemctl stop 'setkeyd@*.service' 'setkeyd-root@*.socket'
ip netns del a
ip netns del b
dpkg -P setkeyd > /dev/null 2>&1
rm -rf /etc/setkeyd
finish
