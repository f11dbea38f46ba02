# fish completion for setkey(8), made of its table of options: make completions

# Whether one of these operations is there, or none at all.
function __setkey_with
    set -l given
    __fish_seen_argument -s f -l file; and set -a given -f
    __fish_seen_argument -s D -l dump; and set -a given -D
    __fish_seen_argument -l confirm; and set -a given --confirm
    __fish_seen_argument -s c -l stdin; and set -a given -c
    __fish_seen_argument -s F -l flush; and set -a given -F
    __fish_seen_argument -s x -l monitor; and set -a given -x
    __fish_seen_argument -s l -l live; and set -a given -l
    __fish_seen_argument -l status; and set -a given --status
    __fish_seen_argument -l metrics; and set -a given --metrics
    __fish_seen_argument -l plan; and set -a given --plan
    __fish_seen_argument -l schedule; and set -a given --schedule
    __fish_seen_argument -l explain; and set -a given --explain
    __fish_seen_argument -l save; and set -a given --save
    __fish_seen_argument -l wireshark; and set -a given --wireshark
    __fish_seen_argument -l graph; and set -a given --graph
    __fish_seen_argument -l doctor; and set -a given --doctor
    __fish_seen_argument -l fingerprint; and set -a given --fingerprint
    __fish_seen_argument -l compare; and set -a given --compare
    __fish_seen_argument -l serve-stdio; and set -a given --serve-stdio
    __fish_seen_argument -l new-key; and set -a given --new-key
    __fish_seen_argument -l roll; and set -a given --roll
    __fish_seen_argument -l reload; and set -a given --reload
    __fish_seen_argument -l revert; and set -a given --revert
    __fish_seen_argument -l off; and set -a given --off
    __fish_seen_argument -l on; and set -a given --on
    __fish_seen_argument -s V -l version; and set -a given -V
    test -z "$given"; and return 0
    for operation in $argv
        contains -- $operation $given; and return 0
    end
    return 1
end

