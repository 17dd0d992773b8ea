// Writes programs of others as scripts for the hosts: node programs.mjs DIRECTORY
//
// Each is driven here once, by node, and its script asserts what happened there: every result, and
// a digest of what the module told its imports. The workloads of the benchmark are held against
// native builds of the same sources.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const out = process.argv[2];
mkdirSync(out, { recursive: true });
const workloads = join(import.meta.dirname, "../../bench/workloads");

/** The files of a package, by name and version. */
function unpack(name, version) {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  const options = { cwd: folder, encoding: "utf8" };
  const archive = execFileSync("npm", ["pack", "--silent", `${name}@${version}`], options).trim();
  execFileSync("tar", ["-xzf", archive, "--strip-components", "1"], options);
  return folder;
}

/** The module that a file of JavaScript carries as text. */
function embedded(file) {
  const [text] = /AGFzbQEAAAA[A-Za-z0-9+/=]+/.exec(readFileSync(file, "utf8"));
  return Buffer.from(text, "base64");
}

const i32 = (value) => `(i32.const ${value | 0})`;

/** A module that node runs, and the script that has it run elsewhere in the same way. */
class Recording {
  /** `imports`: the functions that the module imports, and their numbers of parameters. */
  constructor(name, bytes, imports = {}, returns = false) {
    this.name = name;
    this.digest = 0;
    const env = {};
    const functions = Object.entries(imports).map(([name, count]) => {
      env[name] = (...args) => {
        for (const arg of args) this.digest = (Math.imul(this.digest, 31) + arg) | 0;
        return 0;
      };
      const folds = Array.from({ length: count }, (_, at) => `(call $fold (local.get ${at}))`);
      const params = count ? `(param ${"i32 ".repeat(count)})` : "";
      const result = returns ? "(result i32)" : "";
      return `(func (export "${name}") ${params} ${result} ${folds.join(" ")} ${returns ? i32(0) : ""})`;
    });
    const module = new WebAssembly.Module(bytes);
    this.exports = new WebAssembly.Instance(module, { env }).exports;
    const hex = bytes.toString("hex").replace(/../g, "\\$&");
    this.script = [
      `(module $env
        (global $digest (export "digest") (mut i32) (i32.const 0))
        (func $fold (param i32) (global.set $digest
          (i32.add (i32.mul (global.get $digest) (i32.const 31)) (local.get 0))))
        ${functions.join("\n        ")})`,
      `(register "env" $env)`,
      `(module $program binary "${hex}")`,
      `(register "program" $program)`,
      `(module $memory
        (import "program" "memory" (memory 0))
        (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
        (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))`,
    ];
  }

  /** Calls an export; arguments that are not given are 0, as in JavaScript. */
  call(name, ...args) {
    while (args.length < this.exports[name].length) args.push(0);
    const result = this.exports[name](...args);
    const invoke = `(invoke $program "${name}" ${args.map(i32).join(" ")})`;
    this.script.push(
      `(assert_return ${invoke} ${result === undefined ? "" : i32(result)})`,
      `(assert_return (get $env "digest") ${i32(this.digest)})`,
    );
    return result;
  }

  get bytes() {
    return new Uint8Array(this.exports.memory.buffer);
  }

  /** Writes to the module's memory. */
  write(at, bytes) {
    this.bytes.set(bytes, at);
    bytes.forEach((byte, offset) => {
      this.script.push(`(invoke $memory "store" ${i32(at + offset)} ${i32(byte)})`);
    });
  }

  /** Looks at the module's memory. */
  read(at, length) {
    const read = this.bytes.slice(at, at + length);
    read.forEach((byte, offset) => {
      this.script.push(`(assert_return (invoke $memory "load" ${i32(at + offset)}) ${i32(byte)})`);
    });
    return read;
  }

  save() {
    writeFileSync(join(out, `${this.name}.wast`), this.script.join("\n") + "\n");
  }
}

function expect(condition, what) {
  if (!condition) throw new Error(what);
}

/** Finds the exports of a CommonJS module in its text. */
function lexer() {
  const folder = unpack("cjs-module-lexer", "2.1.0");
  let found = 0;
  const lexer = new Recording("cjs-module-lexer", embedded(join(folder, "dist/lexer.mjs")));
  for (const source of [
    "exports.first = 1; exports['second'] = require('x'); module.exports = { third, fourth: 4 };",
    "/* no */ Object.defineProperty(exports, 'late', { enumerable: true, value: 1 }); // exports.no",
    "module.exports = require('./whole'); if (`${'a'}` / /[/]/.test(b)) exports.deep = {};",
    "import broken from 'it is no CommonJS';",
  ]) {
    const at = lexer.call("sa", source.length);
    lexer.write(at, Buffer.from(source + "\0", "utf16le"));
    const failed = lexer.call("parseCJS", at, source.length);
    expect((failed !== 0) === source.startsWith("import"), `${source}: ${failed}`);
    if (failed) lexer.call("e");
    for (const [next, from, to] of [["re", "es", "ee"], ["rre", "res", "ree"]]) {
      while (lexer.call(next)) {
        const begin = lexer.call(from);
        lexer.read(at + 2 * begin, 2 * (lexer.call(to) - begin));
        found++;
      }
    }
  }
  expect(found === 6, `${found} names are found`);
  lexer.save();
}

