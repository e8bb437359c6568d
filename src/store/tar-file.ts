// Tar archives (POSIX ustar), as far as a backup needs them: plain files, one after the other. An administrator can open
// one with the tar of any system, Windows included. Bytes are passed on as they come, so that size costs no memory.

import type { FileHandle } from 'node:fs/promises';
import { Failure } from '../model/failure.ts';

const BLOCK = 512;
const CHUNK = 1024 * 1024;
const MODE = '0000600';
/** From here on the size is written in binary, as GNU tar and bsdtar do: eleven octal digits end there. */
const OCTAL_SIZE_LIMIT = 8 ** 11;
const LONGEST_NAME = 100;

export interface TarEntry {
  readonly name: string;
  readonly size: number;
}

export async function writeTarEntry(
  archive: FileHandle,
  entry: TarEntry,
  seconds: number,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  await archive.writeFile(headerOf(entry, seconds));
  let written = 0;
  for await (const chunk of content) {
    await archive.writeFile(chunk);
    written += chunk.length;
  }
  if (written !== entry.size) throw new Error('the file changed its size while it was archived');
  await archive.writeFile(Buffer.alloc(paddingOf(entry.size)));
}

/** Two empty blocks. */
export async function endTar(archive: FileHandle): Promise<void> {
  await archive.writeFile(Buffer.alloc(2 * BLOCK));
}

/**
 * Every file with its bytes, which must be taken before the next one is asked for. Throws `backupDamaged` for whatever is
 * cut off or is no such archive.
 */
export async function* readTar(
  archive: FileHandle,
): AsyncGenerator<{ readonly entry: TarEntry; readonly content: AsyncIterable<Buffer> }> {
  let position = 0;
  for (;;) {
    const header = await readExactly(archive, position, BLOCK);
    position += BLOCK;
    if (header.every((byte) => byte === 0)) return;
    const entry = entryOf(header);
    yield { entry, content: contentOf(archive, position, entry.size) };
    position += entry.size + paddingOf(entry.size);
  }
}

async function* contentOf(archive: FileHandle, start: number, size: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < size; ) {
    const chunk = await readExactly(archive, start + done, Math.min(CHUNK, size - done));
    done += chunk.length;
    yield chunk;
  }
}

async function readExactly(archive: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await archive.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw damaged('it is cut off');
    done += bytesRead;
  }
  return buffer;
}

function headerOf({ name, size }: TarEntry, seconds: number): Buffer {
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new Error('the name is too long for this archive');
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write(`${MODE}\0`, 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (size < OCTAL_SIZE_LIMIT) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write(`${Math.floor(seconds).toString(8).padStart(11, '0')}\0`, 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function entryOf(header: Buffer): TarEntry {
  const stored = Number.parseInt(textAt(header, 148, 8), 8);
  if (stored !== checksumOf(header)) throw damaged('a header is wrong');
  if (header.toString('latin1', 156, 157) !== '0') throw damaged('it holds something other than files');
  const size =
    header.readUInt8(124) === 0x80
      ? Number(header.readBigUInt64BE(128))
      : Number.parseInt(textAt(header, 124, 12), 8);
  if (!Number.isSafeInteger(size) || size < 0) throw damaged('a size is wrong');
  return { name: textAt(header, 0, LONGEST_NAME), size };
}

/** Of all bytes, with the checksum itself taken as spaces. */
function checksumOf(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function textAt(header: Buffer, start: number, length: number): string {
  return header
    .toString('utf8', start, start + length)
    .replace(/\0.*$/s, '')
    .trim();
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function damaged(reason: string): Failure {
  return new Failure('backupDamaged', { details: { reason } });
}
