/* A disk that fails when told to: preloaded into a process, it stands before what writes, syncs or renames under one folder.

   DISK_ROOT names the folder, DISK_CONTROL a file of four 64-bit numbers that the test writes and reads while the process runs:
   [0] how many operations still go well, [1] how many after those fail, [2] with which errno, [3] how many have failed so far. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static int64_t *control;
static const char *root;

__attribute__((constructor)) static void ready(void) {
    const char *name = getenv("DISK_CONTROL");
    root = getenv("DISK_ROOT");
    int file = name ? open(name, O_RDWR) : -1;
    if (file < 0 || !root) return;
    void *found = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (found != MAP_FAILED) control = found;
}

static int under_root(const char *path) { return strncmp(path, root, strlen(root)) == 0; }

static int ours(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return under_root(path);
}

/* One operation on the folder: 1 if it is to fail, with errno set. */
static int fails(void) {
    if (__atomic_load_n(&control[1], __ATOMIC_SEQ_CST) <= 0) return 0;
    if (__atomic_load_n(&control[0], __ATOMIC_SEQ_CST) > 0) {
        __atomic_fetch_sub(&control[0], 1, __ATOMIC_SEQ_CST);
        return 0;
    }
    __atomic_fetch_sub(&control[1], 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&control[3], 1, __ATOMIC_SEQ_CST);
    errno = (int)control[2];
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define BARRED(file) (control && control[1] > 0 && ours(file) && fails())

ssize_t write(int file, const void *bytes, size_t count) {
    return BARRED(file) ? -1 : NEXT(write)(file, bytes, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    return BARRED(file) ? -1 : NEXT(pwrite)(file, bytes, count, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    return BARRED(file) ? -1 : NEXT(pwrite64)(file, bytes, count, at);
}
int fsync(int file) { return BARRED(file) ? -1 : NEXT(fsync)(file); }
int fdatasync(int file) { return BARRED(file) ? -1 : NEXT(fdatasync)(file); }
int ftruncate(int file, off_t length) { return BARRED(file) ? -1 : NEXT(ftruncate)(file, length); }
int ftruncate64(int file, off64_t length) { return BARRED(file) ? -1 : NEXT(ftruncate64)(file, length); }
int rename(const char *from, const char *to) {
    return control && control[1] > 0 && under_root(to) && fails() ? -1 : NEXT(rename)(from, to);
}
