/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls without the C library: tasks of a program have no thread-local storage, so errno and everything that
 * may touch it is out of reach.
 */
#pragma once
#include <stdint.h>
#include <sys/syscall.h>

#if !defined(__x86_64__)
#error "the executor knows the system call convention of x86_64 only"
#endif

static inline long kl_call6(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static inline void kl_relax(void)
{
    __asm__ volatile("pause" ::: "memory");
}
