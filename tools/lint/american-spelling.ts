// One spelling per word: Microsoft's, which is American, because half of the identifiers are Microsoft's.

import { type Rule, violationAt } from './rule.ts';

/** British beginnings of words -> ours. Matched without regard to case, also inside identifiers. */
const BRITISH: Readonly<Record<string, string>> = {
  organis: 'organiz',
  recognis: 'recogniz',
  synchronis: 'synchroniz',
  normalis: 'normaliz',
  initialis: 'initializ',
  serialis: 'serializ',
  authoris: 'authoriz',
  customis: 'customiz',
  optimis: 'optimiz',
  summaris: 'summariz',
  categoris: 'categoriz',
  localis: 'localiz',
  capitalis: 'capitaliz',
  minimis: 'minimiz',
  maximis: 'maximiz',
  prioritis: 'prioritiz',
  sanitis: 'sanitiz',
  licence: 'license',
  behaviour: 'behavior',
  colour: 'color',
  favour: 'favor',
  honour: 'honor',
  neighbour: 'neighbor',
  labell: 'label',
  modell: 'model',
  travell: 'travel',
  catalogue: 'catalog',
  centre: 'center',
  defence: 'defense',
  analyse: 'analyze',
  'grey\\b': 'gray',
  mould: 'mold',
  fulfil: 'fulfill',
};

/** Words that merely begin like that. */
const ALLOWED = /^(optimis(m|tic)|fulfill|centre[a-z]*_|organism)/i;

export const americanSpelling: Rule = {
  name: 'american-spelling',
  why: 'One spelling per word, the one of Microsoft.',
  // Not the word list itself and its tests, nor texts that are not ours to spell.
  appliesTo: (path) =>
    /\.(ts|md|json|mjs|yaml)$/.test(path) && !/^tools\/lint\/|^package-lock\.json$|^\.git/.test(path),
  check: (file) => {
    const pattern = new RegExp(`(${Object.keys(BRITISH).join('|')})[a-z]*`, 'gi');
    return [...file.text.matchAll(pattern)].flatMap((match) => {
      const [word, found = ''] = match;
      if (ALLOWED.test(word)) return [];
      const ours = Object.entries(BRITISH).find(([british]) => new RegExp(`^${british}`, 'i').test(found));
      return [violationAt(file, match.index, `"${word}" is spelled with "${ours?.[1] ?? ''}" here`)];
    });
  },
};
