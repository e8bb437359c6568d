// npm run build: dist/package. npm run package: also dist/contactsync-VERSION.tgz and, for this platform, the single
// executable with the licenses of what is inside, and the archive.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tree.ts';
import { buildPackage } from './build.ts';
import { packArchive, packPackage } from './pack.ts';
import { buildExecutable, executableName } from './single-executable.ts';

const dist = join(ROOT, 'dist');
const folder = join(dist, 'package');

await buildPackage(folder);
console.log(folder);
if (process.argv.includes('--pack')) {
  const packed = packPackage(folder, dist);
  console.log(packed);
  // The pinned Node of the checkout is what runs this, and its license stands two folders above its program.
  const nodeLicense = join(process.execPath, '..', '..', 'LICENSE');
  if (!existsSync(nodeLicense)) {
    console.log(`Nothing with Node inside: its license is not at ${nodeLicense}`);
  } else {
    const executable = join(dist, executableName(packed));
    writeFileSync(`${executable}.licenses.txt`, await buildExecutable(executable, nodeLicense));
    console.log(executable);
    if (process.platform === 'linux') console.log(packArchive(packed, dist, nodeLicense));
  }
}