complete -c setkey -f
complete -c setkey -n '__setkey_with' -s c -l stdin -d 'Run statements from the standard input'
complete -c setkey -n '__setkey_with --plan --fingerprint' -s f -l file -rF -d 'Run the statements of FILE'
complete -c setkey -n '__setkey_with' -s D -l dump -d 'Print the SAs'
complete -c setkey -n '__setkey_with' -s F -l flush -d 'Delete all SAs'
complete -c setkey -n '__setkey_with' -s x -l monitor -d 'Print every kernel message as it arrives'
complete -c setkey -n '__setkey_with' -s l -l live -d 'Show the SAs, with -P the policies, as a table that is refreshed every second'
complete -c setkey -n '__setkey_with' -l status -d 'Print the daemon\'s status'
complete -c setkey -n '__setkey_with' -l metrics -d 'Print figures in the text format of OpenMetrics, for Prometheus and programs like it'
complete -c setkey -n '__setkey_with' -l plan -d 'Print what a reload would change'
complete -c setkey -n '__setkey_with' -l schedule -d 'Print what of the daemon\'s file begins and ends when, the next first'
complete -c setkey -n '__setkey_with' -l explain -d 'Say what the kernel does to a packet from SRC to DST'
complete -c setkey -n '__setkey_with' -l save -d 'Print what the kernel has as statements that make it again, foreign entries included'
complete -c setkey -n '__setkey_with' -l wireshark -d 'Print the SAs of ESP, keys included, as lines of Wireshark\'s table esp_sa'
complete -c setkey -n '__setkey_with' -l graph -d 'Print hosts, networks, SAs and policies as a graph for dot(1), with their health as colours'
complete -c setkey -n '__setkey_with' -l doctor -d 'Say what is wrong with the kernel\'s SAs and policies, or soon will be, with evidence, cause and remedy'
complete -c setkey -n '__setkey_with' -l fingerprint -d 'Print fingerprints of the keys in the kernel, with -f FILE of those in FILE, to compare with the other end\'s'
complete -c setkey -n '__setkey_with' -l compare -x -d 'Say in what the SAs and policies here differ from those of the other end'
complete -c setkey -n '__setkey_with' -l serve-stdio -d 'Carry calls of Varlink from the standard input to the daemon, and its replies to the standard output'
complete -c setkey -n '__setkey_with' -l new-key -x -a 'des-cbc 3des-cbc cast128-cbc blowfish-cbc aes-cbc aes-ctr camellia-cbc serpent-cbc twofish-cbc sm4-cbc aes-ccm-8 aes-ccm-12 aes-ccm-16 aes-gcm-8 aes-gcm-12 aes-gcm-16 aes-gmac chacha20-poly1305 hmac-md5 hmac-sha1 hmac-sha256 hmac-sha384 hmac-sha512 hmac-ripemd160 aes-xcbc-mac hmac-sm3 hmac-sha256-128 aes-cmac' -d 'Print a new random key for ALGORITHM'
complete -c setkey -n '__setkey_with' -l roll -rF -d 'Print the statements by which the SAs of a tunnel of FILE, that of --spi, give way to new ones --at a moment'
complete -c setkey -n '__setkey_with' -l reload -d 'Make the daemon read its file again and apply what differs'
complete -c setkey -n '__setkey_with --reload --off --on' -l confirm -d 'Keep the last reload'
complete -c setkey -n '__setkey_with' -l revert -d 'Roll the last reload back'
complete -c setkey -n '__setkey_with' -l off -d 'Take out what the daemon\'s file owns, and apply nothing, over restarts and reboots, until --on'
complete -c setkey -n '__setkey_with' -l on -d 'Apply the daemon\'s file again, after --off'
complete -c setkey -s V -l version -d 'Print the version'
complete -c setkey -n '__setkey_with -D -F -l' -s P -l policies -d 'Policies instead of SAs'
complete -c setkey -n '__setkey_with -c -f' -s n -l dry-run -d 'Only report errors and warnings'
complete -c setkey -n '__setkey_with -c -f -D -F -l' -s d -l debug -d 'Print what the parser understood'
complete -c setkey -n '__setkey_with -c -f -D -F -x -l' -s v -l verbose -d 'Also print kernel messages that arrive during the operation'
complete -c setkey -n '__setkey_with -D -l' -s a -l all -d 'Dead SAs too'
complete -c setkey -n '__setkey_with -c -f -D -l' -s p -l ports -d 'Dumps show ports'
complete -c setkey -n '__setkey_with -D' -s N -l no-per-socket -d 'Leave out the policies of single sockets'
complete -c setkey -n '__setkey_with -c -f' -s k -l kernel-semantics -d 'Policies go in as written'
complete -c setkey -n '__setkey_with -c -f' -s r -l rfc-semantics -d 'Every in policy becomes a fwd policy as well, as RFC 4301 expects'
complete -c setkey -n '__setkey_with -c -f' -l atomic -d 'The first failure rolls back what this run did'
complete -c setkey -n '__setkey_with -x' -s H -l hex -d 'A hexadecimal dump of each message'
complete -c setkey -n '__setkey_with -c -f -D -x --save --roll' -l show-keys -d 'Show keys instead of <hidden>, or with --save of @NAME'
complete -c setkey -n '__setkey_with --save' -l owned -d 'Only what the daemon\'s file declares'
complete -c setkey -n '__setkey_with -c -f -D -x -l --status --plan --schedule --explain --doctor --fingerprint --compare --reload --confirm --revert --off --on' -l json -d 'JSON instead of text'
complete -c setkey -n '__setkey_with -x' -l brief -d 'Of each message only the line that says what has happened'
complete -c setkey -n '__setkey_with -x' -l only -x -a 'associations policies expiry' -d 'Only messages about SAs, about policies, or about lifetimes that have ended'
complete -c setkey -n '__setkey_with -x' -l from -x -a '(__fish_complete_pids)' -d 'Only messages to the program with this process id, 0 for the kernel and for ip'
complete -c setkey -n '__setkey_with -l' -l once -d 'Print the table once'
complete -c setkey -n '__setkey_with -x -l' -l no-wait -d 'End with 3 when the daemon stops, instead of waiting for it to come back'
complete -c setkey -n '__setkey_with --metrics' -l per-sa -d 'The figures of each SA, too'
complete -c setkey -n '__setkey_with --metrics' -l http -d 'Answer the HTTP request on the standard input, as setkeyd-metrics@.service does'
complete -c setkey -n '__setkey_with --explain' -l out -d 'This machine sends the packet'
complete -c setkey -n '__setkey_with --explain' -l in -d 'The packet comes in, for this machine'
complete -c setkey -n '__setkey_with --explain' -l forward -d 'The packet comes in, and leaves again'
complete -c setkey -n '__setkey_with --explain' -l dev -x -a '(command ls /sys/class/net)' -d 'The packet leaves or comes in by this network device'
complete -c setkey -n '__setkey_with --explain' -l mark -x -d 'The packet\'s mark'
complete -c setkey -n '__setkey_with --explain' -l if-id -x -d 'The packet passes the XFRM interface of this number'
complete -c setkey -n '__setkey_with --fingerprint' -l salt -x -d 'Make them with WORD, which the other end has printed'
complete -c setkey -n '__setkey_with --plan --roll' -l at -x -d 'Of what is declared at TIME, such as 2026-12-01T00:00:00Z'
complete -c setkey -n '__setkey_with -c -f --plan' -l skew -x -d 'By how much the clocks of two ends may differ'
complete -c setkey -n '__setkey_with --compare' -l ssh -x -d 'What reaches HOST, instead of ssh'
complete -c setkey -n '__setkey_with --new-key' -l bits -x -d 'How long the key is, its salt included'
complete -c setkey -n '__setkey_with --new-key' -l credential -x -d 'Write it to NAME in /etc/setkeyd/keys, or to a path with a /, and print where'
complete -c setkey -n '__setkey_with --roll' -l spi -x -d 'The SPI of an SA of the tunnel'
complete -c setkey -n '__setkey_with --roll' -l overlap -x -d 'By how much what receives begins earlier, and ends later'
complete -c setkey -n '__setkey_with --roll' -l peer -d 'The statements for the other end'
complete -c setkey -l socket -rF -d 'The daemon\'s socket'
complete -c setkey -l help -d 'Show help information'
complete -c setkey -n 'string match -q -- --confirm (commandline -opc)[-1]' -a '30 60 300'
