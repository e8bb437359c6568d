// The file that starts the installed program. It says which Node is needed before anything is loaded that an older one
// could not read, so it is plain JavaScript that every Node with modules understands.

/** Exit code for what must be corrected (src/cli/exit-codes.ts), which the entry cannot load. */
const MUST_BE_CORRECTED = 2;

/** `engines`: what package.json demands, such as `>=24.15`. `program`: what it loads, from its own place. */
export function entryScript(engines: string, program: string): string {
  const { major, minor } = floorOf(engines);
  return `#!/usr/bin/env node
// Starts contactSync, or says that this Node is too old for it.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < ${major} || (major === ${major} && minor < ${minor})) {
  console.error(
    'contactSync needs Node ${major}.${minor} or newer. This is Node ' + process.versions.node + ': ' + process.execPath
  );
  process.exitCode = ${MUST_BE_CORRECTED};
} else {
  import('${program}');
}
`;
}

/** Only a floor can be told in one sentence. */
export function floorOf(engines: string): { readonly major: number; readonly minor: number } {
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines) ?? [];
  if (major === undefined || minor === undefined)
    throw new Error(`engines.node is "${engines}", not ">=MAJOR.MINOR"`);
  return { major: Number(major), minor: Number(minor) };
}
