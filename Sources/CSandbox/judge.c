// SPDX-License-Identifier: Apache-2.0
//
// What a system call is about, in words.
//
// A thread may change what its call names after it was read here and before the kernel reads it: this is an account of
// what was tried, not what keeps anybody from it.
#define _GNU_SOURCE
#include "CSandbox.h"
#include "internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define NONE (-1)

/* A path among the arguments of a call; a call with two has two rows. */
struct path_argument {
    long call;
    const char *verb;
    /* Where the descriptor is that a relative path starts from, and where the path is. */
    int directory, path;
    /* Whether a link at the end of the path is followed. */
    int follows;
};

/* `mkdir -p` asks for every directory on its way, also for those that are there. */
static int is_futile(const struct path_argument *row, int exists)
{
#ifdef SYS_mkdir
    if (row->call == SYS_mkdir)
        return exists;
#endif
    return row->call == SYS_mkdirat && exists;
}

static const struct path_argument paths[] = {
    {SYS_openat, "write", 0, 1, 1},
    {SYS_openat2, "write", 0, 1, 1},
#ifdef SYS_open
    {SYS_open, "write", NONE, 0, 1},
    {SYS_creat, "write", NONE, 0, 1},
    {SYS_unlink, "delete", NONE, 0, 0},
    {SYS_rmdir, "delete", NONE, 0, 0},
    {SYS_rename, "move", NONE, 0, 0},
    {SYS_rename, "write", NONE, 1, 0},
    {SYS_mkdir, "write", NONE, 0, 0},
    {SYS_link, "write", NONE, 1, 0},
    {SYS_symlink, "write", NONE, 1, 0},
    {SYS_mknod, "write", NONE, 0, 0},
    {SYS_chmod, "change", NONE, 0, 1},
    {SYS_chown, "change", NONE, 0, 1},
    {SYS_lchown, "change", NONE, 0, 0},
#endif
    {SYS_unlinkat, "delete", 0, 1, 0},
    {SYS_renameat, "move", 0, 1, 0},
    {SYS_renameat, "write", 2, 3, 0},
    {SYS_renameat2, "move", 0, 1, 0},
    {SYS_renameat2, "write", 2, 3, 0},
    {SYS_mkdirat, "write", 0, 1, 0},
    {SYS_linkat, "write", 2, 3, 0},
    {SYS_symlinkat, "write", 1, 2, 0},
    {SYS_mknodat, "write", 0, 1, 0},
    {SYS_truncate, "write", NONE, 0, 1},
    {SYS_fchmodat, "change", 0, 1, 1},
    {SYS_fchownat, "change", 0, 1, 1},
    {SYS_mount, "mount over", NONE, 1, 1},
};

/* What anybody in the sandbox may write: its own directory, and what only it sees. */
static const char *const own[] = {
    "/kcovlab/build/", "/tmp/",         "/dev/null",  "/dev/zero",    "/dev/full", "/dev/tty", "/dev/stdout",
    "/dev/stderr",     "/dev/random",   "/dev/ptmx",  "/dev/urandom", "/dev/fd/",  "/dev/pts/", "/dev/shm/",
    "/proc/self/",     "/proc/thread-self/",
};

static int is_own(const char *path)
{
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        size_t length = strlen(own[i]);
        int is_directory = own[i][length - 1] == '/';
        if (is_directory ? !strncmp(path, own[i], length) : !strcmp(path, own[i]))
            return 1;
        if (is_directory && strlen(path) == length - 1 && !strncmp(path, own[i], length - 1))
            return 1;
    }
    return 0;
}

/* Copies a name so that it can stand in a list and on a terminal. */
static void spell(const char *name, char *result, size_t size)
{
    size_t used = 0;

    for (; *name; name++) {
        unsigned char byte = (unsigned char)*name;
        int is_plain = byte > ' ' && byte < 0x7f && byte != ',' && byte != '\\';
        if (used + 8 > size) {
            strcpy(result + used, "...");
            return;
        }
        used += (size_t)sprintf(result + used, is_plain ? "%c" : "\\x%02x", byte);
    }
    result[used] = '\0';
}

static void note(struct notebook *notes, const char *verb, const char *object)
{
    char name[192], text[256];
    size_t length;

    spell(object, name, sizeof(name));
    snprintf(text, sizeof(text), "%s %s", verb, name);
    length = strlen(text) + 1;
    for (const char *known = notes->texts; *known; known += strlen(known) + 1)
        if (!strcmp(known, text))
            return;
    if (notes->used + length + 1 > notes->size) {
        notes->omitted++;
        return;
    }
    memcpy(notes->texts + notes->used, text, length);
    notes->used += length;
    notes->texts[notes->used] = '\0';
}

/* Reads memory of the process that asks; returns how many bytes could be read. */
static size_t peek(const struct seccomp_notif *call, unsigned long long address, void *buffer, size_t size)
{
    struct iovec here = {buffer, size}, there = {(void *)(uintptr_t)address, size};
    ssize_t count = process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0);
    return count < 0 ? 0 : (size_t)count;
}

