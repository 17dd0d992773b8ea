// Runs a WASI program under node, with the options that `diptych run` has for directories and
// variables. Ends with the program's exit code, or with 134 when it traps.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { WASI } from 'node:wasi';

const words = process.argv.slice(2);
const preopens = {};
const env = {};
while (words[0]?.startsWith('--')) {
  const [flag, value] = words.splice(0, 2);
  if (flag === '--dir') {
    const [host, guest = host] = value.split('::');
    preopens[guest] = host;
  } else if (flag === '--env') {
    const [name, ...rest] = value.split('=');
    env[name] = rest.join('=');
  } else {
    throw new Error(`not known here: ${flag}`);
  }
}
const file = words.shift();
const wasi = new WASI({ version: 'preview1', args: [basename(file), ...words], env, preopens, returnOnExit: true });
const module = await WebAssembly.compile(await readFile(file));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
try {
  process.exitCode = wasi.start(instance);
} catch (error) {
  console.error(error);
  process.exitCode = error instanceof WebAssembly.RuntimeError ? 134 : 1;
}
