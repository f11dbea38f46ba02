/// The part of `--help` below the options: the language in a screenful, and the exit statuses.
enum ManualText {
    static let manual = """
        STATEMENTS (each ends with ; and # begins a comment):
          add SRC DST PROTO SPI [-m MODE] [-u REQID] [-r WINDOW] [-lh SECONDS]
              [-ls SECONDS] [-bh BYTES] [-bs BYTES]
              [-E CIPHER KEY] [-A MAC KEY] [-C deflate] ;
          update ... ;
          getspi|get|delete SRC DST PROTO SPI ;
          deleteall SRC DST [PROTO] ;
          flush [PROTO] ;   dump [PROTO] ;
          spdadd SRC[/LEN][[PORT]] DST[/LEN][[PORT]] UPPER -P in|out|fwd ACTION ;
          spdupdate ... ;
          spddelete SRC DST UPPER -P in|out|fwd ;
          spddefault -P in|out|fwd discard|none ;
          spdflush ;   spddump ;
          include "GLOB" ;

          PROTO   esp, ah, esp-udp, ipcomp
          MODE    transport, tunnel
          UPPER   any, a name of /etc/protocols, a number
          ACTION  discard, none, ipsec PROTO/MODE/[SRC-DST]/[LEVEL] ...
          LEVEL   default, use, require, unique, unique:N
          KEY     "text", 0xHEX, or @NAME: a file in $CREDENTIALS_DIRECTORY
          Addresses are numeric.

        EXAMPLES:
          setkey -n -f site.conf    report errors and warnings, send nothing
          setkey -f site.conf       run it
          setkey -D; setkey -DP     print the kernel's SAs; its policies
          setkey --plan             what a reload would change
          setkey --explain 10.1.0.5 10.2.0.7 tcp any 443
                                    why this packet is, or is not, protected
          setkey --save --show-keys > site.conf
                                    what the kernel has, as a file
          setkey --doctor           what is wrong, and what to do
          setkey --metrics          figures for Prometheus
          setkey --fingerprint      is it the other end's key?
          setkey --compare gw2      do both ends agree?
          setkey --new-key aes-gcm-16 --credential out.e
                                    a new key, in /etc/setkeyd/keys/out.e
          setkey --reload --confirm 60
                                    reload; rolled back after 60 s unless
                                    setkey --confirm comes first
          echo 'flush esp;' | setkey -c

        EXIT STATUS:
          0  success
          1  a statement has an error, or the kernel refused one
          2  usage error
          3  the daemon cannot be reached, or ended before it answered;
             -x and -l wait for it unless --no-wait is given
          4  permission denied
         10  --plan: a reload would change something; --doctor: something is wrong;
             --compare: the ends differ
        """
}