/** Decodes the mappings of a source map, and asks what is where. */
function mappings() {
  const bytes = readFileSync(join(unpack("source-map", "0.7.6"), "lib/mappings.wasm"));
  const map = new Recording("source-map", bytes, { mapping_callback: 10 });
  const text = "AAAA,IAAM,UAAU,GAAG;AACnB,SAASA,KAAKC,GAAG;EACfC,OAAOD,IAAI;;AAGb,MAAME,KAAK,CAAC,EAAE,IAAI;gBACF,KAAK";
  const at = map.call("allocate_mappings", text.length);
  map.write(at, Buffer.from(text));
  const parsed = map.call("parse_mappings", at);
  expect(parsed !== 0, `the mappings are not read: ${map.call("get_last_error")}`);
  map.call("compute_column_spans", parsed);
  map.call("by_generated_location", parsed);
  map.call("by_original_location", parsed);
  for (let line = 1; line < 5; line++) {
    for (let column = 0; column < 20; column += 3) {
      map.call("original_location_for", parsed, line, column, 1 + (column % 2));
      map.call("generated_location_for", parsed, 0, line, column, 1 + (column % 2));
    }
    map.call("all_generated_locations_for", parsed, 0, line, 0, 0);
  }
  map.call("free_mappings", parsed);
  expect(map.digest !== 0, "there are no mappings");
  map.save();
}

/** Parses messages of HTTP, whole and in pieces. */
function http() {
  const bytes = embedded(join(unpack("undici", "7.16.0"), "lib/llhttp/llhttp-wasm.js"));
  const imports = {
    wasm_on_message_begin: 1,
    wasm_on_url: 3,
    wasm_on_status: 3,
    wasm_on_header_field: 3,
    wasm_on_header_value: 3,
    wasm_on_headers_complete: 4,
    wasm_on_body: 3,
    wasm_on_message_complete: 1,
  };
  const http = new Recording("llhttp", bytes, imports, true);
  http.call("_initialize");
  const answer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
  for (const [message, size, wrong] of [
    [answer, answer.length, false],
    [answer, 7, false],
    ["HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!", 16, false],
    ["HTTP/9.9 200 OK\r\n\r\n", 32, true],
  ]) {
    const parser = http.call("llhttp_alloc", 2);
    const buffer = http.call("malloc", size);
    let error = 0;
    for (let at = 0; at < message.length; at += size) {
      const piece = Buffer.from(message.slice(at, at + size));
      http.write(buffer, piece);
      error = http.call("llhttp_execute", parser, buffer, piece.length);
    }
    expect((error !== 0) === wrong, `${message}: ${error}`);
    if (wrong) http.read(http.call("llhttp_get_error_reason", parser), 8);
    http.call("llhttp_get_status_code", parser);
    http.call("free", buffer);
    http.call("llhttp_free", parser);
  }
  http.save();
}

/** How often each workload of the benchmark repeats its work here; the others once. */
const REPEATS = {
  bulk: 2000, coremix: 5, fannkuch: 6, fib: 18, hash: 2000, indirect: 10, life: 2,
  mandelbrot: 16, mix64: 5000, nbody: 500, sha256: 50, tak: 3, vm: 1000,
};

function benchmark() {
  for (const file of readdirSync(workloads)) {
    const name = file.replace(/\.c$/, "");
    if (name === file) continue;
    const program = join(out, name);
    const source = join(workloads, file);
    execFileSync("cc", ["-O2", "-fwrapv", "-ffp-contract=off", "-o", program, source, "-lm"]);
    const repeats = REPEATS[name] ?? 1;
    const result = execFileSync(program, [String(repeats)], { encoding: "utf8" }).trim();
    const module = readFileSync(join(workloads, `${name}.wat`), "utf8");
    const assertion = `(assert_return (invoke "run" ${i32(repeats)}) (i64.const ${result}))`;
    writeFileSync(join(out, `${name}.wast`), `${module}\n${assertion}\n`);
  }
}

lexer();
mappings();
http();
benchmark();
