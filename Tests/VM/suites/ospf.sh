# OSPFv3 (RFC 4552) on two shared links with three routers: FRR's ospf6d, which knows nothing of keys, and a file for each
# router with one key for each link, whose policies are bound to devices. Through XFRM, whatever interface the other suites use.
. ./check.sh
. ./traffic.lib.sh
interface=xfrm
ours='a b c'
declare -A number=([a]=1 [b]=2 [c]=3)
routing=()
run=/run/frr

make_routers() {
    local router link
    modprobe bridge
    ip netns add switch
    for link in one two; do
        ip -n switch link add $link type bridge mcast_snooping 0
        ip -n switch link set $link up
    done
    for router in $ours; do
        ip netns add $router
        ip -n $router link set lo up
        for link in one two; do
            ip link add $link netns $router type veth peer name $link-$router netns switch
            # By itself, before it is up: or it may get another address, for which there is no SA.
            ip -n $router link set $link addrgenmode none
            ip -n switch link set $link-$router master $link up
            ip -n $router link set $link up
            ip -n $router addr add fe80::${number[$router]}/64 dev $link nodad
        done
    done
}
remove_routers() {
    local router
    if [ ${#routing[@]} != 0 ]; then
        kill "${routing[@]}"
        wait "${routing[@]}"
    fi
    stop_ends
    for router in $ours switch; do ip netns delete $router; done
}
# start_routing ROUTER: zebra, which knows the interfaces, and ospf6d
start_routing() {
    local router=$1 link
    install -d -o frr -g frr $run/$router
    echo "hostname $router" > $run/$router/zebra.conf
    {
        echo "hostname $router"
        for link in one two; do
            printf 'interface %s\n ipv6 ospf6 area 0\n ipv6 ospf6 hello-interval 1\n ipv6 ospf6 dead-interval 7\n' $link
        done
        printf 'router ospf6\n ospf6 router-id %s\n log-adjacency-changes detail\n' "$(id_of "$router")"
    } > $run/$router/ospf6d.conf
    chown frr:frr $run/$router/*.conf
    for program in zebra ospf6d; do
        ip netns exec $router /usr/lib/frr/$program -N $router -A 127.0.0.1 -P 0 -f $run/$router/$program.conf \
            -i $run/$router/$program.pid --log stdout > "$work/$router.$program" 2>&1 &
        routing+=($!)
        until_ 20 test -S $run/$router/$program.vty || fail "$program of $router starts" "$(cat "$work/$router.$program")"
    done
}
id_of() { echo "${number[$1]}.${number[$1]}.${number[$1]}.${number[$1]}"; }
ask() { vtysh --vty_socket $run/"$1" -c "$2" 2>&1; }
# The neighbours of a router that are full, "LINK ID" each, in one line
full() { ask "$1" 'show ipv6 ospf6 neighbor' | awk '$4 ~ /^Full/ { sub(/\[.*/, "", $6); print $6, $1 }' | sort | xargs; }
# all_full LINK...: every router has both others on these links, and no other one
all_full() {
    local router other link wanted
    for router in $ours; do
        wanted=$(for link; do for other in $ours; do [ $other = $router ] || echo "$link $(id_of $other)"; done; done | sort | xargs)
        [ "$(full $router)" = "$wanted" ] || return 1
    done
}
views() { local router; for router in $ours; do echo "$router:"; ask $router 'show ipv6 ospf6 neighbor'; tail -n 5 "$work/$router".{zebra,ospf6d}; done; errors_of_all; }
# What ospf6d has said of its neighbours
changes() { cat "$work"/*.ospf6d | grep -c 'AdjChg'; }
errors_of_all() {
    local router
    for router in $ours; do ip netns exec $router awk -v router=$router '$2 { print router, $1, $2 }' /proc/net/xfrm_stat; done
}

# sas LINK SPI REQID KEY: to the groups, and to each router
sas() {
    local destination
    for destination in ff02::5 ff02::6 fe80::1 fe80::2 fe80::3; do
        echo "add :: $destination esp $1 -u $2 -r 0 -A hmac-sha512 0x$(printf "$3%.0s" {1..64});"
    done
}
# times FROM UNTIL: of these what is not empty, in seconds since 1970, which `dated` makes times
times() { printf '%s%s' "${1:+ -from @$1}" "${2:+ -until @$2}"; }
# dated: the standard input, with each of its moments as the language writes it
dated() {
    local text moment
    text=$(cat)
    for moment in $(grep -o '@[0-9]*' <<< "$text" | sort -u); do
        text=${text//$moment/$(date -u -d "$moment" +%Y-%m-%dT%H:%M:%SZ)}
    done
    echo "$text"
}
# bound LINK DIRECTION LEVEL FROM UNTIL: its policies
bound() {
    local destination
    for destination in ff02::5 ff02::6 fe80::/10; do
        echo "spdadd fe80::/10 $destination 89 -dev $1$(times "$4" "$5") -P $2 ipsec esp/transport//$3;"
    done
}
# file LATE [FIRST SECOND]: both links with a key each, which rolls at these two moments, for a router whose clock is late.
# What receives is there five seconds before what sends, and stays as long; meanwhile a link takes packets by both.
file() {
    local link number generation from until late=$1 moments=('' "${@:2}") spare=5
    for link in 1 2; do
        for generation in $(seq 0 $(($# - 1))); do
            from=${moments[generation]} until=${moments[generation + 1]:-}
            from=${from:+$((from + late))} until=${until:+$((until + late))}
            number=$((generation * 10 + link))
            sas 0x50$generation$link $number $((5 + generation))$link |
                sed "s/ -u /$(times "${from:+$((from - spare))}" "${until:+$((until + spare))}")&/"
            bound ${links[link]} out unique:$number "$from" "$until"
            bound ${links[link]} in unique:$number "${from:+$((from + spare))}" "${until:+$((until - spare))}"
            [ -z "$until" ] || bound ${links[link]} in require $((until - spare)) $((until + spare))
        done
    done
}
links=('' one two)
# What the SAs of this reqid have let through at a
through() {
    ip -n a -s xfrm state list reqid "$1" | awk '/\(packets\)$/ { sub(/\(.*/, "", $2); sum += $2 } END { print sum + 0 }'
}
# The hellos that a has got on both links, and that the others have sent: "GOT SENT"
hellos() {
    local router got sent=0 count
    for router in $ours; do
        count=$(ask $router 'show ipv6 ospf6 interface traffic json' | awk -v which=$([ $router = a ] && echo Rx || echo Tx) -F '[:,]' \
            '$1 ~ "hello" which { sum += $2 } END { print sum + 0 }')
        if [ $router = a ]; then got=$count; else sent=$((sent + count)); fi
    done
    echo "$got $sent"
}
hellos_beyond() { local count; count=($(hellos)); [ "${count[0]}" -ge "$1" ]; }

