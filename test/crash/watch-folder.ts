// Before each step in the file system or a database, keeps a copy of a folder as a death at that step would leave it.

import fs from 'node:fs';
import { join } from 'node:path';
import { hearSystem } from './system-steps.ts';

const { cpSync } = fs;

/** Returns the steps, which grow while work is done. */
export function watchFolder(folder: string, copies: string): readonly string[] {
  const steps: string[] = [];
  let isCopying = false;
  hearSystem(
    (step) => {
      if (isCopying) return;
      // Copying takes steps of its own.
      isCopying = true;
      cpSync(folder, join(copies, String(steps.length)), { recursive: true });
      isCopying = false;
      steps.push(step);
    },
    ['rename', 'mkdir', 'copyFile'],
  );
  return steps;
}
