// Compiles a MoonBit program to WebAssembly with objects, and to JavaScript:
//   node moonbit.mjs PACKAGE PROGRAM FUNCTION...
// PACKAGE is the folder of npm's `@moonbit/moonpad-monaco`, which has the compiler and its library.
// The result is `program.wasm` and `program.mjs`, with these functions exported.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

const [folder, program, ...functions] = process.argv.slice(2);
const dist = join(folder, 'dist');

// The compiler is a worker, which is called by messages.
let listener;
let answered;
const worker = {
  addEventListener: (_, heard) => (listener = heard),
  removeEventListener() {},
  postMessage: (answer) => answered(answer),
  MessageChannel,
  TextDecoder,
  TextEncoder,
  URL,
  Uint8Array,
  console,
  setTimeout,
};
worker.self = worker;
worker.globalThis = worker;
vm.runInNewContext(readFileSync(join(dist, 'moonc-worker.js'), 'utf8'), worker);

let calls = 0;
async function call(name, params) {
  const argumentList = [{ type: 'RAW', value: params }];
  const answer = await new Promise((resolve) => {
    answered = resolve;
    listener({ data: { id: `${calls++}`, type: 'APPLY', path: [name], argumentList }, origin: '' });
  });
  if (answer.type !== 'RAW') throw new Error(JSON.stringify(answer.value));
  return answer.value;
}

// The library is in another script: its files are base64 in variables, to which names are given.
const script = readFileSync(join(dist, 'moonpad-monaco.js'), 'utf8');
const texts = new Map();
for (const [, name, text] of script.matchAll(/(?<![\w$])([\w$]+) = d\("([A-Za-z0-9+/=]*)"\)/g)) {
  texts.set(name, text);
}
const library = new Map();
for (const [, file, name] of script.matchAll(/i\["\/lib\/core\/([^"]*)"\] = ([\w$]+)/g)) {
  library.set(file, Buffer.from(texts.get(name), 'base64').toString());
}
const { packages } = JSON.parse(library.get('_build/packages.json'));

async function compile(target, backend) {
  const built = new Map();

  async function build(pkg, params) {
    const { core, mi, diagnostics } = await call('buildPackage', {
      miFiles: [],
      indirectImportMiFiles: [],
      stdMiFiles: [],
      target,
      pkg,
      isMain: false,
      errorFormat: 'human',
      enableValueTracing: false,
      noOpt: false,
      ...params,
    });
    if (!core) throw new Error(`${pkg}: ${diagnostics.join('\n')}`);
    built.set(pkg, { core, mi });
  }

  // A package of the library, after those that it needs.
  async function visit(name) {
    if (built.has(name)) return;
    const pkg = packages.find(({ root, rel }) => `${root}/${rel}` === name);
    for (const { path } of pkg.deps) await visit(path);
    const direct = pkg.deps.map(({ path }) => path);
    const files = Object.entries(pkg.files).filter(
      ([, { backend: backends, optlevel }]) =>
        backends.includes(backend) && optlevel.includes('Release'),
    );
    await build(name, {
      mbtFiles: files.map(([path]) => [path, library.get(path.replace(/^.*\/lib\/core\//, ''))]),
      miFiles: pkg.deps.map(({ path, alias }) => [`${path}:${alias}`, built.get(path).mi]),
      indirectImportMiFiles: [...built]
        .filter(([path]) => !direct.includes(path))
        .map(([path, { mi }]) => [path, mi]),
      pkgSources: [`${name}:${pkg['root-path']}`],
    });
  }

  await visit('moonbitlang/core/prelude');
  const main = 'program/main';
  await build(main, {
    mbtFiles: [['program.mbt', readFileSync(program, 'utf8')]],
    stdMiFiles: [...built].map(([name, { mi }]) => {
      const path = name.replace('moonbitlang/core/', '');
      return [`/lib/core/_build/${target}/release/bundle/${path}/${path.split('/').pop()}.mi`, mi];
    }),
    pkgSources: [`${main}:/`],
    isMain: true,
  });
  const { result } = await call('linkCore', {
    coreFiles: [...built.values()].map(({ core }) => core),
    main,
    pkgSources: ['moonbitlang/core:moonbit-core:/lib/core', `${main}:/`],
    target,
    exportedFunctions: functions,
    outputFormat: 'wasm',
    testMode: false,
    debug: false,
    noOpt: false,
    sourceMap: false,
    sources: {},
    stopOnMain: false,
  });
  return result;
}

writeFileSync('program.wasm', await compile('wasm-gc', 'WasmGC'));
writeFileSync('program.mjs', await compile('js', 'Js'));
