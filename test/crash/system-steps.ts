// Hears every statement to a SQLite database and every step in the file system that changes something, before it is
// done. Node's own modules are changed for this process, so that the product needs no place for it.

import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

const FILE_STEPS = [
  'mkdirSync',
  'openSync',
  'linkSync',
  'renameSync',
  'rmSync',
  'writeFileSync',
  'chmodSync',
];
const ASYNC_FILE_STEPS = ['open', 'link', 'chmod', 'rm'];

/** `more`: of the steps in promises. */
export function hearSystem(heard: (step: string) => void, more: readonly string[] = []): void {
  hearMethods(fs, FILE_STEPS, heard);
  hearMethods(promises, [...ASYNC_FILE_STEPS, ...more], heard);
  syncBuiltinESMExports();
  const statements = DatabaseSync.prototype;
  const { exec, prepare } = statements;
  statements.exec = function (sql) {
    heard(sql);
    return exec.call(this, sql);
  };
  statements.prepare = function (sql) {
    heard(sql);
    return prepare.call(this, sql);
  };
}

function hearMethods(module: object, names: readonly string[], heard: (step: string) => void): void {
  for (const name of names) {
    const original: unknown = Reflect.get(module, name);
    if (typeof original !== 'function') throw new Error(`${name} is gone`);
    Reflect.set(module, name, (...args: unknown[]): unknown => {
      heard(`${name} ${String(args[0])}`);
      return original.apply(module, args);
    });
  }
}