make_routers
for router in $ours; do file 0 > "$work/$router.conf"; done
start_ends || { remove_routers; finish; exit; }
for link in one two; do
    ip netns exec switch tcpdump --immediate-mode -U -n -s 96 -Z root -i $link -w "$work/$link.pcap" ip6 2> "$work/$link.capture" &
    captures[$link]=$!
    until_ 20 grep -q listening "$work/$link.capture" || fail "tcpdump on $link starts" "$(cat "$work/$link.capture")"
done
for router in $ours; do start_routing $router; done
until_ 60 all_full one two
ok $? 'each router is full with both others on both links' "$(views)"
[ "$(through 1)" -gt 10 ] && [ "$(through 2)" -gt 10 ]
ok $? 'by the SAs of each link' "$(through 1) $(through 2)"
is "$(errors_of_all)" '' 'and no error is counted'

# Other keys for both links, twice, by time: every router has its file beforehand, and the clocks of two are late.
before=($(hellos)) said=$(changes)
# Twice what it takes here to make one such file, for each of the three, and as long again for what reads them.
begin=$SECONDS
file 0 1800000000 1800000014 | dated > /dev/null
spare_time=$((12 * (SECONDS - begin + 1)))
first=$(($(date +%s) + 8 + spare_time)) late=0
second=$((first + 14))
for router in $ours; do
    file $late $first $second | dated > "$work/$router.conf"
    at $router --reload > "$work/said" 2>&1 || fail "the reload of $router" "$(cat "$work/said")"
    late=$((late + 1))
done
[ "$(date +%s)" -lt $((first - 5)) ]
ok $? 'every router has its file in time'
has "$(at a --schedule)" 'unique:21' 'and knows what comes'
for roll in 1 2; do
    moment=$([ $roll = 1 ] && echo $first || echo $second)
    until_ $((spare_time + 60)) eval '[ "$(date +%s)" -ge '$((moment + 2))' ]'
    # Two of each neighbour on each link
    got=($(hellos))
    until_ 30 hellos_beyond $((got[0] + 8)) || fail "hellos go on after roll $roll" "$(views)"
done
rolled() { [ -z "$(for number in 1 2 11 12; do for router in $ours; do ip -n $router xfrm state list reqid $number; done; done)" ]; }
until_ 60 rolled
ok $? 'the last keys are the only ones' "$(ip -n a xfrm state)"
got=($(hellos))
until_ 30 hellos_beyond $((got[0] + 4)) || fail 'hellos go on after that' "$(views)"
# Who has received is asked last.
after=($(ours='c b a' hellos))
is "$(changes)" "$said" 'no adjacency changes while keys are rolled'
got=$((after[0] - before[0])) sent=$((after[1] - before[1]))
# What is sent between the questions to the routers
[ $got -ge 24 ] && [ $((sent - got)) -le 4 ]
ok $? "a gets the hellos of the others" "$got of $sent"
is "$(errors_of_all)" '' 'and no error is counted'
[ "$(through 21)" -gt 4 ] && [ "$(through 22)" -gt 4 ]
ok $? 'the last SAs carry them'

# A router with another key on one link loses its neighbours there, and keeps those of the other link.
sed -i '/ 0x5022 /s/0x7/0x8/' "$work/c.conf"
at c --reload > /dev/null 2>&1
with_one_alone() { [ "$(full c)" = 'one 1.1.1.1 one 2.2.2.2' ]; }
until_ 30 with_one_alone
ok $? 'a router with another key for a link loses its neighbours there alone' "$(views)"

kill "${captures[@]}"
wait "${captures[@]}"
captures=()
for link in one two; do
    is "$(on_wire $link 'ip6 proto 89')" 0 "no OSPF is in clear on $link"
    [ "$(on_wire $link 'ip6 proto 50')" -gt 50 ]
    ok $? "and there is ESP on $link"
done
remove_routers
finish
