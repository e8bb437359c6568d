// Finds links in Markdown that lead nowhere: to a missing file, or to a heading that the page does not have.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Anchors as GitHub makes them from headings. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(page).matchAll(/^#{1,6} +(.+)$/gm)) {
    const base = heading
      .trim()
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = base;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${base}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Fenced blocks hold commands and files, not links. */
function withoutCode(page: string): string {
  return page.replace(/^```[\s\S]*?^```/gm, '');
}

export function linksOf(page: string): readonly string[] {
  const text = withoutCode(page).replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
}

/** One line for each dead link of the page that stands at this path; links to other sites are not looked at. */
export function deadLinks(root: string, path: string, page: string): readonly string[] {
  return linksOf(page).flatMap((link) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = '', anchor] = link.split('#', 2);
    const target = file === '' ? path : normalize(join(dirname(path), file));
    const absolute = join(root, target);
    if (!existsSync(absolute)) return [`${path}: ${link}: no such file`];
    if (anchor === undefined || statSync(absolute).isDirectory() || !target.endsWith('.md')) return [];
    const text = target === path ? page : readFileSync(absolute, 'utf8');
    return anchorsOf(text).has(anchor) ? [] : [`${path}: ${link}: no such heading`];
  });
}
