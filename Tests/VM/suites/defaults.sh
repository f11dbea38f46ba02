# What the kernel does with packets that no policy matches (`spddefault`), through XFRM alone: statements, the file,
# drift, ownership, and traffic between two network namespaces.
. ./check.sh
interface=xfrm

# Of the kernel: in, fwd, out.
defaults() { ip xfrm policy getdefault | awk '/^ / { printf "%s %s ", $1, $2 }' | tr -d :; }
are() { [ "$(defaults)" = "in $1 fwd $2 out $3 " ]; }
log_count() { grep -c -F -- "$1" "$work/log"; }
reset_kernel
ip xfrm policy setdefault in accept fwd accept out accept
are accept accept accept
ok $? 'the kernel accepts to begin with' "$(ip xfrm policy getdefault)"

# --- Statements
start_daemon
client -c <<<'spddefault -P fwd discard;'
is $? 0 'a statement sets a default'
are accept block accept
ok $? 'of its direction alone' "$(ip xfrm policy getdefault)"
has "$(client -DP)" '(default policy) ' 'a dump shows it'
has "$(client -DP)" $'\tfwd discard' 'with its direction'
client -c <<<'spdflush;'
are accept block accept
ok $? 'spdflush does not touch it'
has "$(client -DP)" '(default policy) ' 'nor what the daemon knows of it'
client -c <<<'spddefault -P fwd none; spddefault -P fwd none;'
is $? 0 'none takes it back, and again'
are accept accept accept
ok $? 'the kernel accepts' "$(ip xfrm policy getdefault)"
is "$(client -DP)" 'No SPD entries.' 'nothing is shown of it'
client --atomic -c <<<'spddefault -P fwd discard; spddelete 10.9.9.0/24 10.9.8.0/24 any -P out;' 2> /dev/null
is "$? $(defaults)" '1 in accept fwd accept out accept ' 'what is atomic is undone'
ip xfrm policy setdefault fwd block
until_ 10 eval "client -DP | grep -q 'fwd discard'"
ok $? 'what another program sets is known'
until_ 10 log_has 'policy added: default fwd'
ok $? 'and logged' "$(tail -n 3 "$work/log")"
client --atomic -c <<<'spddefault -P fwd discard; spddelete 10.9.9.0/24 10.9.8.0/24 any -P out;' 2> /dev/null
are accept block accept
ok $? 'to undo a default that was so leaves it so'
stop_daemon
are accept block accept
ok $? 'it outlives the daemon'
start_daemon
has "$(client -DP)" 'fwd discard' 'a start reads it' "$(tail -n 5 "$work/log")"
has "$(client --status)" 'state: settled' 'and leaves it to whose it is'
are accept block accept
ok $? 'as everything that is not declared'
ip xfrm policy setdefault fwd accept
until_ 10 eval "! client -DP | grep -q 'fwd discard'"
ok $? 'it is seen to go'
stop_daemon

# --- The file
cat > "$work/site.conf" <<'CONF'
spddefault -P fwd discard;
spddefault -P in none;
spdadd 10.1.0.0/16 10.2.0.0/16 any -P fwd none;
CONF
: > "$work/log"
start_daemon --config "$work/site.conf"
until_ 20 eval "client --status | grep -q 'state: settled'"
ok $? 'a file with defaults settles' "$(cat "$work/log")"
are accept block accept
ok $? 'they are as declared' "$(ip xfrm policy getdefault)"
has "$(client --status)" '3 declared' 'and count as policies' "$(client --status)"
lacks "$(cat "$work/log")" 'drift' 'what the daemon does itself is no drift'
stop_daemon
: > "$work/log"
start_daemon --config "$work/site.conf"
has "$(cat "$work/log")" '3 policies declared, 0 kernel writes' 'a restart writes nothing' "$(tail -n 5 "$work/log")"
ip xfrm policy setdefault fwd accept
until_ 10 are accept block accept
ok $? 'discard that somebody lifts is put back' "$(cat "$work/log")"
has "$(cat "$work/log")" 'drift:' 'and that is told as drift'
ip xfrm policy setdefault in block
until_ 10 are accept block accept
ok $? 'so is none that somebody sets' "$(cat "$work/log")"
until_ 10 log_has 'policy default in: action differs'
ok $? 'in words' "$(cat "$work/log")"
ip xfrm policy setdefault out block
until_ 10 log_has 'policy added: default out'
are accept block block
ok $? 'a direction that is not declared is left alone' "$(ip xfrm policy getdefault)"
ip xfrm policy setdefault out accept
until_ 10 eval "client --status | grep -q 'drift: none'"

# Undeclared again
echo 'spdadd 10.1.0.0/16 10.2.0.0/16 any -P fwd none;' > "$work/site.conf"
plan=$(client --plan)
is $? 10 'to remove it from the file is a change'
has "$plan" 'spddefault -P fwd none ;' 'which the plan shows' "$plan"
client --reload > /dev/null
are accept accept accept
ok $? 'the kernel accepts again' "$(ip xfrm policy getdefault)"
client --revert > /dev/null
are accept block accept
ok $? 'and back' "$(ip xfrm policy getdefault)"
stop_daemon
: > "$work/site.conf"
start_daemon --config "$work/site.conf"
are accept accept accept
ok $? 'what the file lost while nobody ran is lifted by the start' "$(tail -n 5 "$work/log")"
printf 'spddefault -P fwd discard;\nspddefault -P fwd none;\n' > "$work/site.conf"
output=$(client --reload 2>&1)
is $? 1 'to declare one twice is an error'
has "$output" "site.conf:2:1: error: the default for 'fwd' is declared twice" 'at its place' "$output"
has "$output" 'site.conf:1:1: note: the first declaration is here' 'with a note at the first' "$output"
echo 'spddefault -P out discard;' > "$work/bad.conf"
chmod 600 "$work/bad.conf"
has "$(setkeyd --check --kernel xfrm --config "$work/bad.conf" 2>&1)" 'it can cut you off' 'a check warns of what cuts off'
has "$(setkeyd --check --kernel pfkey --config "$work/bad.conf" 2>&1)" \
    'bad.conf:1:1: error: PF_KEY cannot express spddefault; it needs the XFRM interface (--kernel xfrm)' \
    'through PF_KEY it is an error at its place'
