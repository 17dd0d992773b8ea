// Runs a workload twice under node: `workload.mjs FILE N`. Prints for each time the result, the
// processor time of the process, whose other threads compile, and the time that went by.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const [file, n] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(file));
const { run } = new WebAssembly.Instance(module).exports;
for (let round = 0; round < 2; round++) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const result = run(Number(n));
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${result} ${(user + system) / 1e6} ${(performance.now() - wall) / 1e3}`);
}
