# ESP in UDP between a client behind a NAT and a gateway: three network namespaces, a daemon at
# each end, and in the middle nftables, which gives the client's packets another address and
# another port. Nobody but the daemons opens the ports that they arrive at.
. ./check.sh

client=10.0.1.2 outside=192.0.2.254 gateway=192.0.2.1 client6=2001:db8:1::2 gateway6=2001:db8:2::1
declare -A daemons=()

# up NAMESPACE DEVICE ADDRESS...
up() {
    local address
    ip -n "$1" link set "$2" up
    for address in "${@:3}"; do ip -n "$1" addr add "$address" dev "$2"; done
}
make_network() {
    local name
    for name in client nat gateway; do
        ip netns add $name
        ip netns exec $name sysctl -q -w net.ipv6.conf.default.accept_dad=0
        up $name lo
    done
    ip link add inner netns client type veth peer name inner netns nat
    ip link add outer netns nat type veth peer name outer netns gateway
    up client inner $client/24 $client6/64
    up nat inner 10.0.1.1/24 2001:db8:1::1/64
    up nat outer $outside/24 2001:db8:2::fe/64
    up gateway outer $gateway/24 $gateway6/64
    ip -n client addr add 10.1.0.1/32 dev lo
    ip -n gateway addr add 10.2.0.1/32 dev lo
    ip -n client route add default via 10.0.1.1
    ip -n client route add 10.2.0.0/16 via 10.0.1.1 src 10.1.0.1
    ip -n client route add default via 2001:db8:1::1
    ip -n gateway route add 10.1.0.0/16 via $outside src 10.2.0.1
    ip -n gateway route add 2001:db8:1::/64 via 2001:db8:2::fe
    ip netns exec nat sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}
# masquerade PORT: the client's port 4500 becomes this one
masquerade() {
    ip netns exec nat nft -f - <<END
flush ruleset
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outer udp sport 4500 masquerade to :$1
        oifname outer masquerade
    }
}
END
}

