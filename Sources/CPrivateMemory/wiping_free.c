/* The C library's free(3) and realloc(3), which wipe what they give back, and keep it in order.

   Texts with keys are copied by everything that they go through: the arrays and strings of Swift as they grow, the
   JSON decoder, the C library. No type of ours could wipe copies that others make, but all of them end here. C,
   because only a symbol of the program itself takes the place of the library's. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SETKEYD_LIBRARY_FREE
#endif
#endif

#ifndef SETKEYD_LIBRARY_FREE

/* glibc's own, by names that it exports for this. */
extern void __libc_free(void *memory);
extern void *__libc_realloc(void *memory, size_t size);

/* What is larger than glibc's highest M_MMAP_THRESHOLD is a mapping of its own, which goes back to the kernel. */
static const size_t largest_on_the_heap = 32 << 20;

/* From 2 KB on the C library leaves it to one instruction of the processor, which an emulated one does byte by byte;
   in pieces it costs others no more. */
static const size_t piece = 1024;

static void wipe(char *memory, size_t size)
{
    for (; size > piece; memory += piece, size -= piece) explicit_bzero(memory, piece);
    explicit_bzero(memory, size);
}

/* glibc sorts what has been freed when somebody allocates: up to 10,000 pieces at each allocation that it cannot serve at
   once. After a million SAs have gone, one turn of the loop would sort hundreds of thousands, which takes 50 ms. So
   whoever frees very much has some of it sorted as it goes, by an allocation that is never served at once. */
static const unsigned frees_between_sorts = 4096;
static const size_t never_served_at_once = 64 << 10;

static void sort_now_and_then(void)
{
    static _Thread_local unsigned freed;
    if (++freed % frees_between_sorts != 0) return;
    /* free(3) leaves errno as it is, and malloc(3) does not. */
    int former = errno;
    __libc_free(malloc(never_served_at_once));
    errno = former;
}

void free(void *memory)
{
    if (memory == NULL) return;
    size_t size = malloc_usable_size(memory);
    if (size <= largest_on_the_heap) wipe(memory, size);
    __libc_free(memory);
    sort_now_and_then();
}

void *realloc(void *memory, size_t size)
{
    if (memory == NULL) return malloc(size);
    size_t former = malloc_usable_size(memory);
    /* The kernel moves the pages. */
    if (former > largest_on_the_heap) return __libc_realloc(memory, size);
    if (size == 0) {
        free(memory);
        return NULL;
    }
    if (size <= former && size >= former / 2) return memory;
    void *moved = malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, memory, size < former ? size : former);
    free(memory);
    return moved;
}

#endif
