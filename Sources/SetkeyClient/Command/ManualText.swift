/// The part of `--help` that is the short manual.
enum ManualText {
    static let discussion = """
        STATEMENTS (each ends with ; and # begins a comment)
          add SRC DST PROTO SPI [-m MODE] [-u REQID] [-r WINDOW] [-lh S] [-ls S] [-bh N]
              [-bs N] [-E CIPHER KEY] [-A MAC KEY] [-C deflate] ;
          update ... ;   getspi | get | delete SRC DST PROTO SPI ;
          deleteall SRC DST [PROTO] ;   flush [PROTO] ;   dump [PROTO] ;
          spdadd SRC[/LEN][[PORT]] DST[/LEN][[PORT]] UPPER -P in|out|fwd ACTION ;
          spdupdate ... ;   spddelete SRC DST UPPER -P DIRECTION ;   spdflush ;   spddump ;
          include "GLOB" ;
          PROTO is esp, ah, esp-udp or ipcomp; MODE transport or tunnel; ACTION discard, none
          or ipsec PROTO/MODE/[SRC-DST]/[use|require|unique[:N]] ...; a KEY is "text", 0xHEX
          or @NAME, a file of $CREDENTIALS_DIRECTORY. Addresses are numeric.

        EXAMPLES
          setkey -n -f site.conf       report every error and warning, send nothing
          setkey -f site.conf          run it
          setkey -D; setkey -DP        what the kernel has
          echo 'flush esp;' | setkey -c

        EXIT STATUS
          0  done
          1  a statement has an error, or the kernel refused one
          2  the command line makes no sense
          3  the daemon cannot be reached
          4  permission denied
        """
}
