/* Runs a workload twice under wasm3: `wasm3-workload FILE N`. Prints for each time the result, the
 * processor time of the thread, and the time that went by. */
#define _POSIX_C_SOURCE 200809L
#include "wasm3.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void check(M3Result result) {
    if (result) {
        fprintf(stderr, "%s\n", result);
        exit(1);
    }
}

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (!file) {
        fprintf(stderr, "usage: wasm3-workload FILE N\n");
        return 2;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc((size_t)size);
    if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        fprintf(stderr, "%s cannot be read\n", argv[1]);
        return 1;
    }
    fclose(file);

    IM3Environment environment = m3_NewEnvironment();
    IM3Runtime runtime = m3_NewRuntime(environment, 1 << 20, NULL);
    IM3Module module;
    IM3Function run;
    check(m3_ParseModule(environment, &module, bytes, (uint32_t)size));
    check(m3_LoadModule(runtime, module));
    check(m3_FindFunction(&run, runtime, "run"));
    for (int round = 0; round < 2; round++) {
        int64_t result = 0;
        double cpu = seconds(CLOCK_THREAD_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
        check(m3_CallV(run, (int32_t)atoi(argv[2])));
        cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
        wall = seconds(CLOCK_MONOTONIC) - wall;
        check(m3_GetResultsV(run, &result));
        printf("%" PRId64 " %.9f %.9f\n", result, cpu, wall);
    }
    m3_FreeRuntime(runtime);
    m3_FreeEnvironment(environment);
    free(bytes);
    return 0;
}
