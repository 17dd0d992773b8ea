// V8, told cases line by line on standard input, as `node.rs` writes them; what it saw goes to
// standard output. What the host does is that of `world.rs`.
"use strict";

const MOST_NESTED = 3;
const MOST_REENTRIES = 60;
const MOST_KEPT = 100;
const MOST_ELEMENTS = 64;
const STEPS = "steps";
const SEED = 0x811c9dc5;

const scratch = new DataView(new ArrayBuffer(8));

function f32Bits(value) {
  if (Number.isNaN(value)) return 0x7fc00000;
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

function f64Bits(value) {
  if (Number.isNaN(value)) return 0x7ff8000000000000n;
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

function f32(bits) {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

function f64(bits) {
  scratch.setBigUint64(0, bits);
  return scratch.getFloat64(0);
}

// An object of the host's.
class Extern {
  constructor(number) {
    this.number = number;
  }
}

// How a host function ended.
class Passed {
  constructor(end) {
    this.end = end;
  }
}

function reference(value) {
  if (value === null) return "null";
  return value instanceof Extern ? `extern:${value.number.toString(16)}` : "ref";
}

function show(value, ty) {
  switch (ty) {
    case "i32": return `i32:${(value >>> 0).toString(16)}`;
    case "i64": return `i64:${BigInt.asUintN(64, value).toString(16)}`;
    case "f32": return `f32:${f32Bits(value).toString(16)}`;
    case "f64": return `f64:${f64Bits(value).toString(16)}`;
    default: return reference(value);
  }
}

function read(text) {
  const [kind, digits] = text.split(":");
  switch (kind) {
    case "i32": return parseInt(digits, 16) | 0;
    case "i64": return BigInt(`0x${digits}`);
    case "f32": return f32(parseInt(digits, 16));
    case "f64": return f64(BigInt(`0x${digits}`));
    case "v128": {
      const bits = BigInt(`0x${digits}`);
      return [bits & 0xffffffffffffffffn, bits >> 64n];
    }
    case "extern": return new Extern(parseInt(digits, 16));
    default: return null;
  }
}

function words(value, ty) {
  const two = (bits) => [Number(bits & 0xffffffffn), Number(bits >> 32n)];
  switch (ty) {
    case "i32": return [value >>> 0];
    case "i64": return two(BigInt.asUintN(64, value));
    case "f32": return [f32Bits(value)];
    case "f64": return two(f64Bits(value));
    default:
      if (value === null) return [0];
      return [value instanceof Extern ? (value.number + 2) >>> 0 : 1];
  }
}

function step(hash, word) {
  hash = Math.imul(hash ^ word, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function digest(bytes) {
  let hash = SEED;
  const rest = bytes.length % 4;
  const whole = new Uint32Array(bytes.buffer, 0, (bytes.length - rest) / 4);
  for (let at = 0; at < whole.length; at++) {
    const word = whole[at];
    if (word !== 0) hash = step(step(hash, at), word);
  }
  let last = 0;
  for (let at = 0; at < rest; at++) last |= bytes[whole.length * 4 + at] << (8 * at);
  return last === 0 ? hash : step(step(hash, whole.length), last);
}

class Random {
  constructor(label, args, types, count) {
    let hash = SEED;
    for (const byte of Buffer.from(label, "utf8")) hash = step(hash, byte);
    args.forEach((arg, at) => {
      for (const word of words(arg, types[at])) hash = step(hash, word);
    });
    this.state = step(hash, count);
  }

  bits() {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let bits = this.state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return (bits ^ (bits >>> 15)) >>> 0;
  }

  below(end) {
    return this.bits() % end;
  }

  edge() {
    switch (this.below(4)) {
      case 0: return (this.below(5) - 2) >>> 0;
      case 1: {
        const bit = 1 << this.below(32);
        return (bit - this.below(2)) >>> 0;
      }
      case 2: return this.below(200);
      default: return this.bits();
    }
  }

  wide() {
    const low = this.edge();
    switch (this.below(3)) {
      case 0: return BigInt.asUintN(64, BigInt(low | 0));
      case 1: return BigInt(low);
      default: return (BigInt(this.edge()) << 32n) | BigInt(low);
    }
  }

  // Nothing of a type of which no value is made.
  value(ty) {
    switch (ty) {
      case "i32": return this.edge() | 0;
      case "f32": return f32(this.edge());
      case "extern": {
        const seed = this.edge();
        return seed % 4 === 0 ? null : new Extern(seed);
      }
      case "i64": return this.wide();
      case "f64": {
        const bits = this.wide();
        const small = BigInt.asIntN(64, bits);
        return -1000n <= small && small < 1000n ? Number(small) / 4 : f64(bits);
      }
      default:
        this.wide();
        return ty === "nullable" ? null : undefined;
    }
  }
}

const TRAPS = [
  [/unreachable/, "Unreachable"],
  [/memory access out of bounds|data segment .*out of bounds/, "Memory"],
  [/null function or function signature/, "NullCallOrType"],
  [/\btable\b|element segment/, "Table"],
  [/divide by zero|remainder by zero/, "DivideByZero"],
  [/divide result unrepresentable/, "Overflow"],
  [/float unrepresentable/, "Float"],
];

// What V8 says of modules that are valid, and too much for it. Other messages have a maximum in
// them too: of alignments, and of memories and tables that have to be declared with one.
const MODULE_LIMITS = new RegExp(
  "exceeds (internal limit|maximum)|larger than implementation limit|supported by V8|" +
    "> maximum (function|module) size|too large",
);
// The same of what is executed.
const LIMITS = /call stack|[Oo]ut of memory|allocat|Exceeded maximum function table size/;

// How the opening of a module failed.
function refusal(error) {
  const text = String(error && error.message);
  if (error instanceof WebAssembly.CompileError) {
    return { kind: MODULE_LIMITS.test(text) ? "limited" : "refused", text };
  }
  return limit(error, text);
}

// How an instantiation failed: it can do what calls do.
function unlinked(error) {
  if (error instanceof WebAssembly.LinkError) return { kind: "unlinked", text: error.message };
  return failure(error);
}

// How a call failed.
function failure(error) {
  if (error instanceof Passed) return error.end;
  const text = String(error && error.message);
  if (error instanceof WebAssembly.RuntimeError) {
    const trap = TRAPS.find(([pattern]) => pattern.test(text));
    if (trap) return { kind: "trapped", text: trap[1] };
  }
  return limit(error, text);
}

function limit(error, text) {
  if (error instanceof RangeError && LIMITS.test(text)) return { kind: "limited", text: `V8: ${text}` };
  return { kind: "broken", text: String(error) };
}

function returned(values) {
  return { kind: "returned", values };
}

class World {
  constructor(plan) {
    this.plan = plan;
    this.modules = [];
    this.instances = [];
    this.host = new Map();
    this.events = [];
    this.count = 0;
    this.nested = 0;
    this.reentries = 0;
  }

  item(module, at) {
    return this.instances[module].exports[this.plan.modules[module].exports[at].name];
  }

  call(module, at, args) {
    const { results, pairs } = this.plan.modules[module].exports[at];
    try {
      // Vectors are pairs of integers.
      const func = pairs ? this.instances[module].exports[pairs] : this.item(module, at);
      const all = func(...args.flat());
      const got = all !== null && typeof all === "object" && Symbol.iterator in all ? [...all] : [all];
      let place = 0;
      const shown = results.map((ty) => {
        if (ty !== "v128") return show(got[place++], ty);
        const [low, high] = [got[place++], got[place++]].map((it) => BigInt.asUintN(64, it));
        return `v128:${((high << 64n) | low).toString(16)}`;
      });
      return returned(shown);
    } catch (error) {
      return failure(error);
    }
  }

  called(label, { params, results }, args) {
    const random = new Random(label, args, params, this.count);
    this.count += 1;
    if (this.events.length < MOST_KEPT) {
      this.events.push({ import: label, args: args.map((arg, at) => show(arg, params[at])) });
    }
    this.act(random);
    const values = results.map((ty) => {
      const value = random.value(ty);
      if (value === undefined) throw new Passed({ kind: "failed" });
      return value;
    });
    return results.length > 1 ? values : values[0];
  }

  act(random) {
    const action = random.below(20);
    if (action === 0) throw new Passed({ kind: "failed" });
    const module = this.instances.length - 1;
    if (module < 0) return;
    const { exports } = this.plan.modules[module];
    const first = (fits) => exports.findIndex((it) => it.name !== STEPS && fits(it));
    if (action <= 3) {
      const at = first((it) => it.kind === "memory");
      if (at < 0) return;
      const bytes = new Uint8Array(this.item(module, at).buffer);
      if (bytes.length > 0) {
        const place = random.below(bytes.length);
        bytes[place] ^= random.bits() & 0xff;
      }
    } else if (action === 4) {
      const at = first((it) => it.kind === "memory");
      if (at < 0) return;
      try {
        this.item(module, at).grow(1);
      } catch {
        // A refusal is the same everywhere.
      }
    } else if (action <= 6) {
      const numbers = ["i32", "i64", "f32", "f64"];
      const fits = (it) => it.kind === "global" && it.mutable && numbers.includes(it.ty);
      const at = first(fits);
      if (at >= 0) this.item(module, at).value = random.value(exports[at].ty);
    } else if (action <= 9) {
      this.reenter(module, random);
    }
  }

  reenter(module, random) {
    const funcs = [];
    this.plan.modules[module].exports.forEach((it, at) => {
      if (it.kind === "func" && !it.params.includes("v128") && !it.results.includes("v128")) {
        funcs.push(at);
      }
    });
    if (funcs.length === 0 || this.nested >= MOST_NESTED || this.reentries >= MOST_REENTRIES) {
      return;
    }
    const at = funcs[random.below(funcs.length)];
    const args = [];
    for (const ty of this.plan.modules[module].exports[at].params) {
      const value = random.value(ty);
      if (value === undefined) return;
      args.push(value);
    }
    this.nested += 1;
    this.reentries += 1;
    const end = this.call(module, at, args);
    this.nested -= 1;
    if (end.kind === "returned") return;
    if (end.kind === "limited" || end.kind === "broken") throw new Passed(end);
    if (random.below(2) === 0) throw new Passed(end);
  }

  open(module) {
    try {
      const bytes = Buffer.from(this.plan.modules[module].wasm, "hex");
      this.modules.push(new WebAssembly.Module(bytes));
      return returned([]);
    } catch (error) {
      return refusal(error);
    }
  }

  offer(it) {
    const of = /^m([0-9]+)$/.exec(it.module);
    if (of && this.instances[Number(of[1])]) {
      const { exports } = this.instances[Number(of[1])];
      if (Object.hasOwn(exports, it.name)) return exports[it.name];
    }
    const label = `${it.module}.${it.name}`;
    const key = JSON.stringify([it.module, it.name]);
    if (!this.host.has(key)) {
      const memory = { initial: it.min };
      if (it.max !== null) memory.maximum = it.max;
      const types = { extern: "externref", nullable: "anyfunc" };
      let made;
      switch (it.kind) {
        case "func":
          made = (...args) => this.called(label, it, args);
          break;
        case "global":
          made = new WebAssembly.Global(
            { value: types[it.ty] ?? it.ty, mutable: it.mutable },
            read(it.value),
          );
          break;
        case "memory":
          made = new WebAssembly.Memory(memory);
          break;
        case "table":
          made = new WebAssembly.Table({ element: types[it.ty], ...memory }, null);
          break;
      }
      this.host.set(key, made);
    }
    return this.host.get(key);
  }

  instantiate(module) {
    const imports = {};
    try {
      for (const it of this.plan.modules[module].imports) {
        imports[it.module] ??= Object.create(null);
        imports[it.module][it.name] = this.offer(it);
      }
    } catch (error) {
      return { kind: "limited", text: `host: ${error}` };
    }
    try {
      const instance = new WebAssembly.Instance(this.modules[module], imports);
      this.made = instance;
      return returned([]);
    } catch (error) {
      return unlinked(error);
    }
  }

  contents() {
    const all = [];
    this.plan.modules.forEach(({ exports }, module) => {
      exports.forEach((it, at) => {
        if (it.kind === "global" && it.ty !== "v128") {
          all.push({ global: show(this.item(module, at).value, it.ty) });
        } else if (it.kind === "memory") {
          const bytes = new Uint8Array(this.item(module, at).buffer);
          all.push({ memory: [bytes.length, digest(bytes)] });
        } else if (it.kind === "table") {
          const table = this.item(module, at);
          let nulls = 0n;
          for (let place = 0; place < Math.min(table.length, MOST_ELEMENTS); place++) {
            if (table.get(place) === null) nulls |= 1n << BigInt(place);
          }
          all.push({ table: [table.length, nulls.toString(16)] });
        } else {
          all.push({});
        }
      });
    });
    return all;
  }

  run() {
    const all = [];
    const { modules, calls, steps } = this.plan;
    for (let at = 0; at < steps; at++) {
      const isCall = at >= 2 * modules.length;
      let end;
      if (at < modules.length) end = this.open(at);
      else if (!isCall) end = this.instantiate(at - modules.length);
      else {
        const { module, export: place, args } = calls[at - 2 * modules.length];
        end = this.call(module, place, args.map(read));
      }
      const over =
        end.kind === "limited" ||
        end.kind === "broken" ||
        (end.kind !== "returned" && !isCall);
      if (!isCall && at >= modules.length && !over) this.instances.push(this.made);
      const state = isCall ? this.contents() : [];
      all.push({ end, events: this.events, state });
      this.events = [];
      if (over) break;
    }
    return all;
  }
}

require("readline")
  .createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => {
    process.stdout.write(JSON.stringify(new World(JSON.parse(line)).run()) + "\n");
  });