# at END OPTION...: the client of that end's daemon
at() { setkey --socket "$work/$1/control.sock" "${@:2}"; }
answers_at() { local status; status=$(at "$1" --status 2> /dev/null) && [[ $status != *'state: starting'* ]]; }
# start DAEMON NAMESPACE: with the file DAEMON.conf
start() {
    mkdir -p "$work/$1"
    ip netns exec "$2" setkeyd --kernel "$interface" --config "$work/$1.conf" --socket "$work/$1/control.sock" \
        --state-directory "$work/$1" 2>> "$work/$1.log" >&2 &
    daemons[$1]=$!    # `ip netns exec` has become the daemon
    until_ 60 answers_at "$1" || fail "the daemon $1 starts" "$(tail -n 20 "$work/$1.log")"
}
end() {
    kill "${daemons[$1]}"
    wait "${daemons[$1]}"
    unset "daemons[$1]"
}
# sa FROM TO SPI [OPTION...]: the keys repeat the SPI
sa() {
    local key
    printf -v key "${3#0x}%.0s" {1..10}
    echo "add $1 $2 esp-udp $3 ${*:4} -r 32 -E aes-cbc 0x${key:0:32} -A hmac-sha1 0x$key;"
}
# declare_ END OUT IN HERE THERE: a tunnel between the networks behind the ends; transport mode with
# a policy for these packets instead, if that is said as well.
declare_() {
    local here=${4%[*} there=${5%[*} own=10.1.0.0/16 other=10.2.0.0/16 direction mode='-m tunnel'
    [ "$1" = client ] || own=10.2.0.0/16 other=10.1.0.0/16
    [ -z "${6:-}" ] || mode=''
    {
        sa "$4" "$5" "$2" "$mode"
        sa "$5" "$4" "$3" "$mode"
        if [ -n "$mode" ]; then
            echo "spdadd $own $other any -P out ipsec esp/tunnel/$here-$there/require;"
            for direction in in fwd; do
                echo "spdadd $other $own any -P $direction ipsec esp/tunnel/$there-$here/require;"
            done
        else
            echo "spdadd $here $there $6 -P out ipsec esp/transport//require;"
            echo "spdadd $there $here $6 -P in ipsec esp/transport//require;"
        fi
    } > "$work/$1.conf"
}
reload() { at client --reload && at gateway --reload; }

# The UDP sockets of IPv4 at the gateway: ADDRESS:PORT, as /proc has them, what waits, what was dropped.
sockets() { ip netns exec gateway awk 'NR > 1 { split($5, queue, ":"); print $2, queue[2], $NF }' /proc/net/udp; }
ports() { sockets | cut -d' ' -f1 | sort | xargs; }
arrival=010200C0:1194    # 192.0.2.1, 4500
# counted END SPI: what that SA has counted there, in packets
counted() { ip -n "$1" -s xfrm state list spi "$2" | sed -n 's/^\s*[0-9]*(bytes), \([0-9]*\)(packets)$/\1/p'; }
reach() { ip netns exec "$1" ping -q -c 3 -i .2 -W 5 "${@:2}" > /dev/null; }
# What one wants to know when nothing arrives
wrong() {
    local name
    for name in client gateway; do
        ip netns exec $name awk -v name=$name '$2 { print name, $1, $2 }' /proc/net/xfrm_stat
        tail -n 5 "$work/$name.log"
    done
}

modprobe -a nf_tables nf_nat nft_chain_nat nft_masq
make_network
surely masquerade 30001
ok $? 'there is a NAT between the client and the gateway'

# Without the socket nothing arrives: SAs and policies alone are not enough.
declare_ client 0x3001 0x3002 "$client[4500]" "$gateway[4500]"
declare_ gateway 0x3002 0x3001 "$gateway[4500]" "$outside[30001]"
mv "$work/gateway.conf" "$work/gateway.full"
: > "$work/gateway.conf"
start client client
start gateway gateway
is "$(ports)" '' 'a file without ESP in UDP opens no port'
at gateway -f "$work/gateway.full"
is $? 0 'a run sets the SAs and policies'
! ip netns exec client ping -q -c 2 -i .2 -W 1 -I 10.1.0.1 10.2.0.1 > /dev/null
ok $? 'but opens no port, and nothing arrives'
is "$(counted gateway 0x3001)" 0 'at any SA'
at gateway -F
at gateway -FP

# Tunnel mode, from the file.
mv "$work/gateway.full" "$work/gateway.conf"
at gateway --reload
is $? 0 'the file that declares them is reloaded'
is "$(ports)" "$arrival FE0200C0:7531" 'and opens the destinations of its SAs, and no other port'
lacks "$(at gateway --status)" 'warning' 'the status has no complaint'
ip netns exec nat tcpdump --immediate-mode -U -n -Z root -Q out -i outer -w "$work/wire.pcap" ip 2> "$work/capture" &
capture=$!
until_ 20 grep -q listening "$work/capture"
reach client -I 10.1.0.1 10.2.0.1
ok $? 'the client reaches the gateway through the NAT, and is answered' "$(wrong)"
is "$(counted gateway 0x3001) $(counted gateway 0x3002) $(counted client 0x3002)" '3 3 3' 'by the SAs'
reach gateway -I 10.2.0.1 10.1.0.1
ok $? 'and the gateway reaches the client' "$(wrong)"
on_wire() { tcpdump --count -n -r "$work/wire.pcap" "$1" 2> /dev/null | sed -n 's/^\([0-9]*\) packets\?$/\1/p'; }
until_ 10 eval '[ "$(on_wire ip)" -ge 6 ]'
kill -INT $capture
wait $capture
is "$(on_wire "udp and src $outside and src port 30001 and dst $gateway and dst port 4500") $(on_wire 'ip')" '6 6' \
    'on the wire it is UDP from the address and the port of the NAT, and nothing else'

# What is no ESP wakes nobody: the kernel takes a keepalive itself, and the socket's filter drops the rest.
ip netns exec client bash -c 'for i in {1..300}; do
    printf "\xff" > /dev/udp/192.0.2.1/4500
    printf "\0\0\0\0 a message of IKE" > /dev/udp/192.0.2.1/4500
done'
dropped() { sockets | sed -n "s/^$arrival 00000000 //p"; }
until_ 10 eval '[ "$(dropped)" -ge 300 ]'
ok $? "of 300 keepalives and 300 messages of IKE none waits to be read; $(dropped) were dropped" "$(sockets)"
reach client -I 10.1.0.1 10.2.0.1
ok $? 'and the traffic goes on' "$(wrong)"

# A daemon that starts again opens them again.
end gateway
is "$(ports)" '' 'a daemon that ends closes its ports'
start gateway gateway
# It answers before its file is in force.
until_ 30 eval '[ "$(ports)" = "$arrival FE0200C0:7531" ]'
is "$(ports)" "$arrival FE0200C0:7531" 'and one that starts opens them'
reach client -I 10.1.0.1 10.2.0.1
ok $? 'so that the traffic goes on' "$(wrong)"

# The NAT chooses another port: the kernel says so, and so does the log. Then transport mode, with
# policies for everything between the two: the UDP that the ESP is in is between them, too, and
# would be dropped but for the bypass of the socket.
ip netns del nat
ip netns del client
ip netns del gateway
end client
end gateway
rm -r "${work:?}"/{client,gateway}
make_network
surely masquerade 30002
declare_ client 0x3011 0x3012 "$client[4500]" "$gateway[4500]" any
declare_ gateway 0x3012 0x3011 "$gateway[4500]" "$outside[30001]" any
start client client
start gateway gateway
ip netns exec client ping -q -c 1 -W 1 $gateway > /dev/null
until_ 10 grep -q 'NAT mapping changed.* port 30002' "$work/gateway.log"
ok $? 'a peer that appears under another port is in the log' "$(wrong)"
declare_ gateway 0x3012 0x3011 "$gateway[4500]" "$outside[30002]" any
at gateway --reload
is $? 0 'the port is changed in the file'
is "$(ports)" "$arrival FE0200C0:7532" 'a port that is no longer declared is closed'
reach client $gateway
ok $? 'transport mode: policies for all traffic do not drop the UDP that the ESP is in' "$(wrong)"
is "$(counted client 0x3012)" 3 'and what comes back is protected'
is "$(at gateway -DP | grep -c '(socket)')" 2 'the bypass is a pair of policies that setkey -DP shows'
has "$(at gateway --status)" ' 0 foreign; 2 declared' 'and that the status does not count'
until_ 10 eval 'at gateway --status | grep -q "^state: settled"'
ok $? 'and that no audit takes for drift' "$(at gateway --status)"

# IPv6 needs no NAT, and can have the same UDP.
declare_ client 0x3021 0x3022 "$client6[4500]" "$gateway6[4500]" icmp6
declare_ gateway 0x3022 0x3021 "$gateway6[4500]" "$client6[4500]" icmp6
reload
is $? 0 'ESP in UDP over IPv6'
is "$(ports)" '' 'closes the ports of IPv4'
reach client $gateway6
ok $? 'arrives' "$(wrong)"
is "$(counted client 0x3021) $(counted gateway 0x3021) $(counted gateway 0x3022) $(counted client 0x3022)" '3 3 3 3' 'by the SAs'

# A port that another program has is a warning, and no obstacle. The other program is a daemon, too.
sa "$outside[4500]" "$gateway[4600]" 0x3031 > "$work/gateway.conf"
at gateway --reload
sa "$outside[4500]" "$gateway[4600]" 0x3032 > "$work/second.conf"
sa "$outside[4500]" "$gateway[500]" 0x3033 >> "$work/second.conf"
start second gateway
is "$(at second --status | sed -n 's/^state: //p')" settled 'a daemon whose port is taken is settled'
complaint="ESP in UDP to $gateway[4600] is not received: another program has the port open (EADDRINUSE)"
has "$(at second --status)" "warning: $complaint" 'its status says what is not received'
has "$(< "$work/second.log")" "$complaint" 'and so does its log'
: > "$work/gateway.conf"
at gateway --reload
at second --reload
is $? 0 'when the port is free'
lacks "$(at second --status)" warning 'a reload opens it'
# 192.0.2.1, ports 500 and 4600
is "$(ports)" '010200C0:01F4 010200C0:11F8' 'and root has one below 1024'
for name in "${!daemons[@]}"; do end "$name"; done
finish
