#define _GNU_SOURCE
#include "CPrivateMemory.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Whether memory may be locked without a limit: with one, every later allocation beyond it would fail. */
static int may_lock_everything(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
    if (limit.rlim_cur == RLIM_INFINITY) return 1;
    /* With a limit of nothing only CAP_IPC_LOCK lets a page be locked. */
    struct rlimit nothing = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_MEMLOCK, &nothing) != 0) return 0;
    static char page;
    int may = mlock(&page, 1) == 0;
    if (may) munlock(&page, 1);
    setrlimit(RLIMIT_MEMLOCK, &limit);
    return may;
}

void setkeyd_keep_memory_private(void)
{
    struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    /* On fault: what is never touched takes no memory. */
    if (may_lock_everything()) mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

void setkeyd_free_without_delay(void)
{
    mallopt(M_MXFAST, 0);
    mallopt(M_ARENA_MAX, 1);
}

void setkeyd_give_back_memory(void)
{
    malloc_trim(0);
}
