type Listener<T> = (value: Readonly<T>) => void;

function logged<This, Args extends unknown[], R>(method: (this: This, ...args: Args) => R, context: ClassMethodDecoratorContext) {
  return function (this: This, ...args: Args): R {
    console.debug(String(context.name), ...args);
    return method.call(this, ...args);
  };
}

export class Store<T extends object> {
  static #created = 0;
  readonly id = ++Store.#created;
  #listeners = new Set<Listener<T>>();
  #history: T[] = [];

  constructor(private current: T) {}

  get value(): Readonly<T> {
    return this.current;
  }

  @logged
  update(change: (value: Readonly<T>) => T): void {
    this.#history.push(this.current);
    this.current = change(this.current);
    this.#listeners.forEach((listener) => listener(this.current));
  }

  undo(): boolean {
    const last = this.#history.pop();
    if (!last) return false;
    this.current = last;
    return true;
  }

  subscribe(listener: Listener<T>) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async *changes(): AsyncGenerator<T, void, undefined> {
    for (let at = 0; ; at++) {
      while (at >= this.#history.length) await new Promise<void>((resolve) => setTimeout(resolve, 10));
      yield this.#history[at]!;
    }
  }
}