stop_daemon

# --- Traffic between two namespaces, a (which is ours) and b
for end in a b; do ip netns add $end; ip -n $end link set lo up; done
ip link add wire netns a type veth peer name wire netns b
ip -n a addr add 192.0.2.1/24 dev wire
ip -n b addr add 192.0.2.2/24 dev wire
ip -n a addr add 2001:db8::1/64 dev wire nodad
ip -n b addr add 2001:db8::2/64 dev wire nodad
for end in a b; do ip -n $end link set wire up; done
in_a() { ip netns exec a "$@"; }
passes() { in_a ping -q -c 1 -W 1 "$1" > /dev/null 2>&1; }
until_ 20 passes 192.0.2.2 && until_ 20 passes 2001:db8::2
ok $? 'the namespaces reach each other'
mkdir "$work/a"
: > "$work/a.conf"
in_a setkeyd --kernel xfrm --config "$work/a.conf" --socket "$work/a/control.sock" --state-directory "$work/a" \
    2>> "$work/a.log" >&2 &
daemon=$!
at_a() { setkey --socket "$work/a/control.sock" "$@"; }
until_ 30 eval "at_a -D > /dev/null 2>&1"
ok $? 'a daemon runs in one of them' "$(cat "$work/a.log")"

at_a -c <<<'spddefault -P out discard;'
passes 192.0.2.2
is $? 2 'what no policy lets out does not leave'
has "$(in_a ping -c 1 -W 1 192.0.2.2 2>&1)" 'Operation not permitted' 'the sender is told so'
passes 127.0.0.1 && passes ::1 && passes 192.0.2.1
ok $? 'the loopback device is exempt'
ip -n a neigh flush all
at_a -c <<<'spdadd 192.0.2.0/24 192.0.2.0/24 any -P out none; spdadd 2001:db8::/64 2001:db8::/64 any -P out none;'
passes 192.0.2.2
ok $? 'a policy lets it out, and ARP is no matter of policies'
passes 2001:db8::2
is $? 1 'IPv6 does not get far: neighbour discovery does not leave'
at_a -c <<<'spdadd ::/0 ff02::/16 icmp6 -P out none; spdadd fe80::/10 ::/0 icmp6 -P out none;'
until_ 10 passes 2001:db8::2
ok $? 'and IPv6 with neighbour discovery let out'
at_a -FP && at_a -c <<<'spddefault -P out none; spddefault -P in discard;'
ip -n a neigh flush all
passes 192.0.2.2
is $? 1 'what no policy lets in is dropped'
passes 127.0.0.1
ok $? 'but for IPv4 on the loopback device'
passes ::1
is $? 1 'and not for IPv6'
in_a sysctl -q -w net.ipv6.conf.lo.disable_policy=1
passes ::1
ok $? 'unless a sysctl exempts it'
in_a sysctl -q -w net.ipv6.conf.lo.disable_policy=0
at_a -c <<<'spdadd ::1 ::1 any -P in none;'
passes ::1
ok $? 'which a policy lets in'
at_a -c <<<'spdadd 192.0.2.2 192.0.2.1 any -P in none; spdadd 2001:db8::2 2001:db8::1 any -P in none;'
passes 192.0.2.2
ok $? 'a policy lets it in'
passes 2001:db8::2
ok $? 'neighbour discovery included'
ip -n b neigh flush all
ip netns exec b ping -q -c 1 -W 1 2001:db8::1 > /dev/null 2>&1
is $? 1 'but for the question of who does not know us, which goes to a group'
at_a -FP
at_a -c <<<'spdadd 2001:db8::2 2001:db8::1 icmp6 129,0 -P in none;'
ip -n a neigh flush all
passes 2001:db8::2
is $? 1 'and without that, what is let in does not come'
at_a -c <<<'spddefault -P in none;'
at_a -FP

# A reload replaces one policy and the default around it, and no packet of the flow is lost.
cat > "$work/a.conf" <<'CONF'
spddefault -P out discard;
spdadd 192.0.2.0/24 192.0.2.2 any -P out none;
CONF
cp "$work/a.conf" "$work/a2.conf"
in_a ping -q -i .002 -c 4000 -W 1 192.0.2.2 > "$work/ping" 2>&1 &
flood=$!
for _ in 1 2 3 4 5 6 7 8; do
    at_a --reload > /dev/null
    : > "$work/a.conf"
    at_a --reload > /dev/null
    cp "$work/a2.conf" "$work/a.conf"
done
wait $flood
has "$(cat "$work/ping")" ' 0% packet loss' 'reloads that set and lift it lose nothing of a flow that is let out' "$(cat "$work/ping" "$work/a.log")"
lacks "$(cat "$work/ping")" 'errors' 'and refuse nothing'
kill $daemon; wait $daemon; daemon=''
finish
