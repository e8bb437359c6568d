// What our own rules look like: a name, why it exists, and a function from one file to the lines that break it.

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  /** 1 is the first; 0: the file as a whole. */
  readonly line: number;
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  readonly why: string;
  readonly appliesTo: (path: string) => boolean;
  readonly check: (file: SourceFile) => readonly Violation[];
}

export function violationAt(file: SourceFile, index: number, message: string): Violation {
  return { path: file.path, line: file.text.slice(0, index).split('\n').length, message };
}

export function wholeFile(file: SourceFile, message: string): Violation {
  return { path: file.path, line: 0, message };
}

export function isTypeScript(path: string): boolean {
  return path.endsWith('.ts') && !path.endsWith('.d.ts');
}

/** Tests, and what only tests use. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || /^(emulator\/)?test\/|\/testing\//.test(path);
}

/** The text with comments blanked out, every character at its place. Strings and templates stay. */
export function withoutComments(text: string): string {
  // Strings first, so that // inside one is no comment; a regular expression literal with quotes in it may blank too little.
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(token, (match) =>
    match.startsWith('//') || match.startsWith('/*') ? match.replace(/[^\n]/g, ' ') : match,
  );
}