/* Reads a path, page after page, for what follows it may not be mapped; 0 when it cannot be read. */
static int peek_path(const struct seccomp_notif *call, unsigned long long address, char path[4096])
{
    size_t used = 0;

    while (used < 4096) {
        size_t left = 4096 - (address + used) % 4096;
        size_t wanted = left < 4096 - used ? left : 4096 - used;
        size_t count = peek(call, address + used, path + used, wanted);
        if (memchr(path + used, '\0', count))
            return 1;
        if (count == 0)
            return 0;
        used += count;
    }
    return 0;
}

static void judge_path(
    struct notebook *notes, int listener, const struct seccomp_notif *call, const struct path_argument *row)
{
    char path[4096], real[4096];
    int exists = 0;
    int directory = row->directory == NONE ? AT_FDCWD : (int)call->data.args[row->directory];

    if (!peek_path(call, call->data.args[row->path], path) || !strcmp(path, "/dev/null"))
        return;
    if (notes->has_begun)
        exists = sandbox_resolve((pid_t)call->pid, directory, path, row->follows, real);
    /* Another process may have its number by now. */
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) != 0)
        return;
    if (!notes->has_begun)
        notes->has_begun = !strcmp(path, CSANDBOX_BEGIN);
    else if (*path && !is_own(real) && !is_own(path) && !is_futile(row, exists))
        note(notes, row->verb, real);
}

static void judge_address(struct notebook *notes, const void *address, size_t length)
{
    struct sockaddr_storage storage = {0};
    char host[INET6_ADDRSTRLEN] = "", text[256];
    const char *verb = "connect to";

    if (length > sizeof(storage) || length < sizeof(sa_family_t))
        return;
    memcpy(&storage, address, length);
    switch (storage.ss_family) {
    case AF_INET: {
        const struct sockaddr_in *inet = (const void *)&storage;
        inet_ntop(AF_INET, &inet->sin_addr, host, sizeof(host));
        snprintf(text, sizeof(text), "%s:%d", host, ntohs(inet->sin_port));
        break;
    }
    case AF_INET6: {
        const struct sockaddr_in6 *inet = (const void *)&storage;
        inet_ntop(AF_INET6, &inet->sin6_addr, host, sizeof(host));
        snprintf(text, sizeof(text), "[%s]:%d", host, ntohs(inet->sin6_port));
        break;
    }
    case AF_UNIX: {
        const struct sockaddr_un *local = (const void *)&storage;
        int size = (int)(length - offsetof(struct sockaddr_un, sun_path));
        int is_abstract = size > 1 && !local->sun_path[0];
        snprintf(
            text, sizeof(text), "%s%.*s", is_abstract ? "@" : "", size - is_abstract,
            local->sun_path + is_abstract);
        /* The C library asks there for every name of a user. */
        if (!strcmp(text, "/var/run/nscd/socket"))
            return;
        break;
    }
    /* Ends an association; asks the kernel. */
    case AF_UNSPEC:
    case AF_NETLINK: return;
    default:
        verb = "connect to an address of family";
        snprintf(text, sizeof(text), "%d", storage.ss_family);
    }
    note(notes, verb, text);
}

static void judge_socket(struct notebook *notes, int listener, const struct seccomp_notif *call)
{
    const unsigned long long *arguments = (const void *)call->data.args;
    unsigned long long place = arguments[1], length = arguments[2];
    char address[sizeof(struct sockaddr_storage)] = {0};
    struct msghdr message;
    size_t count;

    if (call->data.nr == SYS_sendto) {
        place = arguments[4];
        length = arguments[5];
    } else if (call->data.nr != SYS_connect) {
        /* The first message stands for all. */
        if (peek(call, arguments[1], &message, sizeof(message)) != sizeof(message) || !message.msg_name)
            return;
        place = (uintptr_t)message.msg_name;
        length = message.msg_namelen;
    }
    count = peek(call, place, address, length < sizeof(address) ? length : sizeof(address));
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0 && notes->has_begun)
        judge_address(notes, address, count);
}

int sandbox_judge(struct notebook *notes, int listener, const struct seccomp_notif *call)
{
    struct open_how how;

#if defined(__x86_64__)
    if (call->data.arch != AUDIT_ARCH_X86_64 || (call->data.nr & 0x40000000)) {
#else
    if (call->data.arch != AUDIT_ARCH_AARCH64) {
#endif
        note(notes, "make system calls of another", "architecture");
        return ENOSYS;
    }
    switch (call->data.nr) {
    case SYS_io_uring_setup:
        /* What goes through it cannot be seen. */
        note(notes, "use", "io_uring");
        return ENOSYS;
    case SYS_connect:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg: judge_socket(notes, listener, call); return 0;
    case SYS_openat2:
        if (peek(call, call->data.args[2], &how, sizeof(how)) == sizeof(how)
            && !(how.flags & (O_ACCMODE | O_CREAT | O_TRUNC)))
            return 0;
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (paths[i].call == call->data.nr)
            judge_path(notes, listener, call, &paths[i]);
    return 0;
}
