// npm run build: dist/package. npm run package: also dist/contactsync-VERSION.tgz and the archive for this platform.

import { join } from 'node:path';
import { ROOT } from '../tree.ts';
import { buildPackage } from './build.ts';
import { packArchive, packPackage } from './pack.ts';

const dist = join(ROOT, 'dist');
const folder = join(dist, 'package');

await buildPackage(folder);
console.log(folder);
if (process.argv.includes('--pack')) {
  const packed = packPackage(folder, dist);
  console.log(packed);
  if (process.platform === 'linux') {
    // The pinned Node of the checkout is what runs this, and its license stands two folders above its program.
    console.log(packArchive(packed, dist, join(process.execPath, '..', '..', 'LICENSE')));
  }
}
