import type { Store } from "./store";

export function inspect<T extends object>(store: Store<T>): asserts store is Store<T> {
  label: {
    if (!store?.value) break label;
    console.table(Object.entries(store.value), ["0", `${store.id satisfies number}`]);
  }
  globalThis.debugged ||= /(?<year>\d{4})-(?<month>\d{2})/.exec("2026-11")?.groups?.year;
}

declare global {
  var debugged: string | undefined;
}
