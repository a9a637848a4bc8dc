// SPDX-License-Identifier: Apache-2.0
//
// What a path names in the files of another process.
#define _GNU_SOURCE
#include "internal.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH 4096

/* Puts the target of a link into a buffer; 0 when it is none. */
static int read_link(int directory, const char *path, char target[PATH])
{
    ssize_t length = readlinkat(directory, path, target, PATH - 1);
    target[length < 0 ? 0 : length] = '\0';
    return length > 0;
}

/* Joins two paths; a second one that is absolute stands alone. The result may be one of them. */
static void join(const char *directory, const char *path, char result[PATH])
{
    char joined[2 * PATH + 2];
    snprintf(joined, sizeof(joined), "%s%s%s", *path == '/' ? "" : directory, *path == '/' ? "" : "/", path);
    snprintf(result, PATH, "%.*s", PATH - 1, joined);
}

/* Takes "." and ".." out of an absolute path. */
static void simplify(char path[PATH])
{
    char *end = path;
    const char *rest = path;

    while (*rest) {
        size_t slashes = strspn(rest, "/"), length = strcspn(rest + slashes, "/");
        const char *part = rest + slashes;
        rest = part + length;
        if (length == 0 || (length == 1 && part[0] == '.'))
            continue;
        if (length == 2 && part[0] == '.' && part[1] == '.') {
            while (end > path && *--end != '/')
                ;
            continue;
        }
        *end++ = '/';
        memmove(end, part, length);
        end += length;
    }
    if (end == path)
        *end++ = '/';
    *end = '\0';
}

/* Opens a path of another process as a name, never following what leads out of its files; negative when it cannot be. */
static int open_name(int root, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)(O_PATH | O_CLOEXEC | flags), .resolve = RESOLVE_IN_ROOT};
    return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* The real name of what is open. */
static void name_of(int file, char result[PATH])
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    if (!read_link(AT_FDCWD, link, result))
        snprintf(result, PATH, "?");
}

/* What one look at a path came to. */
enum found { MISSING, PRESENT, LINK };

/* One look: the real name of a path, or of its directory when there is no such file yet.
 * A link to nothing puts its target in the place of the path, for the next look. */
static enum found look(int root, char path[PATH], int follows, char result[PATH])
{
    char directory[PATH], last[PATH], target[PATH];
    char *slash;
    int file = open_name(root, path, follows ? 0 : O_NOFOLLOW);

    if (file >= 0) {
        name_of(file, result);
        close(file);
        return PRESENT;
    }
    snprintf(directory, sizeof(directory), "%s", path);
    slash = strrchr(directory, '/');
    snprintf(last, sizeof(last), "%s", slash + 1);
    *slash = '\0';
    file = open_name(root, *directory ? directory : "/", 0);
    if (file < 0 || !*last || !strcmp(last, "..")) {
        snprintf(result, PATH, "%s", path);
        simplify(result);
    } else {
        int is_link = follows && read_link(file, last, target);
        name_of(file, directory);
        close(file);
        join(directory, is_link ? target : last, is_link ? path : result);
        if (is_link)
            return LINK;
        simplify(result);
        return MISSING;
    }
    if (file >= 0)
        close(file);
    return MISSING;
}

int sandbox_resolve(pid_t process, int directory, const char *path, int follows, char result[4096])
{
    char link[64], base[PATH] = "", absolute[PATH];
    enum found found = MISSING;
    int root;

    if (directory == AT_FDCWD)
        snprintf(link, sizeof(link), "/proc/%d/cwd", process);
    else
        snprintf(link, sizeof(link), "/proc/%d/fd/%d", process, directory);
    if (*path != '/')
        read_link(AT_FDCWD, link, base);
    join(base, path, absolute);
    snprintf(link, sizeof(link), "/proc/%d/root", process);
    root = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        snprintf(result, PATH, "%s", absolute);
        simplify(result);
        return 0;
    }
    snprintf(result, PATH, "%s", absolute);
    /* As many links as the kernel follows. */
    for (int links = 0; links < 40 && (found = look(root, absolute, follows, result)) == LINK; links++)
        snprintf(result, PATH, "%s", absolute);
    close(root);
    return found == PRESENT;
}
