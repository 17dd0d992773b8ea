/* What programs ask of a C library on WASI: formatted output and input, the heap, sorting, time
 * that goes on, and most of what can be done with files and directories. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void check(const char *what, int ok) {
    printf("%-28s %s\n", what, ok ? "ok" : strerror(errno));
}

static void formats(void) {
    printf("%d %5d|%-5d|%05d %x %#o %lld %llu\n", -1, 42, 42, 42, 0xbeefu, 8u, INT64_MIN,
           (unsigned long long)UINT64_MAX);
    printf("%.3f %g %e %a %10.2f|%-10.2f|\n", 3.14159265358979, 1e100, 123456.789, 0.1, -2.5, -2.5);
    printf("%f %f %f %.17g\n", INFINITY, -INFINITY, 0.0, 0.1 + 0.2);
    printf("%s|%10s|%-10s|%.2s|%c%%\n", "text", "right", "left", "cut off", 'c');
    int day, month, year, used;
    double value;
    char word[16];
    int read = sscanf("24/11/2026 value=-12.75e2 rest", "%d/%d/%d %15[a-z]=%lf%n", &day, &month, &year,
                      word, &value, &used);
    printf("%d: %d %d %d %s %.2f after %d\n", read, day, month, year, word, value, used);
    printf("%.12f %.12f %.12f %.12f\n", sin(1.0), exp(1.5), pow(2.0, 0.3), log10(12345.0));
    char *end;
    errno = 0;
    long number = strtol("99999999999999", &end, 10);
    printf("%ld %d '%s'\n", number, errno == ERANGE, end);
}

static int by_key(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void heap(void) {
    enum { blocks = 4000 };
    static unsigned char *block[blocks];
    static size_t size[blocks];
    uint32_t random = 1, sum = 0;
    for (int round = 0; round < 30000; round++) {
        random = random * 1664525u + 1013904223u;
        unsigned at = (random >> 8) % blocks;
        if (block[at] && (random & 1)) {
            size_t bigger = size[at] * 2 + 1;
            if (bigger > 20000) {
                bigger = 1;
            }
            block[at] = realloc(block[at], bigger);
            memset(block[at], (int)(random >> 24), bigger);
            size[at] = bigger;
        } else {
            free(block[at]);
            size[at] = random % 700;
            block[at] = calloc(1, size[at] + 1);
        }
        sum += block[at][size[at] ? size[at] - 1 : 0] + (uint32_t)size[at];
    }
    for (int i = 0; i < blocks; i++) {
        free(block[i]);
    }
    printf("heap %u\n", sum);

    enum { count = 20000 };
    uint32_t *keys = malloc(count * sizeof *keys);
    for (int i = 0; i < count; i++) {
        random = random * 1664525u + 1013904223u;
        keys[i] = random;
    }
    qsort(keys, count, sizeof *keys, by_key);
    uint32_t *found = bsearch(&keys[1234], keys, count, sizeof *keys, by_key);
    printf("sorted %u %u %u at %td\n", keys[0], keys[count / 2], keys[count - 1], found - keys);
    free(keys);
    printf("too much: %s\n", malloc((size_t)3 << 30) ? "given" : "refused");
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path, int depth) {
    DIR *dir = opendir(path);
    if (!dir) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    char *names[64];
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(dir)) && count < 64) {
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
            names[count++] = strdup(entry->d_name);
        }
    }
    closedir(dir);
    qsort(names, (size_t)count, sizeof *names, compare_names);
    for (int i = 0; i < count; i++) {
        char inner[256];
        struct stat info;
        snprintf(inner, sizeof inner, "%s/%s", path, names[i]);
        if (lstat(inner, &info)) {
            printf("%s: %s\n", inner, strerror(errno));
        } else {
            const char *kind = S_ISDIR(info.st_mode) ? "directory" : S_ISLNK(info.st_mode) ? "link" : "file";
            printf("%*s%s %s", depth * 2, "", names[i], kind);
            if (S_ISREG(info.st_mode)) {
                printf(" of %lld", (long long)info.st_size);
            }
            putchar('\n');
            if (S_ISDIR(info.st_mode)) {
                list(inner, depth + 1);
            }
        }
        free(names[i]);
    }
}

static void files(void) {
    char line[64];
    FILE *file = fopen("given/lines", "r");
    check("open to read", file != NULL);
    while (file && fgets(line, sizeof line, file)) {
        printf("> %s", line);
    }
    if (file) {
        fclose(file);
    }

    check("mkdir", mkdir("made", 0755) == 0);
    check("mkdir again", mkdir("made", 0755) == 0);
    file = fopen("made/numbers", "w+");
    for (int i = 0; file && i < 1000; i++) {
        fprintf(file, "%d\n", i * i);
    }
    if (file) {
        fseek(file, 100, SEEK_SET);
        check("read in the middle", fgets(line, sizeof line, file) != NULL);
        printf("> %s", line);
        fseek(file, 0, SEEK_END);
        printf("size %ld\n", ftell(file));
        rewind(file);
        fputs("overwritten", file);
        fclose(file);
    }

    int fd = open("made/holes", O_RDWR | O_CREAT | O_EXCL, 0644);
    check("create", fd >= 0);
    check("write at an offset", pwrite(fd, "end", 3, 5000) == 3);
    check("write at the start", write(fd, "start", 5) == 5);
    char middle[4] = "abc";
    check("read the hole", pread(fd, middle, 4, 2500) == 4 && !memcmp(middle, "\0\0\0", 4));
    check("shorten", ftruncate(fd, 4000) == 0);
    check("seek", lseek(fd, -10, SEEK_END) == 3990);
    check("read at the end", read(fd, line, sizeof line) == 10);
    check("flush", fsync(fd) == 0);
    check("close", close(fd) == 0);
    check("close again", close(fd) == 0);
    check("create again", open("made/holes", O_RDWR | O_CREAT | O_EXCL, 0644) >= 0);

    fd = open("made/log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    check("append", write(fd, "one ", 4) == 4 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, "two", 3) == 3);
    close(fd);

    check("rename", rename("made/log", "made/inner-log") == 0);
    check("link", link("made/inner-log", "made/second") == 0);
    check("symbolic link", symlink("inner-log", "made/alias") == 0);
    ssize_t length = readlink("made/alias", line, sizeof line);
    printf("alias of %.*s\n", (int)length, line);
    file = fopen("made/alias", "r");
    check("open by the link", file && fgets(line, sizeof line, file));
    printf("> %s\n", line);
    if (file) {
        fclose(file);
    }
    check("remove a full directory", rmdir("made") == 0);
    check("unlink", unlink("made/second") == 0);
    check("unlink again", unlink("made/second") == 0);
    check("mkdir inside", mkdir("made/empty", 0755) == 0 && mkdir("made/full", 0755) == 0);
    check("rmdir", rmdir("made/empty") == 0);
    check("a file as a directory", open("made/holes/x", O_RDONLY) >= 0);
    check("a directory to write", open("made", O_WRONLY) >= 0);
    check("what is not there", access("made/nothing", F_OK) == 0);
    /* Runtimes give different reasons here. */
    printf("out of the directory: %s\n", open("../escape", O_WRONLY | O_CREAT, 0644) >= 0 ? "opened" : "refused");
    check("absolute", open("/etc/passwd", O_RDONLY) >= 0);

    struct stat info;
    const struct timespec times[2] = {{1000000000, 0}, {1234567890, 0}};
    check("set times", utimensat(AT_FDCWD, "made/holes", times, 0) == 0);
    check("stat", stat("made/holes", &info) == 0);
    printf("modified %lld.%09ld, size %lld\n", (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
           (long long)info.st_size);
    list(".", 0);
}

