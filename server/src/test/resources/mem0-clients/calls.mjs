// Calls the methods of a client one by one and says on standard output, as one JSON document, what each gave.
import { writeSync } from "node:fs";

console.log = console.warn = console.error = () => {};

const calls = [];

/** Calls a method; what it gives, or how it fails, is reported under `name`. */
export async function call(name, action) {
  try {
    const value = await action();
    calls.push({ name, value: value === undefined ? null : value });
    return value;
  } catch (e) {
    calls.push({ name, error: e.name, message: String(e.message) });
    return undefined;
  }
}

/** Ends the program, with the public methods of the client that were never called. */
export function report(client, called) {
  const prototype = Object.getPrototypeOf(client);
  const missed = Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== "constructor" && !name.startsWith("_") && !PRIVATE.has(name))
    .filter((name) => !called.has(name));
  writeSync(1, JSON.stringify({ calls, missed }));
  process.exit(0);
}

const PRIVATE = new Set(["telemetryId"]);

/** The client, with the name of each method that is called added to `called`. */
export function watched(client, called) {
  return new Proxy(client, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== "function") return value;
      called.add(name);
      return value.bind(target);
    },
  });
}
