/* SPDX-License-Identifier: Apache-2.0 */
/* What a program learns from files of the kernel, such as /proc/vmallocinfo and /proc/kallsyms. */
#include "operations.h"
#include "syscall.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

/* The place behind a text, NULL when it is not there. */
static const char *behind(const char *line, const char *end, const char *text)
{
    for (; line < end; line++) {
        const char *a = line, *b = text;

        while (a < end && *b && *a == *b)
            a++, b++;
        if (!*b)
            return a;
    }
    return NULL;
}

/*
 * Reads a file as far as there is room; the length of that, or an error.
 *
 * /dev/kmsg gives a record with each read, -EPIPE once when older ones were overwritten, and would wait at its end.
 */
static int64_t read_start(const char *path, char *room, uint64_t size)
{
    int64_t fd = kl_call6(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0, 0, 0);
    uint64_t used = 0;
    int64_t length;

    if (fd < 0)
        return fd;
    do {
        length = kl_call6(SYS_read, fd, (long)(room + used), (long)(size - used), 0, 0, 0);
        used += length > 0 ? (uint64_t)length : 0;
    } while (used < size && (length > 0 || length == -EPIPE));
    kl_call6(SYS_close, fd, 0, 0, 0, 0, 0);
    if (length < 0 && length != -EAGAIN)
        return length;
    return (int64_t)used;
}

/* Reads a whole file; its length, or an error when it does not fit. */
static int64_t read_file(const char *path, char *room, uint64_t size)
{
    int64_t length = read_start(path, room, size);

    return length == (int64_t)size ? -EFBIG : length;
}

static int64_t count_lines(const char *line, const char *end, const char *text)
{
    int64_t found = 0;

    while (line < end) {
        const char *next = line;

        while (next < end && *next != '\n')
            next++;
        found += behind(line, next, text) != NULL;
        line = next + 1;
    }
    return found;
}

static int64_t number_behind(const char *start, const char *end, const char *text)
{
    const char *digit = behind(start, end, text);
    int64_t number = 0;

    if (!digit)
        return -ENODATA;
    while (digit < end && (*digit == ' ' || *digit == '\t'))
        digit++;
    for (; digit < end && *digit >= '0' && *digit <= '9'; digit++)
        number = number * 10 + (*digit - '0');
    return number;
}

/*
 * The address before a text that ends a line of /proc/kallsyms: address, type, name.
 *
 * They are sorted by address. The beginning, which fits, holds what is there once for each processor, and first code.
 */
static int64_t symbol_address(const uint64_t *a)
{
    char *room = (char *)(uintptr_t)a[2];
    int64_t length = read_start("/proc/kallsyms", room, a[3]);
    const char *digit;
    uint64_t address = 0;

    if (length < 0)
        return length;
    digit = behind(room, room + length, (const char *)(uintptr_t)a[1]);
    if (!digit)
        return -ENODATA;
    for (digit--; digit > room && digit[-1] != '\n'; digit--)
        ;
    for (; *digit != ' '; digit++)
        address = address << 4 | (uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
    /* Addresses are zero for whoever may not see them. */
    return address ? (int64_t)(address - a[4]) : -EPERM;
}

int64_t kl_inspect_file(const struct kl_op *op, const uint64_t *a)
{
    char *room = (char *)(uintptr_t)a[2];
    const char *text = (const char *)(uintptr_t)a[1];
    int64_t length, value;

    if (op->code == KL_SYMBOL_ADDRESS)
        return symbol_address(a);
    length = read_file((const char *)(uintptr_t)a[0], room, a[3]);
    if (length < 0)
        return length;
    if (op->code == KL_COUNT_LINES) {
        value = count_lines(room, room + length, text) - (int64_t)a[4];
        return value < 0 ? -ERANGE : value;
    }
    value = number_behind(room, room + length, text);
    if (value < 0)
        return value;
    value -= (int64_t)(a[4] + a[5]);
    return value > 0 ? value : 0;
}
