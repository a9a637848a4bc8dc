// SPDX-License-Identifier: Apache-2.0

extension LocalTree {
    /// What both scripts begin with: git as it may look at a repository that is not ours.
    ///
    /// The caller may be a hook, whose variables name another repository. A file system monitor and a fetch of missing
    /// objects would run programs.
    private static let look = #"""
        unset $(git rev-parse --local-env-vars)
        export GIT_OPTIONAL_LOCKS=0 GIT_ALLOW_PROTOCOL=none GIT_TERMINAL_PROMPT=0
        theirs() { git -c safe.directory='*' -c core.fsmonitor=false "$@"; }
        """#

    /// Says, one fact a line, what the directory is and what is wrong with it; `$1` is the ref, or empty.
    static let probeScript =
        look + "\n" + #"""
            ref=$1
            say() { printf '%s %s\n' "$1" "$(printf %s "$2" | tr '\n' ' ')"; }
            kind=none prefix=
            if said=$(theirs rev-parse --git-dir 2>&1); then
                if [ "$(theirs rev-parse --is-inside-work-tree)" = true ]; then
                    kind=worktree
                    prefix=$(theirs rev-parse --show-prefix)
                    # A tree that lies in a repository and is no part of it is a tree of its own.
                    if [ -n "$prefix" ] && [ -z "$(theirs ls-files -co --exclude-standard -- Makefile 2>&1)" ]; then
                        kind=none prefix=
                    fi
                else
                    kind=bare
                fi
            elif [ -e .git ]; then
                say broken "$said"
                exit
            fi
            say kind $kind
            commit=
            if [ $kind != none ]; then
                say format "$(theirs rev-parse --show-object-format)"
                say objects "$(realpath "$(theirs rev-parse --git-path objects)")"
                commit=$(theirs rev-parse --verify --quiet "${ref:-HEAD}^{commit}") || commit=
                if [ -n "$commit" ]; then
                    say commit $commit
                    tree=$(theirs rev-parse --verify --quiet "$commit:${prefix%/}") && say tree $tree
                elif [ -n "$ref" ]; then
                    theirs for-each-ref --count=5000 --format='ref %(refname:short)'
                    exit
                fi
            elif [ -n "$ref" ]; then
                exit
            fi
            if [ $kind = worktree ] && [ -z "$ref" ]; then
                if said=$(theirs ls-files -u 2>&1); then
                    unmerged=$(printf '%s\n' "$said" | cut -s -f 2 | sort -u | head -n 4)
                    if [ -n "$unmerged" ]; then say unmerged "$unmerged"; fi
                else
                    say broken "$said"
                fi
            fi
            print() {
                if [ -n "$ref" ]; then theirs cat-file blob "$commit:$prefix$1" 2>/dev/null; else cat -- "$1" 2>/dev/null; fi
            }
            for file in Kconfig Makefile kernel/kcov.c; do
                print "$file" > /dev/null || say missing "$file"
            done
            if ! print Makefile | grep -c '^\(VERSION\|PATCHLEVEL\) *=' | grep -qx 2; then
                say missing "Makefile with VERSION and PATCHLEVEL"
            fi
            """#

    /// Prints the git tree of the files in a directory, then the names of those that differ from the commit.
    ///
    /// `$1` is the repository of the cache, `$2` the objects of the user's, `$3` the tree of its HEAD, `$4` the kind.
    /// The index in the cache remembers times and sizes, so that only changed files are read. Whatever writes an object does
    /// not know the other repository: git gives an object that is there already a new time.
    static let snapshotScript =
        look + "\n" + #"""
            repository=$1 objects=$2 head=$3 kind=$4
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            if [ $kind = worktree ]; then
                theirs ls-files -z -co --exclude-standard > "$work/all"
            else
                find . -name .git -prune -o \( -type f -o -type l \) -printf '%P\0' | grep -zvE \
                    '^(\.config|vmlinux|System\.map|Module\.symvers)|^include/(config|generated)/|^arch/[^/]*/include/generated/|\.(o|a|ko|cmd)$|(^|/)\.[^/]*\.cmd$' \
                    > "$work/all"
            fi
            # A repository inside, which is listed with a slash, is no part of the tree, and neither is what kcovlab left.
            sort -zu "$work/all" | { grep -zvE '/$|^kcovlab-(runs|nightly)/' || true; } > "$work/listed"
            export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
            export GIT_DIR=$repository GIT_WORK_TREE=$PWD GIT_INDEX_FILE=$repository/index
            # One pack instead of thousands of files; what is lost in a crash of the machine is read again.
            write() { git -c core.fsync=none -c core.bigFileThreshold=1 -c core.compression=1 "$@"; }
            ours() { GIT_ALTERNATE_OBJECT_DIRECTORIES=$objects git -c core.fsync=none "$@"; }
            rm -f "$repository/index.lock"
            if [ ! -e "$repository/index" ] && [ -n "$head" ]; then ours read-tree "$head"; fi
            ours ls-files -z | sort -z > "$work/known"
            comm -z -23 "$work/known" "$work/listed" > "$work/gone"
            comm -z -13 "$work/known" "$work/listed" > "$work/new"
            write update-index -z --force-remove --stdin < "$work/gone"
            ours update-index -q --really-refresh > "$work/stale" || true
            ours diff-files -z --name-only >> "$work/new"
            # Where a directory took the place of a file, the files in it are listed.
            while IFS= read -r -d '' file; do
                if [ -d "$file" ] && [ ! -L "$file" ]; then printf '%s\0' "$file" >&3; else printf '%s\0' "$file"; fi
            done < "$work/new" > "$work/files" 3> "$work/directories"
            write update-index -z --force-remove --stdin < "$work/directories"
            write update-index -z --add --remove --replace --stdin < "$work/files"
            write write-tree --missing-ok
            if [ -n "$head" ]; then
                ours -c core.quotePath=false diff-index --cached --name-only "$head"
            fi
            """#
}