static void world(int argc, char **argv) {
    printf("%d arguments\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        printf("[%s]\n", argv[i]);
    }
    printf("GREETING=%s HOME=%s\n", getenv("GREETING"), getenv("HOME") ? "set" : "not set");
    char line[64];
    int number = 0;
    while (fgets(line, sizeof line, stdin)) {
        printf("input %d: %s", ++number, line);
    }
    struct timespec before, after, now;
    clock_gettime(CLOCK_MONOTONIC, &before);
    usleep(20000);
    clock_gettime(CLOCK_MONOTONIC, &after);
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t slept = (after.tv_sec - before.tv_sec) * INT64_C(1000000000) + after.tv_nsec - before.tv_nsec;
    // Half of what was asked: timers that count milliseconds may fire one of them early.
    printf("slept %s, the year is %s\n", slept >= 10000000 ? "long enough" : "too short",
           now.tv_sec > 1700000000 ? "plausible" : "not");
    unsigned char random[32] = {0}, zero[32] = {0};
    printf("random %s\n", getentropy(random, sizeof random) == 0 && memcmp(random, zero, 32) ? "ok" : "not");
}

int main(int argc, char **argv) {
    if (argc > 2 && !strcmp(argv[1], "--exit")) {
        printf("leaving");
        exit(atoi(argv[2]));
    }
    if (argc > 1 && !strcmp(argv[1], "--abort")) {
        puts("aborting");
        fflush(stdout);
        abort();
    }
    world(argc, argv);
    formats();
    heap();
    files();
    return 0;
}
